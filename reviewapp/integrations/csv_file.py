"""A table in a text file: plain or gz, checked to its end before anything is taken from it."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from reviewapp.core.errors import Invalid

GZIP = b"\x1f\x8b"
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
DELIMITERS = ",;\t|"
LONGEST_LINE = 1_000_000


@dataclass(frozen=True)
class Table:
    """A file found to be readable; `row_count` rows follow its header."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    row_count: int

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line number, cells) of each row; a row of several lines counts from its first."""
        yield from _rows(self.path, self.encoding, self.delimiter)

    def place_of(self, column: str) -> int:
        """Where `column` stands; Invalid when it is missing."""
        if column not in self.header:
            raise unreadable(self.path, f"has no column {column}")
        return self.header.index(column)


def unreadable(path: Path, reason: str) -> Invalid:
    """One line that says which file and why."""
    return Invalid("file_unreadable", f"{path.name} {reason}. Nothing was imported from it.")


def read_table(path: Path, encoding: str | None = None) -> Table:
    """Find out encoding and delimiter and read the file once to its end.

    Invalid, with the line, for what cannot be read: another encoding, a gz cut short, an open
    quote, a line over 1,000,000 characters, no header.
    """
    told = encoding or _encoding(path)
    with _clear_errors(path, told), _opened(path) as file, _text(file, told) as text:
        start = text.readline(LONGEST_LINE)
    if not start.strip():
        raise unreadable(path, "is empty: its first line must name the columns")
    if "\x00" in start:
        raise unreadable(path, "is not a text table; save it as CSV in UTF-8")
    delimiter = max(DELIMITERS, key=start.count)
    rows = _rows(path, told, delimiter, with_header=True)
    header = tuple(cell.strip() for cell in next(rows)[1])
    return Table(path, told, delimiter, header, sum(1 for _ in rows))


def _rows(
    path: Path, encoding: str, delimiter: str, *, with_header: bool = False
) -> Iterator[tuple[int, list[str]]]:
    with _clear_errors(path, encoding), _opened(path) as file, _text(file, encoding) as text:
        reader = csv.reader(_lines(text, path), delimiter=delimiter, strict=True)
        line = 1
        try:
            for cells in reader:
                if cells and (with_header or line > 1):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise unreadable(path, f"cannot be read from line {line} on ({error})") from error


def _lines(text: IO[str], path: Path) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise unreadable(path, f"has more than {LONGEST_LINE:,} characters in line {number}")
        yield line


def _encoding(path: Path) -> str:
    with _clear_errors(path, "utf-8"), _opened(path) as file:
        start = file.read(3)
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            return encoding
    return "utf-8"


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as plain:
        packed = plain.read(2) == GZIP
        plain.seek(0)
        if not packed:
            yield plain
            return
        with gzip.GzipFile(fileobj=plain) as unpacked, io.BufferedReader(unpacked) as buffered:
            yield buffered


def _text(file: IO[bytes], encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(file, encoding=encoding, newline="")


@contextmanager
def _clear_errors(path: Path, encoding: str) -> Iterator[None]:
    try:
        yield
    except UnicodeError as error:
        line = _undecodable_line(path, encoding)
        hint = "save it as UTF-8, or name its encoding by --encoding (such as cp1252)"
        raise unreadable(path, f"is not {encoding} in line {line}; {hint}") from error
    except LookupError as error:
        raise unreadable(path, f"cannot be read: no encoding is called {encoding}") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise unreadable(path, "is cut short or damaged; get the .gz file again") from error
    except OSError as error:
        raise unreadable(path, f"cannot be opened ({error.strerror})") from error


def _undecodable_line(path: Path, encoding: str) -> int:
    with _opened(path) as file:
        for number, raw in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), start=1):
            try:
                raw.decode(encoding)
            except UnicodeError:
                return number
    return 1


def cells_of(cells: Sequence[str], places: Sequence[int]) -> list[str]:
    """The cells at `places`, trimmed."""
    return [cells[place].strip() for place in places]
