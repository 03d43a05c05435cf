"""Elements of a feed in XML, made of cleaned and escaped text alone. Pure."""

from __future__ import annotations

from xml.sax.saxutils import escape

from reviewapp.widgets.feeds.entry import clean

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def element(name: str, text: str, attributes: str = "") -> str:
    """`attributes` as they stand in the tag, with a space ahead; never of what somebody wrote."""
    return f"<{name}{attributes}>{escape(clean(text))}</{name}>"


def optional(name: str, text: str | None) -> str:
    """The element, or nothing where there is nothing to say."""
    return element(name, text) if text and clean(text).strip() else ""


def wrapped(many: str, one: str, text: str | None) -> str:
    """A list of at most one."""
    inner = optional(one, text)
    return f"<{many}>{inner}</{many}>" if inner else ""


def boolean(value: bool) -> str:
    """As XML Schema writes it."""
    return "true" if value else "false"
