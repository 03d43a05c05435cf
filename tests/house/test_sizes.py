"""Files and functions stay short enough to be read at once."""

from __future__ import annotations

import ast

import pytest

from tests.house.source import ROOT, name_of, python_files

FILE_LINES = 300
FUNCTION_LINES = 40
SCRIPTS = [*(ROOT / "static").rglob("*.js"), *(ROOT / "bench").rglob("*.py")]


def test_no_file_is_longer_than_the_house_allows() -> None:
    files = [*python_files(), *(path for path in SCRIPTS if "dist" not in path.parts)]
    files += list((ROOT / "tests").rglob("*.py"))
    long = {name_of(p): n for p in files if (n := len(p.read_text().splitlines())) > FILE_LINES}
    assert long == {}


@pytest.mark.parametrize("path", python_files(), ids=name_of)
def test_no_function_is_longer_than_the_house_allows(path) -> None:
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES
    }
    assert long == {}


@pytest.mark.parametrize("path", python_files(), ids=name_of)
def test_every_file_says_its_duty_in_one_line(path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    assert docstring.splitlines()[:1], "no docstring at the file's head"
