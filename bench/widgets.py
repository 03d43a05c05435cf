"""What tags cost a phone: main-thread time, movement and the host page's largest paint.

python -m bench.widgets [--snippet FILE.html]   (needs Chromium: CHROME_BIN or on PATH)

Chromium with a four times slower processor and a slow phone network (1.6 Mbit/s, 150 ms), each
visit in a fresh profile, all in turns, and the median is told: what the machine does beside meets
all alike. What lines cost by themselves is measured in a page that stands still: they are put into
it, and what an empty paragraph costs there is taken off, so that the browser's start and the host
page, which vary by more than the tags cost, are not in it. Whole visits tell movement, the largest
paint and long tasks. `floor_ms` is what the smallest script costs that fetches the same document
and shows the same twenty texts. With `--snippet` the HTML of that file is measured likewise.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import random
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, expect, sync_playwright

from tests.browser.shelf import FOLDER, WIDGET_KEY, Shelf, open_shelf, picture
from tests.browser.shelf_documents import head, review, shop_documents
from tests.browser.widget_states import answer_live
from tests.served import QUIET
from tests.served import chromium as find_chromium

ROUNDS = 7
SLOWER = 4
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 750e3 / 8,
}
SETTLED_MS = 4000
"""How long a page is watched once it has loaded; the slow network needs two of them."""
STILL_MS = 1500
PRESSED_MS = 400
HERO = '<img src="/hero.jpg" width="360" height="360" alt="A mug"><p>A mug of stoneware.</p>'
STARS = '<p><review-stars product="MUG">&nbsp;</review-stars></p>'
LIST = '<review-list product="MUG"></review-list>'
CSS = (
    "body{font:16px/1.5 sans-serif;margin:1rem}"
    "review-list,#reviews{display:block;min-block-size:100vh}"
    "ul{display:grid;grid-template-columns:repeat(7,minmax(0,1fr));font-size:4px;padding:0}"
)
WATCH = """
window.seen = {shift: 0, paint: 0, long: []};
const watch = (type, each) => new PerformanceObserver(all => all.getEntries().forEach(each))
  .observe({type, buffered: true, durationThreshold: 16});
watch("layout-shift", e => { if (!e.hadRecentInput) seen.shift += e.value; });
watch("largest-contentful-paint", e => { seen.paint = e.startTime; });
watch("longtask", e => { seen.long.push(Math.round(e.duration)); });
seen.presses = [];
watch("event", e => { if (e.interactionId) seen.presses.push(e.duration); });
"""
SMALLEST = Path(__file__).with_name("smallest.js")
"""Less is hardly thinkable."""
PARTS = {
    "total_ms": "TaskDuration",
    "script_ms": "ScriptDuration",
    "layout_ms": "LayoutDuration",
    "style_ms": "RecalcStyleDuration",
}

SAID = (
    "it pours well and keeps tea warm for hours the glaze is even handle fits three fingers bought "
    "two one arrived chipped they sent another within days my mother loves hers colour darker than "
    "in picture but still lovely dishwasher did not harm a little heavy would buy again"
)

Figures = dict[str, Any]
Address = Callable[[], str]


def main() -> None:
    """Print one JSON line per page."""
    parser = argparse.ArgumentParser(prog="bench.widgets")
    parser.add_argument("--snippet", type=Path, help="HTML to be measured the same way")
    wanted = parser.parse_args()
    executable = find_chromium()
    if executable is None:
        sys.exit("bench.widgets needs Chromium: set CHROME_BIN or put chromium on PATH")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with open_shelf() as shelf, sync_playwright() as playwright:
        fill(shelf)
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET)
        product_page(browser, shelf, wanted.snippet)
        listing_page(browser, shelf)
        presses(browser, shelf)
        browser.close()


def product_page(browser: Browser, shelf: Shelf, snippet: Path | None) -> None:
    """Tags, the smallest script and another's lines: by themselves, then in whole visits."""
    script = (
        f'<script type="module" src="{shelf.host}/widget/v1/embed.js" '
        f'data-shop="{WIDGET_KEY}"></script>'
    )
    lines = {
        "nothing": "<p>&nbsp;</p>",
        "the smallest script for 20 reviews": (
            '<script type="module" src="/smallest.js"></script><p id="stars">&nbsp;</p>'
            f'<div id="reviews" data-url="{shelf.host}{FOLDER}products/MUG/head.json"></div>'
        ),
        "stars": STARS + script,
        "stars and a list of 20": STARS + LIST + script,
    }
    if snippet:
        lines[snippet.name] = snippet.read_text()
    by_themselves(browser, shelf, lines)
    found = measured(
        browser,
        {name: partial(shelf.plain, HERO + each, css=CSS) for name, each in lines.items()},
    )
    for name, figures in found.items():
        told(f"a visit with {name}", seen_beside(found["nothing"], figures))


def by_themselves(browser: Browser, shelf: Shelf, lines: dict[str, str]) -> None:
    """What each costs in a page that stands still, and beside the smallest script."""
    found = medians({name: partial(put_in, browser, shelf, each) for name, each in lines.items()})
    nothing = found.pop("nothing")
    floor = 0.0
    for name, figures in found.items():
        own = {part: value - nothing[part] for part, value in figures.items()}
        floor = floor or own["total_ms"]
        own["longest_task_ms"] = figures["longest_task_ms"]
        told(
            name, own, times_floor=round(own["total_ms"] / floor, 1), floor_ms=round(floor, 1),
            goal_total_ms=50, goal_script_ms=25, goal_longest_task_ms=50,
        )  # fmt: skip


def put_in(browser: Browser, shelf: Shelf, lines: str) -> Figures:
    """What lines of HTML cost from the moment they are put into a page that stands still."""
    with phone(browser) as (page, session):
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(shelf.plain(HERO, css=CSS))
        page.wait_for_timeout(STILL_MS)
        before = durations(session)
        page.evaluate("seen.long.length = 0")
        page.evaluate(
            "lines => document.body.append(document.createRange().createContextualFragment(lines))",
            lines,
        )
        page.wait_for_timeout(SETTLED_MS)
        after, long = durations(session), page.evaluate("seen.long")
    spent = {name: after[name] - before[name] for name in PARTS}
    return spent | {"longest_task_ms": max(long, default=0)}


def listing_page(browser: Browser, shelf: Shelf) -> None:
    """500 star tags under pictures in two columns, and 500 in one view, which no shop has."""
    cards = f"{CSS}.cards{{grid-template-columns:1fr 1fr;font-size:1rem}}li{{list-style:none}}"
    cards += ".cards li::before{content:'';display:block;block-size:180px;background:#ddd}"
    found = measured(
        browser,
        {
            "alone": lambda: shelf.plain(listing("4.0 (1)", "cards"), css=cards),
            "tags": lambda: shelf.show(listing(None, "cards"), css=cards),
            "dense alone": lambda: shelf.plain(listing("4.0 (1)"), css=CSS),
            "dense": lambda: shelf.show(listing(None), css=CSS),
        },
    )
    compared("a listing of 500 star tags", found["alone"], found["tags"], goal_total_ms=30)
    compared("500 star tags in one view", found["dense alone"], found["dense"])


def fill(shelf: Shelf) -> None:
    """Twenty reviews as people write them, and a listing of 500 products."""
    plain = [review(44 - at, body=said(at)) for at in range(20)]
    shelf.packs = True
    shelf.documents = shop_documents(MUG=head(plain))
    shelf.documents["stars/0.json"]["products"] |= {f"P{n}": [4.0, 1] for n in range(500)}
    shelf.files["/smallest.js"] = SMALLEST.read_bytes()
    shelf.files["/hero.jpg"] = picture("#8a5a44", 1080, 1080, "JPEG")


def said(number: int) -> str:
    """As long as people write, and no more alike than what they write, for the sake of bytes."""
    return " ".join(random.Random(number).choices(SAID.split(), k=45)).capitalize() + "."


def listing(content: str | None, kind: str = "dense") -> str:
    """500 products, each with its stars or with what stands for them."""
    tag = '<review-stars product="P{}">&nbsp;</review-stars>'
    cards = "".join(f"<li>{content or tag.format(number)}" for number in range(500))
    return f'<ul class="{kind}">{cards}</ul>'


def measured(browser: Browser, pages: dict[str, Address]) -> dict[str, Figures]:
    """The medians of a few visits to each page."""
    return medians(
        {name: partial(lambda at: visit(browser, at()), at) for name, at in pages.items()}
    )


def medians(measures: dict[str, Callable[[], Figures]]) -> dict[str, Figures]:
    """Measure each a few times, in turns."""
    taken: dict[str, list[Figures]] = {name: [] for name in measures}
    for _ in range(ROUNDS):
        for name, measure in measures.items():
            taken[name].append(measure())
    return {
        name: {part: statistics.median(each[part] for each in all_of) for part in all_of[0]}
        for name, all_of in taken.items()
    }


@contextmanager
def phone(browser: Browser) -> Iterator[tuple[Page, CDPSession]]:
    """A slow phone that was never there."""
    context = browser.new_context(viewport={"width": 360, "height": 640}, device_scale_factor=2)
    page = context.new_page()
    page.add_init_script(WATCH)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    yield page, session
    context.close()


def visit(browser: Browser, url: str) -> Figures:
    """What one visit costs."""
    with phone(browser) as (page, session):
        # Time of the thread itself, so that other processes of a busy machine do not count.
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = durations(session)
        page.goto(url)
        page.wait_for_timeout(SETTLED_MS)
        after = durations(session)
        seen = page.evaluate("seen")
    spent = {name: after[name] - before[name] for name in PARTS}
    return spent | {
        "cls": seen["shift"],
        "lcp_ms": seen["paint"],
        "long_tasks": len(seen["long"]),
        "longest_task_ms": max(seen["long"], default=0),
    }


def presses(browser: Browser, shelf: Shelf) -> None:
    """How long a press takes until it is seen: bars, labels, votes, a dialog (INP)."""
    shelf.live = answer_live
    with phone(browser) as (page, _session):
        page.goto(shelf.show(HERO + STARS + LIST, css=CSS))
        expect(page.locator("[part=review]")).to_have_count(20)
        bars, votes = page.locator("[part=bar-row]:enabled"), page.locator("[part=helpful]")
        labels = page.locator("[part=label] summary")
        for pressed in [*labels.all()[:10], *votes.all()[:5], *bars.all()[:5]]:
            pressed.click()
            page.wait_for_timeout(PRESSED_MS)
        found = sorted(page.evaluate("seen.presses"))
    at = math.ceil(0.95 * len(found)) - 1
    told(
        "presses in the list (INP)",
        {"presses": len(found), "p50_ms": found[at // 2], "p95_ms": found[at]},
        goal_p95_ms=50,
    )


def durations(session: CDPSession) -> dict[str, float]:
    """Main-thread time of the page so far, in ms."""
    found = session.send("Performance.getMetrics")["metrics"]
    known = {each["name"]: 1000 * each["value"] for each in found}
    return {name: known[metric] for name, metric in PARTS.items()}


def told(name: str, figures: Figures, **more: Any) -> None:
    """One JSON line."""
    rounded = {key: round(value, 4 if key == "cls" else 1) for key, value in figures.items()}
    print(json.dumps({"bench": name, **rounded, **more}), flush=True)


def compared(name: str, bare: Figures, figures: Figures, **goals: float) -> None:
    """Tell what came on top of the same page without; paint and movement as they are."""
    on_top = {part: figures[part] - bare[part] for part in PARTS}
    told(name, on_top | seen_beside(bare, figures), **goals)


def seen_beside(bare: Figures, figures: Figures) -> Figures:
    """Movement, paint and long tasks of a visit."""
    kept = {key: figures[key] for key in ("cls", "lcp_ms", "long_tasks", "longest_task_ms")}
    return kept | {"lcp_more_ms": figures["lcp_ms"] - bare["lcp_ms"]}


if __name__ == "__main__":
    main()
