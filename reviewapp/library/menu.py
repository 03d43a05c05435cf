"""The filters beside the grid: what can be chosen, how many pieces each leaves, where it leads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reviewapp.core.i18n import own_name
from reviewapp.library import texts
from reviewapp.library.facets import Facets
from reviewapp.library.wanted import RATINGS, Wanted
from reviewapp.models.catalog import Product

Say = Callable[[str], str]
Link = Callable[[Mapping[str, str]], str]
LONGEST_LABEL = 40


@dataclass(frozen=True)
class Option:
    """One value of a filter; `on`: it is asked for, and the link takes it off."""

    label: str
    href: str
    count: str
    """How many pieces it leaves, such as `12` or `800+`; empty: not counted, or none so far."""
    on: bool
    value: str


@dataclass(frozen=True)
class Group:
    """One filter with its values."""

    name: str
    title: str
    options: Sequence[Option]


@dataclass(frozen=True)
class Menu:
    """Builds the groups for what is asked for now."""

    wanted: Wanted
    facets: Facets | None
    """None: not counted yet."""
    say: Say
    link: Link

    def groups(self, languages: Sequence[str], products: Sequence[Product]) -> list[Group]:
        """Every filter that can be chosen from a list, the marketer's first question first."""
        found = [
            self._group("use", "Allowed for", texts.USES.items()),
            self._switches(),
            self._group("kind", "Kind", texts.KINDS.items()),
            self._group("orientation", "Shape", texts.ORIENTATIONS.items()),
            self._group("length", "Length", texts.LENGTHS.items()),
            self._group("colour", "Colour", texts.COLOURS.items()),
            self._group("rating", "Stars", texts.RATINGS.items()),
            self._group(
                "language", "Language", [(one, own_name(one).capitalize()) for one in languages]
            ),
            self._group(
                "product", "Product", [(str(one.id), _short(one.title)) for one in products]
            ),
        ]
        return [group for group in found if group.options]

    def chosen(self, groups: Iterable[Group]) -> list[Option]:
        """What is asked for, each with the link that takes it off."""
        on = [option for group in groups for option in group.options if option.on]
        for name, label in (("q", "“{}”"), ("tag", "#{}"), ("since", "from {}"), ("to", "to {}")):
            if value := getattr(self.wanted, name):
                on.append(self._option(name, self.say(label).format(value), value))
        return on

    def _group(self, name: str, title: str, options: Iterable[tuple[str, str]]) -> Group:
        """All values, whatever they leave: a filter keeps its place while it is counted."""
        made = [self._option(name, self.say(label), value) for value, label in options]
        return Group(name, self.say(title), made)

    def _switches(self) -> Group:
        made = [
            self._option("used", self.say(label), value) for value, label in texts.USED.items()
        ] + [
            self._option("picked", self.say("Starred"), True),
            self._option("expiring", self.say("Ends within 30 days"), True),
        ]
        return Group("state", self.say("State"), made)

    def _option(self, name: str, label: str, value: Any) -> Option:
        on = str(getattr(self.wanted, name)) == str(value)
        to = self.wanted.query(**{name: None if on else value})
        return Option(label, self.link(to), self._count(name, value), on, str(value))

    def _count(self, name: str, value: Any) -> str:
        facets = self.facets
        if facets is None:
            return ""
        if name == "rating":
            count = sum(facets.of("rating", str(stars)) for stars in RATINGS[value])
        elif name in ("used", "picked", "expiring"):
            count = facets.of(name, "false" if value == "no" else "true")
        else:
            count = facets.of("product_id" if name == "product" else name, str(value))
        if facets.capped:
            return f"{count:,}+" if count else ""
        return f"{count:,}"


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_LABEL else f"{title[: LONGEST_LABEL - 1]}…"
