"""How the blocks of AutoGPT's core answer to ours: the rows of `core_blocks.toml`, and examples."""

from __future__ import annotations

import base64
import copy
import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from pydantic import BaseModel, ConfigDict, Field

from luban.model.block import BlockSpec
from luban.sdk.values import PinKind

_HERE = Path(__file__).parent
_OUTSIDE = re.compile(r"<.*>")
"""An input of an example that is none of the block's: what the outside says, told by `world`."""
_DATA_URI = re.compile(r"data:([\w/+.-]+)(;base64)?,(.*)", re.DOTALL)

MESSAGES = {"some": "message list"}

FAILS = "error"
"""The output of theirs that stands for a failed step."""


class ExampleRow(BaseModel):
    """What one example needs beside its class; `number` counts from 0."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    number: int
    constants: dict[str, Any] = Field({}, alias="with")
    world: dict[str, Any] = {}
    gives: dict[str, Any] | None = None
    """What ours gives by their pins, a list for several values: for placeholders, and where ours
    is better on purpose, which `differs` of the class says. `error = "code"` is a failure."""


class Row(BaseModel):
    """A block of ours that answers for a class of theirs; pins are theirs → ours, with paths."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    block: str
    inputs: dict[str, str] = {}
    choices: dict[str, dict[str, Any]] = {}
    """Their values of an input, by their pin, and what ours calls them."""
    constants: dict[str, Any] = Field({}, alias="with")
    outputs: dict[str, str] = {}
    without: list[str] = []
    """Their pins that ours has no counterpart of."""
    also: list[str] = []
    """Their pins on which ours may give something where theirs is silent."""
    differs: str = ""
    world: dict[str, Any] = {}
    example: list[ExampleRow] = []


class Theirs(NamedTuple):
    """A class of theirs with the examples of what it does."""

    name: str
    needs: str
    outputs: list[str]
    examples: list[dict[str, Any]]


class Case(NamedTuple):
    """One example as our block is to be run: inputs, world, and what comes out by their pins."""

    inputs: dict[str, Any]
    world: dict[str, Any]
    expected: dict[str, list[Any]]
    failure: str | None
    """The code it fails with, `""` for any."""


@cache
def theirs() -> tuple[Theirs, ...]:
    told = json.loads((_HERE / "core_examples.json").read_text(encoding="utf-8"))
    return tuple(
        Theirs(one["class"], one["needs"], one["outputs"], one["examples"]) for one in told
    )


@cache
def rows() -> dict[str, Row]:
    text = (_HERE / "core_blocks.toml").read_text(encoding="utf-8")
    return {name: Row.model_validate(row) for name, row in tomllib.loads(text).items()}


def case_of(example: dict[str, Any], number: int, row: Row, spec: BlockSpec) -> Case:
    """An example in our words."""
    own = next((one for one in row.example if one.number == number), None)
    world = copy.deepcopy({**row.world, **(own.world if own else {})})
    inputs: dict[str, Any] = {}
    for name, value in _leaves(example["in"], row.inputs):
        if not _OUTSIDE.fullmatch(name) and row.inputs.get(name, name):
            chosen = row.choices.get(name, {}).get(str(value), value)
            _put(inputs, row.inputs.get(name, name), chosen)
    for constants in (row.constants, own.constants if own else {}):
        for name, value in constants.items():
            _put(inputs, name, copy.deepcopy(value))
    _store_files(inputs, world, spec)
    expected, failure = _expected(example["out"], own)
    return Case(inputs, world, expected, failure)


def _leaves(given: dict[str, Any], named: dict[str, str]) -> list[tuple[str, Any]]:
    """Their inputs; an object is taken apart where a row names its parts (`format_type.zone`)."""
    found: list[tuple[str, Any]] = []
    for name, value in given.items():
        parts = [each for each in named if each.startswith(f"{name}.")]
        if not parts:
            found.append((name, value))
        for part in parts:
            inner = value.get(part.partition(".")[2])
            if inner is not None:
                found.append((part, inner))
    return found


def _put(inputs: dict[str, Any], path: str, value: Any) -> None:
    """`values.name` sets a part of an object."""
    *outer, last = path.split(".")
    for step in outer:
        inputs = inputs.setdefault(step, {})
    inputs[last] = value


def _store_files(inputs: dict[str, Any], world: dict[str, Any], spec: BlockSpec) -> None:
    """Data URIs where ours takes a file become stored files, as importing a graph makes them."""
    for name, value in inputs.items():
        uri = _DATA_URI.fullmatch(value) if isinstance(value, str) else None
        if uri is None or spec.input_by_name[name].type.kind is not PinKind.FILE:
            continue
        kind, coded, text = uri.groups()
        content = base64.b64decode(text) if coded else text.encode()
        ref = {"$file": f"f_{name}", "name": name, "type": kind, "size": len(content)}
        world.setdefault("files", {})[f"f_{name}"] = {"name": name, "type": kind, "bytes": content}
        inputs[name] = ref


def _expected(
    out: list[list[Any]], own: ExampleRow | None
) -> tuple[dict[str, list[Any]], str | None]:
    gathered: dict[str, list[Any]] = {}
    for pin, value in out:
        gathered.setdefault(pin, []).append(value)
    if own is not None and own.gives is not None:
        for pin, value in own.gives.items():
            gathered[pin] = cast("list[Any]", value) if isinstance(value, list) else [value]
        if FAILS in own.gives:
            return {}, str(own.gives[FAILS])
        if own.gives == {}:
            gathered = {}
    if FAILS in gathered:
        return {}, ""
    return gathered, None


def unfilled(case: Case) -> list[str]:
    """Pins of which an example only says what kind of value comes (`{"some": "hour"}`), and the row
    does not say which."""
    return [
        pin
        for pin, values in case.expected.items()
        if any(
            isinstance(value, dict) and "some" in value and value != MESSAGES for value in values
        )
    ]


def in_kinds(value: Any) -> Any:
    """A conversation as examples name it: what a model is told is each system's own wording."""
    turns = cast("list[Any]", value) if isinstance(value, list) else []
    told = [each for each in turns if isinstance(each, dict) and {*each} == {"role", "content"}]
    return MESSAGES if turns and len(told) == len(turns) else value
