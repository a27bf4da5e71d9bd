"""Every example of the blocks that AutoGPT's graphs are made of gives the same with ours.

`core_blocks.toml` says which block of ours answers for which of theirs, pin by pin; `core_rows.py`
says what a row may hold.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import pytest

from luban.model.errors import LubanError
from luban.sdk.code import BlockCode
from luban.sdk.testing import TestContext
from luban.sdk.values import parse_path, pick
from tests.blocks.catalogue import Library, all_blocks
from tests.blocks.core_rows import MESSAGES, Case, case_of, in_kinds, rows, theirs, unfilled

OURS = {found.id: found.code for found in all_blocks()}
KNOWN = [one for one in theirs() if one.name in rows()]
EXAMPLES = [
    pytest.param(one.name, number, id=f"{one.name}-{number}")
    for one in KNOWN
    for number in range(len(one.examples))
]


@pytest.mark.parametrize(("name", "number"), EXAMPLES)
async def test_an_example_of_theirs_gives_the_same_with_ours(name: str, number: int) -> None:
    row = rows()[name]
    (their,) = (one for one in theirs() if one.name == name)
    assert row.block in OURS, f"there is no block {row.block}"
    code = OURS[row.block]
    case = case_of(their.examples[number], number, row, code.spec)
    assert unfilled(case) == [], "give these values in core_blocks.toml"
    got = await _run(code, case)
    if isinstance(got, LubanError):
        assert case.failure is not None, f"failed with {got.code}: {got}"
        assert case.failure in ("", got.code)
        return
    assert case.failure is None, f"should fail, and gave {got}"
    mapped = [pin for pin in their.outputs if pin not in row.without]
    mapped += [pin for pin in row.outputs if pin not in mapped]
    heard = {pin: _of(got, row.outputs.get(pin, pin)) for pin in mapped}
    heard = {pin: values for pin, values in heard.items() if values}
    for pin in row.also:
        if pin not in case.expected:
            heard.pop(pin, None)
    wanted = {pin: values for pin, values in case.expected.items() if pin not in row.without}
    for pin, values in wanted.items():
        if values == [MESSAGES]:
            heard[pin] = [in_kinds(value) for value in heard.get(pin, [])]
    assert _exact(heard) == _exact(wanted)


async def _run(code: BlockCode, case: Case) -> dict[str, list[Any]] | LubanError:
    context = TestContext.from_world(case.world)
    context.library = Library()
    try:
        return await context.run_code(code, case.inputs)
    except LubanError as error:
        return error


def _of(got: dict[str, list[Any]], path: str) -> list[Any]:
    """What came out of our pin, or of a part of its value (`outputs.total`)."""
    pin, dot, rest = path.partition(".")
    values = got.get(pin, [])
    return [pick(value, parse_path(rest)) for value in values] if dot else values


def _exact(value: Any) -> Any:
    """A number is the same whole or with a point, and `true` is not 1."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, list):
        return [_exact(one) for one in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _exact(one) for key, one in cast("dict[str, Any]", value).items()}
    return value


def test_every_block_of_theirs_has_one_of_ours() -> None:
    wanted = {one.name for one in theirs()}
    assert sorted(wanted - rows().keys()) == []


@pytest.mark.parametrize("name", rows())
def test_a_row_names_what_there_is(name: str) -> None:
    row = rows()[name]
    assert row.block in OURS, f"there is no block {row.block}"
    spec = OURS[row.block].spec
    taken = {path.partition(".")[0] for path in (*row.inputs.values(), *row.constants) if path}
    for example in row.example:
        taken |= {path.partition(".")[0] for path in example.constants}
    given = {path.partition(".")[0] for path in row.outputs.values()}
    assert taken <= spec.input_by_name.keys()
    assert given <= spec.output_by_name.keys()
    assert row.differs or not (row.without or any(example.gives == {} for example in row.example))
    assert name in {one.name for one in theirs()}


def test_rows_are_sorted() -> None:
    text = (Path(__file__).parent / "core_blocks.toml").read_text(encoding="utf-8")
    names = re.findall(r"^\[(\w+)\]", text, re.MULTILINE)
    assert names == sorted(names)
