"""What tags cost a phone: main-thread time, movement and the host page's largest paint.

python -m bench.widgets [--snippet FILE.html]   (needs Chromium: CHROME_BIN or on PATH)

Chromium with a four times slower processor and a slow phone network (1.6 Mbit/s, 150 ms), each
page a few times in a fresh profile, the median told. With `--snippet` the HTML of that file, a
third party's lines for instance, is measured in the same place of the same page.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, sync_playwright

from tests.browser.shelf import Shelf, open_shelf, picture
from tests.browser.shelf_documents import head, review, shop_documents
from tests.served import QUIET
from tests.served import chromium as find_chromium

RUNS = 5
SLOWER = 4
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 750e3 / 8,
}
SETTLED_MS = 4000
"""How long a page is watched once it has loaded; the slow network needs two of them."""
HERO = '<img src="/hero.jpg" width="360" height="360" alt="A mug"><p>A mug of stoneware.</p>'
STARS = '<p><review-stars product="MUG">&nbsp;</review-stars></p>'
LIST = '<review-list product="MUG"></review-list>'
CSS = (
    "body{font:16px/1.5 sans-serif;margin:1rem}review-list{display:block;min-block-size:100vh}"
    "ul{display:grid;grid-template-columns:repeat(7,minmax(0,1fr));font-size:4px;padding:0}"
)
WATCH = """
window.seen = {shift: 0, paint: 0, long: []};
const watch = (type, each) => new PerformanceObserver(all => all.getEntries().forEach(each))
  .observe({type, buffered: true});
watch("layout-shift", e => { if (!e.hadRecentInput) seen.shift += e.value; });
watch("largest-contentful-paint", e => { seen.paint = e.startTime; });
watch("longtask", e => { seen.long.push(Math.round(e.duration)); });
"""
PARTS = {
    "total_ms": "TaskDuration",
    "script_ms": "ScriptDuration",
    "layout_ms": "LayoutDuration",
    "style_ms": "RecalcStyleDuration",
}

Figures = dict[str, Any]


def main() -> None:
    """Print one JSON line per page."""
    parser = argparse.ArgumentParser(prog="bench.widgets")
    parser.add_argument("--snippet", type=Path, help="HTML to be measured the same way")
    wanted = parser.parse_args()
    executable = find_chromium()
    if executable is None:
        sys.exit("bench.widgets needs Chromium: set CHROME_BIN or put chromium on PATH")
    with open_shelf() as shelf, sync_playwright() as playwright:
        fill(shelf)
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET)
        bare = measured(browser, lambda: shelf.plain(HERO, css=CSS))
        told("the host page alone", bare)
        if wanted.snippet:
            body = HERO + wanted.snippet.read_text()
            other = measured(browser, lambda: shelf.plain(body, css=CSS))
            compared(wanted.snippet.name, bare, other)
        stars = measured(browser, lambda: shelf.show(HERO + STARS, css=CSS))
        compared("with stars", bare, stars)
        both = measured(browser, lambda: shelf.show(HERO + STARS + LIST, css=CSS))
        compared("with stars and a list of 20", bare, both, goal_total_ms=50, goal_script_ms=25)
        many_bare = measured(browser, lambda: shelf.plain(listing("<b>4.0 (1)</b>"), css=CSS))
        many = measured(browser, lambda: shelf.show(listing(None), css=CSS))
        compared("with 500 star tags", many_bare, many, goal_total_ms=30)
        browser.close()


def fill(shelf: Shelf) -> None:
    """Twenty reviews as people write them, and a listing of 500 products."""
    plain = [review(44 - at, body="It pours well and keeps warm. " * 8) for at in range(20)]
    shelf.documents = shop_documents(MUG=head(plain))
    shelf.documents["stars/0.json"]["products"] |= {f"P{n}": [4.0, 1] for n in range(500)}
    shelf.files["/hero.jpg"] = picture("#8a5a44", 1080, 1080, "JPEG")


def listing(content: str | None) -> str:
    """500 products in sight, each with its stars or with what stands for them."""
    tag = '<review-stars product="P{}">&nbsp;</review-stars>'
    cards = "".join(f"<li>{content or tag.format(number)}" for number in range(500))
    return f"<ul>{cards}</ul>"


def measured(browser: Browser, address: Callable[[], str]) -> Figures:
    """The medians of a few visits."""
    visits = [visit(browser, address()) for _ in range(RUNS)]
    return {name: statistics.median(each[name] for each in visits) for name in visits[0]}


def visit(browser: Browser, url: str) -> Figures:
    """One visit by a phone that was never there."""
    context = browser.new_context(viewport={"width": 360, "height": 640}, device_scale_factor=2)
    page = context.new_page()
    page.add_init_script(WATCH)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    # Time of the thread itself, so that other processes of a busy machine do not count.
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = durations(session)
    page.goto(url)
    page.wait_for_timeout(SETTLED_MS)
    after = durations(session)
    seen = page.evaluate("seen")
    context.close()
    spent = {name: after[name] - before[name] for name in PARTS}
    return spent | {
        "cls": seen["shift"],
        "lcp_ms": seen["paint"],
        "long_tasks": len(seen["long"]),
        "longest_task_ms": max(seen["long"], default=0),
    }


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
    """What came on top of the same page without; paint and movement as they are."""
    on_top = {part: figures[part] - bare[part] for part in PARTS}
    more = {"lcp_more_ms": figures["lcp_ms"] - bare["lcp_ms"]}
    kept = {key: figures[key] for key in ("cls", "lcp_ms", "long_tasks", "longest_task_ms")}
    told(name, on_top | kept | more, **goals)


if __name__ == "__main__":
    main()
