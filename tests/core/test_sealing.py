"""Sealed files: only whole, untouched, of the right thing and under a known key they open."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from reviewapp.core import sealing
from reviewapp.core.sealing import SealBroken, Sealer

OLD, NEW = "a-secret-key-that-was-used-before", "the-secret-key-of-today-and-tomorrow"
PHOTO = b"the photo's id"


def sealed(data: bytes, keys: tuple[str, ...] = (NEW,), bound_to: bytes = PHOTO) -> bytes:
    sink = BytesIO()
    Sealer(keys).seal(BytesIO(data), sink, bound_to)
    return sink.getvalue()


def unsealed(data: bytes, keys: tuple[str, ...] = (NEW,), bound_to: bytes = PHOTO) -> bytes:
    return b"".join(Sealer(keys).unseal(BytesIO(data), bound_to))


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "CHUNK_BYTES", 8)


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 16, 17, 100])
def test_what_was_sealed_comes_back_whatever_its_length(size: int) -> None:
    data = bytes(range(256))[:size]
    assert unsealed(sealed(data)) == data


@pytest.mark.usefixtures("small_chunks")
def test_nothing_of_it_can_be_read_and_no_two_are_alike() -> None:
    data = b"a place nobody should know" * 4
    one, other = sealed(data), sealed(data)
    assert one[-60:] != other[-60:]
    assert not any(data[at : at + 6] in one for at in range(len(data) - 6))


@given(st.data())
@hypothesis_settings(max_examples=60)
def test_a_changed_byte_is_noticed(data: st.DataObject) -> None:
    whole = bytearray(sealed(b"twelve bytes"))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealBroken):
        unsealed(bytes(whole))


@pytest.mark.usefixtures("small_chunks")
def test_a_cut_or_swapped_chunk_is_noticed() -> None:
    whole = sealed(b"0123456789abcdefghij")
    head, chunk = len(whole) - 24 * 2 - 20, 24
    first, second, third = (
        whole[head : head + chunk],
        whole[head + chunk : head + 2 * chunk],
        whole[head + 2 * chunk :],
    )
    assert unsealed(whole[:head] + first + second + third) == b"0123456789abcdefghij"
    for parts in ((first,), (first, second), (second, first, third), (first, third), ()):
        with pytest.raises(SealBroken):
            unsealed(whole[:head] + b"".join(parts))
    with pytest.raises(SealBroken):
        unsealed(whole[: head - 3])


def test_it_opens_only_as_what_it_was_sealed_for() -> None:
    with pytest.raises(SealBroken):
        unsealed(sealed(b"x"), bound_to=b"another photo's id")


def test_an_older_key_still_opens_and_a_lost_one_is_named() -> None:
    before = sealed(b"x", (OLD,))
    assert unsealed(before, (NEW, OLD)) == b"x"
    with pytest.raises(SealBroken) as lost:
        unsealed(before, (NEW,))
    assert lost.value.code == "seal_key_unknown"
    assert Sealer((NEW, OLD)).key_id != Sealer((OLD,)).key_id
