"""The table of roles in docs is the table in the code."""

from __future__ import annotations

import re

from reviewapp.web.auth import ROLE_ACTIONS
from tests.house.source import ROOT


def test_docs_tell_what_each_role_may() -> None:
    text = (ROOT / "docs" / "roles.md").read_text()
    header, *rows = [line for line in text.splitlines() if line.startswith("| ")]
    roles = [cell.strip() for cell in header.split("|")[2:7]]
    told: dict[str, set[str]] = {role: set() for role in roles}
    for row in rows:
        if action := re.match(r"\| `([\w.]+)` \|", row):
            for role, cell in zip(roles, row.split("|")[2:7], strict=True):
                if cell.strip():
                    told[role].add(action[1])
    assert told == {role: set(actions) for role, actions in ROLE_ACTIONS.items()}
