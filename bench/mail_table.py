"""What real mails are taken for; `python -m bench.mail_table FOLDER` prints the table in docs.

`FOLDER` holds folders of mails (`*.eml`) and of reply texts (`*.txt`); `--each` lists every mail.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reviewapp.inbox.kinds import Taken, taken_for
from reviewapp.inbox.parsing import decode, read, with_known_line_ends
from reviewapp.inbox.replies import cut

STATUS_SOMEWHERE = re.compile(
    r"(?:^|[\s#:;(\[<\"'])[45]\.\d{1,3}\.\d{1,3}(?=[\s);:,\]<>\"'-]|$)"  # RFC 3463
    r"|(?:^|[:>(\[\"'] ?|said: ?|responded with )[45]\d\d[ -][#<A-Za-z(]",  # a server's answer
    re.MULTILINE,
)


@dataclass
class Folder:
    """What the mails of one folder were taken for, and what their reports told."""

    name: str
    kinds: Counter[str]
    reports: int = 0
    with_recipient: int = 0
    with_status: int = 0
    missed: int = 0
    """Reports whose file has a status that was not found."""

    @property
    def row(self) -> str:
        """A line of the table."""
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.kinds.most_common())
        told = "·"
        if self.reports:
            told = (
                f"{self.with_recipient} of {self.reports} recipients, "
                f"{self.with_status} statuses, {self.missed} missed"
            )
        return f"| {self.name} | {sum(self.kinds.values())} | {kinds} | {told} |"


def mails(folder: Path) -> Iterator[tuple[Path, Taken]]:
    """Each mail of a folder and what it is taken for."""
    for path in sorted(folder.glob("*.eml")):
        yield path, taken_for(read(path.read_bytes()))


def looked_at(folder: Path) -> Folder:
    """Count one folder."""
    found = Folder(folder.name, Counter())
    for path, taken in mails(folder):
        found.kinds[taken.kind] += 1
        if taken.fates:
            found.reports += 1
            found.with_recipient += all(fate.recipient for fate in taken.fates)
            known = any(fate.status for fate in taken.fates)
            found.with_status += known
            found.missed += not known and tells_status(path)
    for path in sorted(folder.glob("*.txt")):
        words = cut(path.read_text())
        found.kinds["message, cut" if words.quoted else "message, whole"] += 1
    return found


def tells_status(path: Path) -> bool:
    """Whether a file has the status or the reply code of a failure anywhere."""
    text = decode(with_known_line_ends(path.read_bytes()), "")
    return bool(STATUS_SOMEWHERE.search(text))


def main(arguments: list[str]) -> None:
    """Print the table, or every mail."""
    root = Path(arguments[0])
    folders = sorted(path for path in root.iterdir() if path.is_dir())
    if "--each" in arguments:
        for folder in folders:
            for path, taken in mails(folder):
                told = "; ".join(f"{f.recipient} {f.action} {f.status}" for f in taken.fates)
                print(f"{folder.name}/{path.name}\t{taken.kind}\t{taken.reason}\t{told}")
        return
    print("| folder | mails | taken for | told by reports |")
    print("| --- | --- | --- | --- |")
    for folder in folders:
        print(looked_at(folder).row)


if __name__ == "__main__":
    main(sys.argv[1:])
