"""A permission certificate: what was allowed, by whom, under which text, and how to check it (P2).

As JSON for programs, as PDF for people and files of papers; both say the same.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.models.account import Shop
from reviewapp.models.rights import PermissionDetail, PermissionEntry
from reviewapp.rights.leaving import seen_in_files
from reviewapp.rights.ledger import as_mapping
from reviewapp.rights.rules import (
    RELEASED_BY,
    Right,
    agreeing,
    releases_in_force,
    releases_missing,
)
from reviewapp.rights.service import ledger_of
from reviewapp.rights.wording import text_of

HOW_TO_CHECK = (
    "Export the shop's ledger with `reviewapp audit export` and run the script beside it. The "
    "entry with this number must have this hash. The file must have the SHA-256 named here, or be "
    "a rendition of it listed in the export's manifest."
)


def certificate(session: Session, entry: PermissionEntry, *, in_force: bool) -> dict[str, Any]:
    """One grant as a document; `in_force` is how it stood when this was made."""
    shop = session.get_one(Shop, entry.shop_id)
    detail = session.get(PermissionDetail, entry.id)
    text = text_of(session, entry)
    return {
        "type": "permission-certificate",
        "version": 1,
        "made_at": clock.now().isoformat(),
        "shop": {"id": str(shop.id), "name": shop.name, "url": shop.url},
        "subject": {
            "sha256": entry.subject_sha256,
            "asset_id": entry.asset_id and str(entry.asset_id),
            "review_id": str(entry.review_id),
            "kind": "file" if entry.asset_id else "words",
        },
        "permission": {
            "use": entry.use,
            "party": entry.party,
            "credit_line": detail.credit_line if detail else None,
            "territory": entry.territory,
            "starts_at": entry.starts_at.isoformat(),
            "ends_at": entry.ends_at and entry.ends_at.isoformat(),
            "edits": entry.edits,
            "ai_training": entry.ai_training,
            "in_force": in_force,
        },
        "text": {
            "version": text.version,
            "language": text.language,
            "sha256": entry.text_sha256,
            "terms": text.terms,
            "sentence": text.sentence,
        },
        "people": _people(session, entry),
        "renews": [as_mapping(one) for one in _renewed(session, entry)],
        "ledger": as_mapping(entry),
        "how_to_check": HOW_TO_CHECK,
    }


def _people(session: Session, entry: PermissionEntry) -> dict[str, Any] | None:
    """Who is in the file, and the words of each of them about this use; None: words (P5)."""
    if entry.asset_id is None:
        return None
    right = Right(entry.use, entry.subject_sha256)
    seen = seen_in_files(session, [entry.asset_id]).get((entry.asset_id, entry.subject_sha256))
    said = [
        one
        for one in ledger_of(session, entry.review_id)
        if one.party != "author" and Right(one.use, one.subject_sha256) == right
    ]
    agreed = releases_in_force(said, clock.now()).get(right, {})
    return {
        "seen": sorted(seen.contents) if seen else None,
        "to_agree": seen.people if seen and RELEASED_BY.keys() & seen.contents else 0,
        "agreed": agreeing(said, clock.now()).get(right, 0),
        "missing": sorted(releases_missing(seen, agreed)),
        "ledger": [as_mapping(one) for one in said],
    }


def _renewed(session: Session, entry: PermissionEntry) -> list[PermissionEntry]:
    """The grants whose terms this one made longer, the newest first."""
    found: list[PermissionEntry] = []
    while entry.renews:
        before = session.scalars(
            select(PermissionEntry).where(
                PermissionEntry.shop_id == entry.shop_id,
                PermissionEntry.review_id == entry.review_id,
                PermissionEntry.hash == entry.renews,
                PermissionEntry.number < entry.number,
            )
        ).first()
        if before is None:
            break
        found.append(before)
        entry = before
    return found


def as_pdf(document: dict[str, Any]) -> bytes:
    """The certificate on one page of A4."""
    from fpdf import FPDF  # a second of imports that only this needs

    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime.fromisoformat(document["made_at"]))
    pdf.set_title(f"Permission certificate {document['ledger']['number']}")
    pdf.set_margin(20)
    pdf.add_page()
    pdf.add_font("sans", fname=font_path())
    _line(pdf, "Permission certificate", 18)
    _line(pdf, document["shop"]["name"], 11, after=4)
    for term, value in _rows(document):
        _row(pdf, term, value)
    pdf.ln(3)
    _line(pdf, document["text"]["sentence"], 11, after=1)
    _line(pdf, document["text"]["terms"], 9, after=4)
    _line(pdf, document["how_to_check"], 8)
    return bytes(pdf.output())


@cache
def font_path() -> Path:
    """A font with Latin, Greek and Cyrillic letters; PDF's own know Western European only."""
    import fontpkg_noto_sans

    folder = Path(str(fontpkg_noto_sans.__file__)).parent / "files"
    return next(path for path in sorted(folder.glob("*.ttf")) if "Italic" not in path.name)


def _rows(document: dict[str, Any]) -> list[tuple[str, str]]:
    given, entry = document["permission"], document["ledger"]
    return [
        ("Use", given["use"]),
        ("Given by", f"{given['party']}, shown as {given['credit_line'] or 'no name'}"),
        ("Given at", _instant(entry["at"])),
        ("Holds", f"from {_instant(given['starts_at'])} until {_instant(given['ends_at'])}"),
        ("Territory", ", ".join(given["territory"]).replace("001", "worldwide")),
        ("Edits", ", ".join(given["edits"])),
        ("Training of AI models", "allowed" if given["ai_training"] else "not allowed"),
        ("In force", f"{'yes' if given['in_force'] else 'no'}, on {_instant(document['made_at'])}"),
        ("Subject", f"{document['subject']['kind']}, SHA-256 {document['subject']['sha256']}"),
        ("Licence text", f"version {entry['text_version']}, {entry['text_language']}"),
        ("Its SHA-256", entry["text_sha256"]),
        ("Proof", ", ".join(f"{key} {value}" for key, value in sorted(entry["proof"].items()))),
        ("Ledger entry", f"{entry['number']}, hash {entry['hash']}"),
        ("Follows", entry["previous_hash"]),
        *_people_rows(document["people"]),
        *(("Renews", _before(one)) for one in document["renews"]),
    ]  # fmt: skip


def _people_rows(people: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Who is in it and what they said, a row each."""
    if people is None:
        return []
    seen = {None: "nobody has looked yet", (): "nobody was seen in it"}
    told = people["seen"] if people["seen"] is None else tuple(people["seen"])
    rows = [("In it", seen.get(told) or ", ".join(told or ()))]
    if people["to_agree"] or people["ledger"]:
        rows.append(("People in it", _agreement(people)))
    for one in people["ledger"]:
        word = f"{one['kind']}, {one['party']}, {_instant(one['at'])}, text {one['text_version']}"
        rows.append((f"Entry {one['number']}", f"{word}, hash {one['hash']}"))
    return rows


def _agreement(people: dict[str, Any]) -> str:
    told = f"{people['agreed']} of {people['to_agree']} agree"
    return f"{told}; missing: {', '.join(people['missing'])}" if people["missing"] else told


def _instant(iso: str | None) -> str:
    """An instant to the second, UTC; none: until it is taken back."""
    if iso is None:
        return "taken back"
    return f"{datetime.fromisoformat(iso).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _before(entry: dict[str, Any]) -> str:
    """A grant whose term was made longer."""
    return (
        f"entry {entry['number']} of {_instant(entry['at'])}, which held until "
        f"{_instant(entry['ends_at'])}, under "
        f"text {entry['text_version']}, {entry['text_language']}, hash {entry['hash']}"
    )


def _line(pdf: Any, text: str, size: int, after: float = 2) -> None:
    pdf.set_font("sans", size=size)
    pdf.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(after)


def _row(pdf: Any, term: str, value: str) -> None:
    pdf.set_font("sans", size=9)
    pdf.set_text_color(90, 86, 80)
    pdf.cell(48, 5, term)
    pdf.set_text_color(20, 19, 18)
    pdf.multi_cell(0, 5, value, align="L", new_x="LMARGIN", new_y="NEXT")
