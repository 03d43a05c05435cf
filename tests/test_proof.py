"""The chains can be proven without us: exported, and verified by a script of its own (G30, P3)."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from reviewapp.audit.chain import entry_hash
from reviewapp.audit.service import record
from reviewapp.proof import audit
from reviewapp.rights.ledger import Act, Origin, Subject
from reviewapp.rights.service import grant, record_permissions
from reviewapp.rights.slots import Slots
from reviewapp.rights.wording import change_wording
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

    done = run(kit, "export", "--out", str(tmp_path))
    assert done.exit_code == 0, done.output
    return tmp_path


def run(kit, *arguments: str):
    @contextmanager
    def opened():
        yield kit

    return CliRunner().invoke(audit, list(arguments), obj=opened)


def verified(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    script = folder / "verify_export.py"
    files = sorted(map(str, folder.glob("*/*.jsonl")))
    command = [sys.executable, "-I", "-S", str(script), *options, *files]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def rewrite(path: Path, change) -> None:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in change(rows)))


def test_an_export_verifies_anywhere(folder):
    done = verified(folder)
    assert (done.returncode, done.stdout.count("intact")) == (0, 2), done.stdout + done.stderr


@pytest.mark.parametrize("name", ["log", "permissions"])
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rows: [rows[0] | {"at": "y"}, *rows[1:]], "entry 1 was changed"),
        (lambda rows: [rows[0], *rows[2:]], "entry 3 expected number 2"),
        (lambda rows: [rows[1], rows[0], *rows[2:]], "entry 2 expected number 1"),
        (lambda rows: [rows[0], *rows], "entry 1 expected number 2"),
    ],
    ids=["changed", "missing", "exchanged", "inserted"],
)
def test_a_touched_export_is_found_out_and_the_entry_named(folder, name, change, told):
    rewrite(next(folder.glob(f"*/{name}.jsonl")), change)
    done = verified(folder)
    assert done.returncode == 1
    assert f"{name}.jsonl: {told}" in done.stdout


def anew(rows):
    """All of it written again, with hashes that fit."""
    previous = "0" * 64
    for row in rows:
        told = row | {"at": "2020-01-01T00:00:00+00:00", "previous_hash": previous}
        previous = entry_hash(previous, told)
        yield told | {"hash": previous}


@pytest.mark.parametrize("name", ["log", "permissions"])
@pytest.mark.parametrize("change", [lambda rows: rows[:-1], anew], ids=["cut", "anew"])
def test_an_end_that_was_cut_off_or_a_chain_written_anew_is_missed(folder, tmp_path, name, change):
    heads = (folder / "heads.json").read_text()
    path = next(folder.glob(f"*/{name}.jsonl"))
    newest = len(path.read_text().splitlines())
    rewrite(path, change)
    done = verified(folder)
    assert done.returncode == 1
    assert f"{name}.jsonl: entry {newest}, noted as its newest, is missing" in done.stdout
    (folder / "heads.json").unlink()
    assert verified(folder).returncode == 0, "the copy alone does not tell"
    elsewhere = tmp_path / "kept.json"
    elsewhere.write_text(heads)
    assert verified(folder, f"--heads={elsewhere}").returncode == 1


COPY = (
    "INSERT INTO permission_entry SELECT (jsonb_populate_record(e, jsonb_build_object("
    "'number', 900, 'id', gen_random_uuid()))).* FROM permission_entry e WHERE number = 2"
)


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (["UPDATE permission_entry SET use = 'print' WHERE number = 2"], 2),
        (["DELETE FROM permission_entry WHERE number = 2"], 3),
        ([COPY, "UPDATE permission_entry SET number = 9 WHERE number = 900"], 9),
        (
            [
                "UPDATE permission_entry SET number = 900 WHERE number = 2",
                "UPDATE permission_entry SET number = 2 WHERE number = 3",
                "UPDATE permission_entry SET number = 3 WHERE number = 900",
            ],
            2,
        ),
    ],
    ids=["changed", "removed", "inserted", "exchanged"],
)
def test_a_row_touched_by_hand_is_named_by_the_command_and_in_an_export(
    kit, folder, superuser_url, tmp_path, statements, named
):
    engine = create_engine(superuser_url)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            assert connection.execute(text(statement)).rowcount == 1
    engine.dispose()
    found = run(kit, "verify")
    assert found.exit_code == 1
    assert f"permissions: entry {named}" in found.output
    assert "log: entry" not in found.output
    again = tmp_path / "again"
    run(kit, "export", "--out", str(again))
    done = verified(again)
    assert done.returncode == 1
    assert f"permissions.jsonl: entry {named}" in done.stdout


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE permission_detail SET credit_line = 'Mallory'", "another name"),
        ("UPDATE permission_detail SET agent = 'curl'", "another address or agent"),
        ("UPDATE licence_wording SET friendly = 'Anything goes.'", "another licence text"),
        ("DELETE FROM licence_wording", "another licence text"),
    ],
)
def test_what_the_ledger_binds_without_holding_it_is_checked_too(
    kit, shop, superuser_url, statement, told
):
    with kit.database.transaction(shop.id) as session:
        review = factories.review(session, shop)
        own = Slots("Marlow & Finch", "hello@marlow.example", "We love what you wrote.")
        change_wording(session, shop, "en", own, by="t")
        origin = Origin("198.51.100.7", "Firefox", "Ada Q.")
        act = Act("en", {"action": "test"}, origin)
        grant(session, review, "ads", [Subject("a" * 64)], act)
    assert run(kit, "verify").exit_code == 0
    engine = create_engine(superuser_url)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        assert connection.execute(text(statement)).rowcount == 1
    engine.dispose()
    found = run(kit, "verify")
    assert found.exit_code == 1
    assert f"permissions: entry 1 has {told} than it was written with" in found.output


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("not json", "line 1"),
        ('{"number": 1}', "it is no entry"),
        ("[1]", "line 1"),
        ('{"use": "print", "use": "ads"}', "stands twice"),
    ],
)
def test_a_file_that_is_no_export_is_said_so(folder, line, told):
    next(folder.glob("*/log.jsonl")).write_text(f"{line}\n")
    done = verified(folder)
    assert done.returncode == 2
    assert "log.jsonl: line 1" in done.stderr
    assert told in done.stderr
