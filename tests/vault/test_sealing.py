"""What was sealed opens in its own place, whole, and with its own key; or not at all."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luban.ports.vault import KeyLost, SealBroken, Sealed
from luban.vault import EnvelopeSealing, Key, KeyRing

OLD, NEW = Key("old", secrets.token_bytes(32)), Key("new", secrets.token_bytes(32))
PLACE = ("credentials", "c_1", "team_1", "1")
SEALING = EnvelopeSealing(KeyRing.of(OLD))

texts = st.text(max_size=20)
places = st.lists(texts, min_size=1, max_size=5).map(tuple)


@given(content=st.binary(max_size=300), place=places)
def test_opens_where_it_was_sealed(content: bytes, place: tuple[str, ...]) -> None:
    sealed = SEALING.seal(content, *place)
    assert SEALING.open(sealed, *place) == content
    assert sealed.key == "old"


@given(content=st.binary(min_size=8, max_size=64))
def test_the_box_holds_neither_content_nor_key(content: bytes) -> None:
    box = SEALING.seal(content, *PLACE).box
    assert content not in box
    assert OLD.secret not in box


@given(data=st.data(), content=st.binary(max_size=100))
def test_any_changed_byte_is_noticed(data: st.DataObject, content: bytes) -> None:
    box = bytearray(SEALING.seal(content, *PLACE).box)
    at = data.draw(st.integers(0, len(box) - 1))
    box[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealBroken):
        SEALING.open(Sealed("old", bytes(box)), *PLACE)


@given(data=st.data(), content=st.binary(max_size=100))
def test_a_box_that_is_too_short_or_too_long_is_noticed(
    data: st.DataObject, content: bytes
) -> None:
    box = SEALING.seal(content, *PLACE).box
    cut = box[: data.draw(st.integers(0, len(box) - 1))]
    for changed in (cut, box + data.draw(st.binary(min_size=1, max_size=8))):
        with pytest.raises(SealBroken):
            SEALING.open(Sealed("old", changed), *PLACE)


@given(here=places, there=places)
def test_opens_in_no_other_place(here: tuple[str, ...], there: tuple[str, ...]) -> None:
    sealed = SEALING.seal(b"secret", *here)
    if here == there:
        assert SEALING.open(sealed, *there) == b"secret"
        return
    with pytest.raises(SealBroken):
        SEALING.open(sealed, *there)


def test_parts_of_a_place_do_not_run_together() -> None:
    sealed = SEALING.seal(b"secret", "ab", "c")
    for place in (("a", "bc"), ("abc",), ("ab", "c", ""), ("", "ab", "c")):
        with pytest.raises(SealBroken):
            SEALING.open(sealed, *place)


@given(content=st.binary(max_size=50))
def test_the_same_content_never_looks_the_same(content: bytes) -> None:
    assert SEALING.seal(content, *PLACE).box != SEALING.seal(content, *PLACE).box


def test_a_key_that_is_gone_is_named() -> None:
    sealed = SEALING.seal(b"secret", *PLACE)
    with pytest.raises(KeyLost) as lost:
        EnvelopeSealing(KeyRing.of(NEW)).open(sealed, *PLACE)
    assert lost.value.params == {"key": "old", "what": "credentials c_1"}


def test_another_key_of_the_same_name_is_no_key() -> None:
    sealed = SEALING.seal(b"secret", *PLACE)
    impostor = Key("old", secrets.token_bytes(32))
    with pytest.raises(SealBroken):
        EnvelopeSealing(KeyRing.of(impostor)).open(sealed, *PLACE)


def test_the_key_a_row_names_is_the_one_in_its_box() -> None:
    both = EnvelopeSealing(KeyRing.of(OLD, NEW))
    sealed = both.seal(b"secret", *PLACE)
    with pytest.raises(SealBroken):
        both.open(Sealed("new", sealed.box), *PLACE)


def test_older_keys_of_the_ring_still_open() -> None:
    sealed = SEALING.seal(b"secret", *PLACE)
    turned = EnvelopeSealing(KeyRing.of(NEW, OLD))
    assert turned.open(sealed, *PLACE) == b"secret"
    assert turned.seal(b"secret", *PLACE).key == "new"


def test_a_newer_format_is_not_guessed_at() -> None:
    box = SEALING.seal(b"secret", *PLACE).box
    with pytest.raises(SealBroken):
        SEALING.open(Sealed("old", b"\x02" + box[1:]), *PLACE)
