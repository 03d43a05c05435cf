"""Names of documents, shards and redaction: pure values."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.widgets import rules

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("plain", ["SKU-1", "a", "8719325", "a.b_c-d", "x" * 100])
def test_a_safe_id_is_its_own_folder(plain: str) -> None:
    assert rules.product_key(plain) == plain


@pytest.mark.parametrize(
    "odd", ["", ".", "..", "-x", "a/b", "a b", "größe", "~x", "x" * 101, "a\n"]
)
def test_any_other_id_is_encoded_and_can_be_read_back(odd: str) -> None:
    key = rules.product_key(odd)
    assert key.startswith("~")
    assert urlsafe_b64decode(key[1:] + "=" * (-len(key[1:]) % 4)).decode() == odd


@given(st.text(max_size=60), st.sampled_from([1, 2, 4, 8, 512]))
def test_every_product_lies_in_exactly_one_shard(external_id: str, shards: int) -> None:
    hashed = rules.key_hash(rules.product_key(external_id))
    homes = [
        shard
        for shard in range(shards)
        if rules.shard_range(shard, shards)[0] <= hashed < rules.shard_range(shard, shards)[1]
    ]
    assert homes == [rules.shard_of(hashed, shards)]


def test_the_tags_name_documents_as_the_server_does() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node: the tags' own naming runs in it")
    ids = ["SKU-1", "8719325", "größe/42", "..", "-x", "a b", "x" * 101, "日本", "", "a.b"]
    loader = (ROOT / "static" / "widget" / "embed.js").read_text()
    named = r"const key = (/.+/)\.test\(product\) \? product : .*\.encode\(product\);"
    safe = re.search(named, loader)
    assert safe, "the loader names documents in another way now"
    program = (
        "import { shardOf } from './static/widget/keys.js';"
        "import { encode } from './static/widget/encoded-key.js';"
        f"const ids = {json.dumps(ids)};"
        f"const keys = ids.map((id) => ({safe[1]}.test(id) ? id : encode(id)));"
        "console.log(JSON.stringify(keys.map((key) => [key, shardOf(key, 8)])));"
    )
    command = [node, "--no-warnings", "--input-type=module", "-e", program]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    keys = [rules.product_key(each) for each in ids]
    assert json.loads(told) == [[k, rules.shard_of(rules.key_hash(k), 8)] for k in keys]


def test_shards_double_as_a_shop_grows() -> None:
    assert [rules.shard_count(n) for n in (0, 1, 512, 513, 1024, 1025)] == [1, 1, 1, 2, 2, 4]


def span(start: int, end: int, field: str = "body", reason: str = "abusive") -> dict[str, object]:
    return {"field": field, "start": start, "end": end, "reason": reason}


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        ([], "abcdefgh"),
        ([span(0, 2)], "▇▇▇cdefgh"),
        ([span(6, 8)], "abcdef▇▇▇"),
        ([span(1, 3), span(2, 5)], "a▇▇▇fgh"),
        ([span(1, 3), span(3, 5)], "a▇▇▇fgh"),
        ([span(4, 5), span(1, 2)], "a▇▇▇cd▇▇▇fgh"),
        ([span(0, 99)], "▇▇▇"),
        ([span(0, 2, field="title")], "abcdefgh"),
        ([span(1, 6), span(2, 3)], "a▇▇▇gh"),
    ],
)
def test_redacted_spans_are_blocked_out(spans: list[dict[str, object]], shown: str) -> None:
    assert rules.redacted_text("abcdefgh", "body", spans) == shown


def test_the_reasons_of_redactions_are_told_once() -> None:
    spans = [span(0, 1), span(2, 3), span(4, 5, reason="personal_information")]
    assert rules.redaction_reasons(spans) == ("abusive", "personal_information")


def test_paragraphs_are_cut_at_blank_lines() -> None:
    assert rules.paragraphs(" one\ntwo\n \n\nthree\n") == ["one\ntwo", "three"]
    assert rules.paragraphs("") == []
