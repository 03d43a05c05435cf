"""The page of the grid: the pieces that fit, the filters beside them, the tray below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID

from flask import render_template, request, url_for
from sqlalchemy import select

from reviewapp.core.errors import Invalid
from reviewapp.library import texts
from reviewapp.library.cards import Card, cards, chosen_pieces
from reviewapp.library.collecting import filters_of, one_collection, titles_of
from reviewapp.library.facets import Facets, facets
from reviewapp.library.finding import COLLECTED_KEYS, KEYS, Search, collected, search
from reviewapp.library.menu import Menu
from reviewapp.library.walking import newest_pieces
from reviewapp.library.wanted import Wanted, read
from reviewapp.models.catalog import Product
from reviewapp.models.library_asset import LibraryAsset
from reviewapp.models.rights import USES
from reviewapp.web.auth import actor
from reviewapp.web.listing import Listing, listing, place, turned
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session
from reviewapp.web.typed import line

PAGE = 24
COUNTS = "counts"
"""In the address: count at once, for who has no scripts."""
NOTHING = Listing(rows=[], next_href=None, first_href=None)


@dataclass(frozen=True)
class Barred:
    """A piece that may not leave, and why."""

    product: str
    codes: Sequence[str]
    """Of LEAVE_REFUSALS."""
    piece_id: UUID
    asset_id: UUID | None
    """None: words."""

    @property
    def ends_too_soon(self) -> bool:
        """Whether its author can be asked to let it run as long as was wanted."""
        return "ends_before" in self.codes

    @property
    def author_is_missing(self) -> bool:
        """Whether its author can be asked."""
        return "not_allowed" in self.codes


@dataclass
class Refused:
    """What was sent and why it was refused: the page comes back with all that was typed."""

    fields: Mapping[str, list[str]] = field(default_factory=dict)
    barred: Sequence[Barred] = ()
    """The pieces that may not leave."""


@dataclass
class Look:
    """What is found at an address."""

    page: Listing = NOTHING
    cards: Sequence[Card] = ()
    facets: Facets | None = None
    """None: not counted yet, the page asks for it once it stands."""
    languages: Sequence[str] = ()
    askable: int = 0
    """Where nothing is allowed for the use: how many pieces their authors could be asked for."""


def counts() -> str:
    """The filters with what each would leave: what the page asks for once it stands."""
    try:
        wanted = read(request.args)
        asked = search(session(), actor().shop, wanted)
    except Invalid:
        wanted, asked = Wanted(), search(session(), actor().shop, Wanted())
    counted = facets(session(), asked)
    groups = _menu(wanted, counted).groups(asked.languages, _products(wanted, counted))
    return render_template("library/admin_counts.html", groups=groups, counted=counted)


def grid(refused: Refused | None = None) -> tuple[str, int]:
    """The page as the address filters it; 422 with what is wrong about a filter or a form."""
    refused = refused or Refused()
    try:
        wanted = read(request.args)
        found = _look(wanted)
    except Invalid as error:
        wanted, found = Wanted(), Look()
        refused = Refused({**error.fields, **refused.fields}, refused.barred)
    return _page(wanted, found, refused), 422 if refused.fields else 200


def picked(told: Sequence[str] | None = None) -> list[LibraryAsset]:
    """The ticked pieces, or those told, in order; what is no piece of ours is left out."""
    ids = []
    for value in request.form.getlist("pick") if told is None else told:
        try:
            ids.append(UUID(value))
        except ValueError:
            continue
    return chosen_pieces(session(), actor().shop.id, ids)


def back() -> str:
    """The grid at the address the form was sent from."""
    kept = {name: value for name, value in request.args.items() if name != "after"}
    return f"{url_for('library.index')}?{urlencode(kept)}" if kept else url_for("library.index")


def _look(wanted: Wanted) -> Look:
    shop = actor().shop
    asked = search(session(), shop, wanted)
    if wanted.collection:
        page = listing(collected(asked), COLLECTED_KEYS, newest_first=False, page=PAGE)
    else:
        page = _newest(asked)
    counted = facets(session(), asked) if COUNTS in request.args else None
    askable = 0
    if wanted.use and not page.rows:
        any_use = search(session(), shop, wanted.without("use", "expiring"))
        askable = facets(session(), any_use).total
    return Look(page, cards(session(), page.rows), counted, asked.languages, askable)


def _newest(asked: Search) -> Listing:
    begin = place(KEYS)
    after = (begin[0], begin[1]) if begin else None
    found = {(row.place, row.id): row for row in newest_pieces(session(), asked, PAGE + 1, after)}
    return turned(found, newest_first=True, page=PAGE, first=not begin)


def _menu(wanted: Wanted, counted: Facets | None) -> Menu:
    """Links that keep asking for the counts where no script does."""
    address = url_for("library.index")
    asked = {COUNTS: "1"} if COUNTS in request.args else {}

    def link(query: Mapping[str, str]) -> str:
        return f"{address}?{urlencode({**query, **asked})}" if query or asked else address

    return Menu(wanted, counted, _, link)


def _page(wanted: Wanted, found: Look, refused: Refused) -> str:
    shop = actor().shop
    menu = _menu(wanted, found.facets)
    groups = menu.groups(found.languages, _products(wanted, found.facets))
    ticked = picked() if request.method == "POST" else []
    known = {card.piece.id for card in found.cards}
    elsewhere = cards(session(), [piece for piece in ticked if piece.id not in known])
    return render_template(
        "library/admin_library.html",
        wanted=wanted,
        found=found,
        shown=[*elsewhere, *found.cards],
        groups=groups,
        chosen=menu.chosen(groups),
        kept=filters_of(session(), shop.id, actor().id),
        shelves=titles_of(session(), shop.id),
        collection=one_collection(session(), shop.id, wanted.collection)
        if wanted.collection
        else None,
        query=dict(request.args.items()),
        counts_query=wanted.query(),
        use_names={use: _(texts.USES[use]) for use in USES},
        texts=texts,
        ticked={str(piece.id) for piece in ticked},
        typed=request.form,
        barred=refused.barred,
        # What was typed stands in these sentences, so they are no messages to be translated.
        wrong={name: told[0] for name, told in refused.fields.items()},
        errors=[(_ids(name), told[0]) for name, told in refused.fields.items() if told],
        asked_use=line("use") or wanted.use or request.args.get("ask", ""),
    )


def _ids(name: str) -> str:
    """Which control a fault is at; a filter chosen from a list has none that could be wrong."""
    at = {"use": "tray-use", "assets": "tray-use", "ends_on": "until"}
    typed = (
        "q",
        "since",
        "to",
        "tag",
        "place",
        "until",
        "name",
        "title",
        "collection",
        "new_title",
    )
    return at.get(name, name if name in typed else "main")


def _products(wanted: Wanted, counted: Facets | None) -> list[Product]:
    """The most pictured ones among what was counted, and the one that is asked for."""
    counted = counted or Facets()
    ids = [UUID(one) for one in counted.counts["product_id"]]
    ids += [wanted.product] if wanted.product else []
    rows = session().scalars(select(Product).where(Product.id.in_(ids))).all() if ids else []
    return sorted(rows, key=lambda one: (-counted.of("product_id", str(one.id)), one.title))
