"""Every page, tag and state through axe, in four views; writes docs/accessibility.md.

python -m bench.accessibility [--missing]   (needs Chromium; fails when anything is found)
With --missing only what the table does not name yet, or names with a finding, is looked at.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from bench.accessibility_story import Story, tell
from bench.publish import installation
from reviewapp.app import create_app
from reviewapp.web.auth import SESSION_COOKIE
from tests.browser.storefront import Storefront, open_storefront
from tools.programs import find_browser

DOCS = Path(__file__).resolve().parents[1] / "docs" / "accessibility.md"
BEGIN = "<!-- results: written by ./run bench accessibility -->"
END = "<!-- end of results -->"
NOTHING, FITS = "nothing found", "fits"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
VIEWS = (("light", 1280), ("dark", 1280), ("light", 320), ("dark", 320))
"""320 px are also what 1280 px come down to at 400 % zoom (WCAG 2.2: 1.4.10)."""
CSS = ":root{color-scheme:light dark}body{font:16px/1.5 system-ui}a{color:inherit}"


@dataclass(frozen=True)
class Look:
    """One thing to look at: where it is, and what brings it into the state of that name."""

    group: str
    name: str
    where: str
    act: Callable[[Page], None] = lambda page: None


def press(name: str, role: Any = "button") -> Callable[[Page], None]:
    """Press what has this name, once it is there."""
    return lambda page: page.get_by_role(role, name=name).first.click()


def sent_empty(opener: str, sender: str) -> Callable[[Page], None]:
    """Open a form and send it as it is; the faults show."""

    def act(page: Page) -> None:
        press(opener)(page)
        press(sender)(page)
        page.locator("[aria-invalid=true]").first.wait_for()

    return act


def typed(label: str, words: str) -> Callable[[Page], None]:
    """Type into a field of this name."""
    return lambda page: page.get_by_label(label).first.fill(words)


TAG, MAIL, SHOP, ADMIN = "Tags", "Pages of customers", "Published pages", "Admin"
PRODUCT = ' product="MUG"'
LOOKS = (
    Look(TAG, "review-stars", f"<review-stars{PRODUCT}></review-stars>"),
    Look(TAG, "review-summary", f"<review-summary{PRODUCT}></review-summary>"),
    Look(TAG, "review-list", f"<review-list{PRODUCT}></review-list>"),
    Look(TAG, "review-list, filtered", f"<review-list{PRODUCT}></review-list>", press("5 stars")),
    Look(TAG, "review-list, photo opened", f"<review-list{PRODUCT}></review-list>",
         press("Photo by Ada Q.")),
    Look(TAG, "review-list, reporting", f"<review-list{PRODUCT}></review-list>", press("Report")),
    Look(TAG, "review-list, empty", '<review-list product="NEW"></review-list>'),
    Look(TAG, "review-gallery", f"<review-gallery{PRODUCT}></review-gallery>"),
    Look(TAG, "review-carousel", '<review-carousel collection="camp"></review-carousel>'),
    Look(TAG, "review-questions", f"<review-questions{PRODUCT}></review-questions>"),
    Look(TAG, "review-questions, searched", f"<review-questions{PRODUCT}></review-questions>",
         typed("Search questions and answers", "kettle")),
    Look(TAG, "review-questions, asking", f"<review-questions{PRODUCT}></review-questions>",
         press("Ask a question")),
    Look(TAG, "review-questions, with faults", f"<review-questions{PRODUCT}></review-questions>",
         sent_empty("Ask a question", "Send the question")),
    Look(TAG, "review-badge", "<review-badge></review-badge>"),
    Look(TAG, "review-form", f"<review-form{PRODUCT}></review-form>"),
    Look(TAG, "review-form, open", f"<review-form{PRODUCT}></review-form>",
         press("Write a review")),
    Look(TAG, "review-form, with faults", f"<review-form{PRODUCT}></review-form>",
         sent_empty("Write a review", "Send the review")),
    Look(TAG, "frame of a tag", "/widget/v1/frame.html?shop={widget_key}&tag=form&product=MUG"),
    Look(MAIL, "how did it go, help and review", "/r/{open}"),
    Look(MAIL, "a review with faults", "/r/{open}", press("Send the review")),
    Look(MAIL, "the author's own page", "/r/{mine}/mine"),
    Look(MAIL, "changing a review", "/r/{mine}/mine/reviews/{review_id}"),
    Look(MAIL, "erasing everything", "/r/{mine}/mine/erase"),
    Look(MAIL, "how was our help", "/f/{feedback}"),
    Look(MAIL, "no more requests", "/u/{unsubscribe}"),
    Look(MAIL, "writing a review without scripts", "/write/{widget_key}/MUG"),
    Look(MAIL, "writing a review, with faults", "/write/{widget_key}/MUG",
         press("Send the review")),
    Look(MAIL, "confirming a review", "/c/{confirm}"),
    Look(MAIL, "a link that is not complete", "/c/nothing"),
    Look(SHOP, "all reviews of a product", "/p/v1/{widget_key}/products/MUG/index.html"),
    Look(SHOP, "questions of a product", "/p/v1/{widget_key}/products/MUG/questions.html"),
    Look(SHOP, "questions asked often", "/p/v1/{widget_key}/faq.html"),
    Look(SHOP, "all reviews of the shop", "/p/v1/{widget_key}/reviews/index.html"),
    Look(SHOP, "how reviews come about", "/p/v1/{widget_key}/policy.html"),
    Look(ADMIN, "/signin", "/signin"),
)  # fmt: skip
LEFT_OUT = ("/photos/", "/files/", "/media/", "/decided", "/library/counts")
"""Addresses of the admin that are files, parts of a page, or answer to what was just done."""
STANDS_FOR = {
    "review_id",
    "case_id",
    "request_id",
    "order_id",
    "member_id",
    "asset_id",
    "collection_id",
    "piece_id",
    "question_id",
    "note_id",
    "rule_id",
    "letter",
    "key",
    "language",
    "kind",
}
"""What an address may ask for: the story has one of each."""


def admin_pages(app: Flask) -> list[Look]:
    """Every page of the admin that can be opened, by its route."""
    rules = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/admin") and "GET" in (rule.methods or ())
    }
    return [Look(ADMIN, rule, _address(rule)) for rule in sorted(rules) if _is_page(rule)]


def _is_page(rule: str) -> bool:
    asked_for = set(re.findall(r"<(?:\w+:)?(\w+)>", rule))
    is_file = "." in rule.rpartition("/")[2] or any(part in rule for part in LEFT_OUT)
    return asked_for <= STANDS_FOR and not is_file


def _address(rule: str) -> str:
    """`/admin/cases/<uuid:case_id>` as a template for the story's names."""
    return rule.replace("<uuid:", "{").replace("<", "{").replace(">", "}")


def main() -> None:
    """Look at everything and write the table."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with installation() as kit, sync_playwright() as playwright:
        found = os.environ.get("CHROME_BIN") or find_browser()
        if found is None:
            sys.exit("bench.accessibility needs Chromium: set CHROME_BIN")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        story, app = tell(kit), create_app(kit=kit)
        with served(app) as live, open_storefront(live, story.shop) as storefront:
            known = clean_rows() if "--missing" in sys.argv else set()
            rows = [
                (look, [], True)
                if look.name in known
                else (look, *results(browser, look, story, live, storefront))
                for look in (*LOOKS, *admin_pages(app))
            ]
        browser.close()
    write(rows)
    bad = [row for row in rows if row[1] or not row[2]]
    print(f"{len(rows)} pages and states, {len(VIEWS)} views each, {len(bad)} with findings")
    sys.exit(1 if bad else 0)


def results(
    browser: Browser, look: Look, story: Story, live: str, storefront: Storefront
) -> tuple[list[str], bool]:
    """Ids of the violated rules over all views, and whether nothing is wider than the view."""
    violated: set[str] = set()
    fits = True
    for scheme, width in VIEWS:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en-GB"
        )
        context.add_cookies([{"name": SESSION_COOKIE, "value": story.session_token, "url": live}])
        page = context.new_page()
        try:
            open_look(page, look, story, live, storefront)
            answer = Axe().run(page, options=RULES).response["violations"]
            violated |= {rule["id"] for rule in answer}
            fits &= page.evaluate("document.documentElement.scrollWidth") <= width
            for rule in answer:
                print(f"  {look.name} [{scheme} {width}] {rule['id']}: {rule['nodes'][0]['html']}")
        except Exception as error:  # noqa: BLE001  # a page that cannot be looked at is a finding
            print(f"  {look.name} [{scheme} {width}] not reached: {str(error)[:200]}")
            violated.add("not reached")
        context.close()
    print(f"{look.group} · {look.name}: {sorted(violated) or 'nothing found'}", flush=True)
    return sorted(violated), fits


def open_look(page: Page, look: Look, story: Story, live: str, storefront: Storefront) -> None:
    """Go there and bring it into its state."""
    page.set_default_timeout(15_000)
    if look.where.startswith("<"):
        page.goto(storefront(f"<main><h1>Mug</h1>{look.where}</main>", css=CSS))
        tag = look.name.partition(",")[0]
        page.wait_for_function(f"document.querySelector('{tag}').shadowRoot?.childElementCount")
    else:
        answer = page.goto(live + look.where.format(**story.names))
        assert answer is not None, look.where
        assert answer.status < 500, answer.status
    look.act(page)
    page.wait_for_load_state("networkidle")


def table_rows() -> dict[str, tuple[str, str]]:
    """What the document says was looked at → (findings, fit)."""
    table = DOCS.read_text().partition(BEGIN)[2].partition(END)[0]
    found = re.findall(r"^\| [^|]+ \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", table, re.M)
    return {name.strip().strip("`"): (axe.strip(), fit.strip()) for name, axe, fit in found[1:]}


def clean_rows() -> set[str]:
    """What was looked at before and had nothing."""
    return {name for name, told in table_rows().items() if told == (NOTHING, FITS)}


def write(rows: list[tuple[Look, list[str], bool]]) -> None:
    """Put the table between its marks."""
    table = ["| | what | axe | 320 px |", "| --- | --- | --- | --- |"]
    table += [
        f"| {look.group} | {_cell(look.name)} | {', '.join(violated) or NOTHING} "
        f"| {FITS if fits else 'scrolls sideways'} |"
        for look, violated, fits in rows
    ]
    before, _, rest = DOCS.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    DOCS.write_text("".join([before, BEGIN, "\n", "\n".join(table), "\n", END, after]))


def _cell(name: str) -> str:
    return f"`{name}`" if name.startswith(("/", "review-")) else name


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


if __name__ == "__main__":
    main()
