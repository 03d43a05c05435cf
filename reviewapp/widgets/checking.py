"""The install check: a page of the shop is fetched and read as a shopper's browser would get it."""

from __future__ import annotations

from reviewapp.core.errors import OutsideFailed
from reviewapp.core.http_client import send
from reviewapp.widgets.page_check import Finding, check_page

MOST_BYTES = 4 * 1024 * 1024
ASKS = {"Accept": "text/html", "User-Agent": "reviewapp install check"}


def check_address(
    url: str, *, host: str, widget_key: str, private_allowed: bool = False
) -> list[Finding]:
    """What is wrong with the page at `url`; Invalid for no address, OutsideFailed without a page.

    `private_allowed` is for operators at their own machine: a form must not reach inside.
    """
    answer = send("GET", url, headers=ASKS, max_bytes=MOST_BYTES, private_allowed=private_allowed)
    if 300 <= answer.status < 400:
        moved = answer.headers.get("location", "")
        raise OutsideFailed(message=f"The page has moved. Check its new address: {moved[:200]}")
    if answer.status != 200:
        raise OutsideFailed(message=f"The page answered {answer.status}.")
    html = answer.body.decode("utf-8", "replace")
    return check_page(html, answer.headers, host=host, widget_key=widget_key)
