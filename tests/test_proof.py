"""The chains can be proven without us: exported, and verified by a script of its own (G30, P3)."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from reviewapp.audit.service import record
from reviewapp.proof import audit
from reviewapp.rights.ledger import Act, Subject
from reviewapp.rights.service import record_permissions
from tests import factories


@pytest.fixture
def folder(kit, tmp_path) -> Path:
    with kit.database.transaction("*") as session:
        review = factories.review(session, factories.shop(session))
        record_permissions(
            session, review, granted=["ads"], subjects=[Subject("a" * 64)],
            act=Act("de", {"action": "submitted", "name": "Grüße"}),
        )  # fmt: skip
        for number in range(3):
            record(session, shop_id=review.shop_id, actor="clock", action="x.done",
                   subject=f"x:{number}")  # fmt: skip

    @contextmanager
    def opened():
        yield kit

    done = CliRunner().invoke(audit, ["export", "--out", str(tmp_path)], obj=opened)
    assert done.exit_code == 0, done.output
    return tmp_path


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    script = folder / "verify_export.py"
    files = sorted(map(str, folder.glob("*/*.jsonl")))
    command = [sys.executable, "-I", "-S", str(script), *files]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def rewrite(path: Path, change) -> None:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in change(rows)))


def test_an_export_verifies_anywhere(folder):
    done = verified(folder)
    assert (done.returncode, done.stdout.count("intact")) == (0, 2), done.stdout + done.stderr


@pytest.mark.parametrize("name", ["log", "permissions"])
@pytest.mark.parametrize(
    "change",
    [
        lambda rows: [rows[0] | {"subject": "y"}, *rows[1:]],
        lambda rows: [rows[0], *rows[2:]],
        lambda rows: [rows[1], rows[0], *rows[2:]],
        lambda rows: [rows[0], *rows],
    ],
    ids=["changed", "missing", "exchanged", "inserted"],
)
def test_a_touched_export_is_found_out(folder, name, change):
    rewrite(next(folder.glob(f"*/{name}.jsonl")), change)
    done = verified(folder)
    assert done.returncode == 1
    assert f"{name}.jsonl: entry" in done.stdout


def test_a_file_that_is_no_export_is_said_so(folder):
    next(folder.glob("*/log.jsonl")).write_text("not json\n")
    assert verified(folder).returncode == 2
