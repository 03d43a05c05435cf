"""The evidence pack as a PDF: what a bank or a lawyer reads, in the order they ask."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

GREY, BLACK = (90, 86, 80), (20, 19, 18)
TERM_WIDTH = 44
SHOWN_PICTURES = ("image/jpeg", "image/png", "image/webp")


def as_pdf(document: dict[str, Any], pictures: dict[str, Path], font: Path) -> bytes:
    """All of the document on A4; `pictures` are its files by their names in the pack."""
    from fpdf import FPDF  # a second of imports that only this needs

    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime.fromisoformat(document["made_at"]))
    pdf.set_title(f"Evidence, case {document['case']['id']}")
    pdf.set_margin(18)
    pdf.set_auto_page_break(True, 18)
    pdf.add_font("sans", fname=font)
    pdf.add_page()
    _head(pdf, document)
    _order(pdf, document)
    _list(pdf, "Tracking and delivery", [_tracking(each) for each in document["tracking"]])
    _conversation(pdf, document, pictures)
    _list(pdf, "Timeline", [(each["at"], each["what"]) for each in document["timeline"]])
    _list(pdf, "Decisions", [_decision(each) for each in document["decisions"]])
    _policies(pdf, document)
    _log(pdf, document)
    return bytes(pdf.output())


def _head(pdf: Any, document: dict[str, Any]) -> None:
    case, customer, shop = document["case"], document["customer"], document["shop"]
    _text(pdf, "Evidence pack", 18)
    _text(pdf, f"{shop['name']}, {shop['url'] or shop['email']}", 10, after=3)
    for term, value in (
        ("Case", case["id"]),
        ("Made", document["made_at"]),
        ("About", case["route"]),
        ("Refund", case["refund_kind"]),
        ("Customer", ", ".join(filter(None, (customer["name"], customer["email"])))),
        ("Opened", case["opened_at"]),
        ("First answered", case["first_responded_at"]),
        ("Solved", case["solved_at"]),
        ("A person took it because", case["escalation"]),
    ):
        _row(pdf, term, value or "–")


def _order(pdf: Any, document: dict[str, Any]) -> None:
    order = document["order"]
    _title(pdf, "Order and payment")
    if order is None:
        _text(pdf, "No order belongs to this case.", 9)
        return
    paid = order["payment"]
    for term, value in (
        ("Order", order["number"]),
        ("Ordered", order["ordered_at"]),
        ("Promised", order["promised_at"]),
        ("Total", f"{paid['total'] or '–'} {paid['currency'] or ''}"),
        ("Payment", paid["note"]),
        ("Tracking number", order["tracking_number"]),
    ):
        _row(pdf, term, value or "–")
    for line in order["lines"]:
        happened = ", ".join(
            f"{name.removesuffix('_at')} {at}" for name, at in line.items()
            if name.endswith("_at") and at
        )  # fmt: skip
        _row(pdf, f"{line['quantity']} ×", f"{line['product']}: {happened or 'ordered'}")


def _conversation(pdf: Any, document: dict[str, Any], pictures: dict[str, Path]) -> None:
    _title(pdf, "Conversation")
    for said in document["conversation"]:
        _text(pdf, f"{said['at']}  {said['by']}{', ' + said['name'] if said['name'] else ''}", 8)
        _text(pdf, said["body"], 9)
        for name in said["files"]:
            _picture(pdf, name, pictures.get(name))


def _picture(pdf: Any, name: str, path: Path | None) -> None:
    from PIL import Image, UnidentifiedImageError

    if path is not None:
        try:
            with Image.open(path) as opened:
                opened.thumbnail((900, 900))
                pdf.image(opened.convert("RGB"), w=70)
        except (UnidentifiedImageError, OSError):
            pass  # a film, or a picture no reader knows: it lies in the pack under its name
    _text(pdf, name, 8)


def _policies(pdf: Any, document: dict[str, Any]) -> None:
    _title(pdf, "Policies in force")
    if not document["policies"]:
        _text(pdf, "The shop keeps no versions of its policies here.", 9)
    for each in document["policies"]:
        when = " and ".join(f"at the {why}" for why in each["in_force_at"])
        named = f"{each['kind']}, {each['language']}, version {each['version']}, in force {when}"
        _text(pdf, f"{named}, since {each['in_force_from']}", 9)
        _text(pdf, f"SHA-256 {each['sha256']}", 7)
        _text(pdf, each["body"], 8)


def _log(pdf: Any, document: dict[str, Any]) -> None:
    _title(pdf, "From the log")
    head = document["log"]["head"]
    if head:
        _text(pdf, f"The log stood at {head['number']}, hash {head['hash']}", 8)
    for entry in document["log"]["entries"]:
        _text(pdf, f"{entry['number']}  {entry['action']}  {entry['hash']}", 7)
    _text(pdf, document["how_to_check"], 8)


def _tracking(event: dict[str, Any]) -> tuple[str, str]:
    number = f", {event['tracking_number']}" if event["tracking_number"] else ""
    return event["at"], f"{event['type']}{number}, told {event['told_at']}"


def _decision(each: dict[str, Any]) -> tuple[str, str]:
    detail = ", ".join(f"{key} {value}" for key, value in sorted(each["detail"].items()))
    return each["at"], f"{each['what']} by {each['by']}{': ' + detail if detail else ''}"


def _list(pdf: Any, title: str, rows: list[tuple[str, str]]) -> None:
    _title(pdf, title)
    if not rows:
        _text(pdf, "Nothing.", 9)
    for term, value in rows:
        _row(pdf, term[:19].replace("T", " "), value)


def _title(pdf: Any, text: str) -> None:
    pdf.ln(3)
    _text(pdf, text, 13)


def _text(pdf: Any, text: str, size: int, after: float = 1.5) -> None:
    pdf.set_text_color(*BLACK)
    pdf.set_font("sans", size=size)
    pdf.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT", wrapmode="CHAR")
    pdf.ln(after)


def _row(pdf: Any, term: str, value: str) -> None:
    pdf.set_font("sans", size=9)
    pdf.set_text_color(*GREY)
    pdf.cell(TERM_WIDTH, 5, term)
    pdf.set_text_color(*BLACK)
    pdf.multi_cell(0, 5, value, new_x="LMARGIN", new_y="NEXT", wrapmode="CHAR")
