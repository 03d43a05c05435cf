"""What a stranger needs to know is written down: rules, settings, error codes."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from reviewapp.core.errors import MESSAGES
from reviewapp.core.settings import Settings, environment
from reviewapp.models.shop_settings import ShopSettings
from tests.house.source import ROOT, python_files

RULES = [f"G{n}" for n in range(1, 32)] + [f"P{n}" for n in range(1, 6)]
ROW = re.compile(r"^\| (?P<id>[GP]\d+) \| (?P<state>held|open) \| (?P<tests>.*) \|$", re.M)


def rule_rows() -> dict[str, tuple[str, list[str]]]:
    """The table of docs/rules.md: id → (held | open, the tests named)."""
    text = (ROOT / "docs" / "rules.md").read_text()
    return {
        row["id"]: (row["state"], re.findall(r"`(tests/[^`]+)`", row["tests"]))
        for row in ROW.finditer(text)
    }


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_held_by_a_test_or_named_as_open(rule: str) -> None:
    state, tests = rule_rows()[rule]
    assert tests or state == "open", f"{rule} has neither a test nor the word open"
    for named in tests:
        path, _, function = named.partition("::")
        assert (ROOT / path).is_file(), named
        assert f"def {function}(" in (ROOT / path).read_text(), named


def test_open_rules_are_named() -> None:
    rows = rule_rows()
    named = re.search(r"^Open: (.*)\.$", (ROOT / "docs" / "rules.md").read_text(), re.M)
    open_rules = [rule for rule in RULES if rows[rule][0] == "open"]
    listed = re.findall(r"[GP]\d+", named.group(1)) if named else []
    assert listed == open_rules


def test_every_setting_is_documented(tmp_path) -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    told = environment(Settings(data_dir=tmp_path, secret_keys=("k",)))
    names = {name for name in told if name.startswith("REVIEWAPP_")}
    names |= {field.name for field in fields(ShopSettings)}
    assert {name for name in names if f"`{name}`" not in text} == set()


def test_every_error_code_is_documented() -> None:
    text = (ROOT / "docs" / "api.md").read_text()
    codes = set(MESSAGES)
    raised = re.compile(
        r"(?:NotFound|NotSignedIn|NotAllowed|Invalid|Conflict|Gone|TooMany|TooLarge|OutsideFailed)"
        r'\(\s*"(\w+)"'
    )
    for path in python_files():
        codes |= set(raised.findall(path.read_text()))
    assert {code for code in codes if f"`{code}`" not in text} == set()
