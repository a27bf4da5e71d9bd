"""What strangers are shown: nothing that is secret, at any depth, and everything else as it is."""

from __future__ import annotations

from typing import Any

import pytest

from luban.sdk import Field, block
from luban.sdk.block import compile_block
from luban.sdk.code import BlockCode
from luban.services.redaction import HIDDEN, scrubbed, secrets_in, without_secrets


@block(id="test.open")
def open_it(value: str, key: str = Field("", secret=True)) -> str:
    """Opens something."""
    return value


class Shelf:
    """One block, and no other."""

    def find(self, block_id: str) -> BlockCode | None:
        return compile_block(open_it) if block_id == "test.open" else None


def node(**constants: Any) -> dict[str, Any]:
    return {"block": "test.open", "with": constants}


def test_secrets_are_left_out_at_any_depth() -> None:
    inner = {"nodes": {"deep": node(value="v", key="s3cret")}}
    document = {"nodes": {"a": node(value="v", key="s3cret"), "each": {"body": inner}}}
    cleared = without_secrets(document, Shelf())
    assert cleared["nodes"]["a"]["with"] == {"value": "v"}
    assert cleared["nodes"]["each"]["body"]["nodes"]["deep"]["with"] == {"value": "v"}
    assert document["nodes"]["a"]["with"]["key"] == "s3cret"
    assert secrets_in(document, Shelf()) == {"s3cret"}


def test_credentials_are_left_out() -> None:
    document = {"nodes": {"a": {**node(value="v"), "credentials": {"x": "c_1"}, "title": "A"}}}
    kept = without_secrets(document, Shelf())["nodes"]["a"]
    assert kept == {"block": "test.open", "with": {"value": "v"}, "title": "A"}


def test_of_an_unknown_block_no_constant_is_shown() -> None:
    document = {"nodes": {"a": {"block": "no.such", "with": {"x": "maybe secret", "y": [1]}}}}
    assert without_secrets(document, Shelf())["nodes"]["a"]["with"] == {}
    assert secrets_in(document, Shelf()) == {"maybe secret", "1"}


def test_all_else_stays_as_it_is() -> None:
    document = {"luban": 1, "name": "N", "nodes": {"a": node(value={"block": 1})}, "links": ["a"]}
    assert without_secrets(document, Shelf()) == document


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("tell s3cret!", f"tell {HIDDEN}!"),
        ({"s3cret": ["s3cret", 1, None, True]}, {HIDDEN: [HIDDEN, 1, None, True]}),
        ("s3crets3cret", HIDDEN * 2),
        (("a", "s3cret"), ["a", HIDDEN]),
        (42, 42),
    ],
)
def test_secrets_are_hidden_wherever_they_stand(value: Any, shown: Any) -> None:
    assert scrubbed(value, {"s3cret", "ab"}) == shown


def test_the_longest_secret_is_hidden_first() -> None:
    assert scrubbed("s3cret-long", {"s3cret", "s3cret-long"}) == HIDDEN


def test_texts_too_short_to_tell_anything_stay() -> None:
    assert scrubbed("a b c", {"a", ""}) == "a b c"
