"""The report of uses for lawyers: every place where content runs or ran, by channel (P3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any
from unicodedata import category

MOST_IN_PDF = 2000
"""Uses in the printed report; the CSV holds every one."""
COLUMNS = (
    ("place", "Where it runs", 58),
    ("taken_out_at", "Taken out", 22),
    ("until", "Until", 22),
    ("member", "By", 30),
    ("subject", "Content", 40),
    ("permission_hash", "Permission", 32),
    ("removal", "Taken down", 73),
)
"""(value, heading, millimetres) of the printed table; A4 across."""
Translate = Callable[..., str]
Row = Mapping[str, Any]


@dataclass
class Channel:
    """What is counted of one use."""

    use: str
    rows: list[Row] = field(default_factory=list)

    def count(self, today: date) -> dict[str, int]:
        """Uses in all, those that wait to be taken down, and those late with it."""
        waiting = [row for row in self.rows if row["take_down_due_on"] and not row["taken_down_at"]]
        late = [row for row in waiting if row["take_down_due_on"] < today]
        return {"uses": len(self.rows), "waiting": len(waiting), "late": len(late)}


def by_channel(rows: Iterable[Row]) -> list[Channel]:
    """Rows in the order of their uses, at most MOST_IN_PDF, as channels."""
    kept = [row for row, _number in zip(rows, range(MOST_IN_PDF), strict=False)]
    return [Channel(use, list(each)) for use, each in groupby(kept, key=lambda row: row["use"])]


def report_pdf(
    shop_name: str,
    channels: Iterable[Channel],
    made_at: datetime,
    words: Translate,
    names: Mapping[str, str],
) -> bytes:
    """The report on A4 across; `names` are those of uses and of reasons for taking down."""
    from fpdf import FPDF  # a second of imports that only this needs

    from reviewapp.rights.certificate import font_path

    pdf = FPDF(orientation="landscape", format="A4")
    pdf.set_creation_date(made_at)
    pdf.set_margin(10)
    pdf.set_auto_page_break(True, 12)
    pdf.add_page()
    pdf.add_font("sans", fname=font_path())
    pdf.set_title(words("Uses of customers’ content"))
    _line(pdf, words("Uses of customers’ content"), 18)
    _line(pdf, f"{printable(shop_name)}, {made_at:%Y-%m-%d %H:%M} UTC", 10, after=3)
    found = list(channels)
    for channel in found:
        _channel(pdf, channel, made_at.date(), words, names)
    if not found:
        _line(pdf, words("Nothing was taken out."), 11)
    return bytes(pdf.output())


def printable(value: object) -> str:
    """Text for a page: without control and direction marks, which could hide what it says."""
    text = "" if value is None else str(value)
    return "".join(" " if category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in text)


def _channel(
    pdf: Any, channel: Channel, today: date, words: Translate, names: Mapping[str, str]
) -> None:
    count = channel.count(today)
    _line(pdf, names[channel.use], 13, after=0)
    told = "%(uses)s in all, %(waiting)s to take down, %(late)s of them late"
    _line(pdf, words(told, **count), 9, after=1)
    from fpdf import FontFace

    pdf.set_font("sans", size=7)
    widths = tuple(width for _name, _heading, width in COLUMNS)
    look = FontFace(emphasis="", fill_color=(238, 236, 232))
    with pdf.table(
        col_widths=widths, line_height=3.6, text_align="LEFT", padding=1, headings_style=look
    ) as table:
        heading = table.row()
        for _name, title, _width in COLUMNS:
            heading.cell(words(title))
        for row in channel.rows:
            line = table.row()
            for text in _cells(row, words, names):
                line.cell(text)
    pdf.ln(4)


def _cells(row: Row, words: Translate, names: Mapping[str, str]) -> list[str]:
    kind = words("File") if row["asset_id"] else words("Words")
    told = dict(row) | {
        "taken_out_at": str(row["taken_out_at"])[:10],
        "until": row["until"] or words("further notice"),
        "member": row["member"] or words("a program"),
        "subject": f"{kind} {row['subject_sha256'][:16]}",
        "permission_hash": row["permission_hash"][:16],
        "removal": _removal(row, words, names),
    }
    return [printable(told[name]) for name, _heading, _width in COLUMNS]


def _removal(row: Row, words: Translate, names: Mapping[str, str]) -> str:
    if not row["take_down_reason"]:
        return words("runs")
    reason = names[row["take_down_reason"]]
    if not row["taken_down_at"]:
        return f"{reason} {words('Due %(day)s', day=row['take_down_due_on'])}"
    return f"{reason} {str(row['taken_down_at'])[:10]}: {row['proof']}"


def _line(pdf: Any, text: str, size: int, after: float = 2) -> None:
    pdf.set_font("sans", size=size)
    pdf.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(after)
