"""Runs the examples of blocks, which are their tests, and checks what blocks say of their pins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from luban.cli.chosen_blocks import Chosen
from luban.model.block import BlockExample, BlockSpec, InputPin
from luban.model.errors import LubanError
from luban.model.pins import coerce
from luban.registry import BrokenBlock
from luban.sdk.code import BlockCode, BlockSource
from luban.sdk.machine_parts import missing_part
from luban.sdk.testing import try_example


class Failure(NamedTuple):
    """What an example, counted from 1, did otherwise; 0 is the block's own description."""

    example: int
    difference: str

    def __str__(self) -> str:
        return f"{self.example}: {self.difference}" if self.example else self.difference


class Skip(NamedTuple):
    """An example that this machine cannot run, and why."""

    example: int
    why: str


@dataclass
class Tried:
    """One block's examples."""

    id: str
    examples: int = 0
    failures: list[Failure] = field(default_factory=list[Failure])
    skipped: list[Skip] = field(default_factory=list[Skip])

    @property
    def passed(self) -> int:
        wrong = {each.example for each in self.failures if each.example}
        return self.examples - len(wrong) - len(self.skipped)


@dataclass
class Told:
    """All of them."""

    blocks: list[Tried]
    broken: list[BrokenBlock]

    def as_json(self) -> dict[str, Any]:
        return {
            "blocks": len(self.blocks),
            "examples": sum(each.examples for each in self.blocks),
            "passed": sum(each.passed for each in self.blocks),
            "failed": [
                {"block": tried.id, "example": failure.example, "difference": failure.difference}
                for tried in self.blocks
                for failure in tried.failures
            ]
            + [{"path": each.path, "line": each.line, "message": each.message}
               for each in self.broken],
            "skipped": [
                {"block": tried.id, "example": skip.example, "because": skip.why}
                for tried in self.blocks
                for skip in tried.skipped
            ],
        }  # fmt: skip


async def try_all(chosen: Chosen) -> Told:
    """Every example of the chosen blocks, one after another."""
    tried = [await _try(code, chosen.registry) for code, _ in chosen.codes]
    return Told(tried, list(chosen.broken))


async def _try(code: BlockCode, library: BlockSource) -> Tried:
    spec = code.spec
    tried = Tried(spec.id, len(spec.examples))
    tried.failures += [Failure(0, each) for each in misfits(spec)]
    for number, example in enumerate(spec.examples, 1):
        lacking = [why for each in example.needs if (why := missing_part(each))]
        if lacking:
            tried.skipped.append(Skip(number, "; ".join(lacking)))
            continue
        differences = await _differences(code, example, library)
        tried.failures += [Failure(number, each) for each in differences]
    return tried


async def _differences(code: BlockCode, example: BlockExample, library: BlockSource) -> list[str]:
    try:
        return await try_example(code, example, library)
    except Exception as error:  # noqa: BLE001  what a block's code raises is told, as in a run
        return [f"{type(error).__name__}: {error}"]


def misfits(spec: BlockSpec) -> list[str]:
    """What a block says of its pins that cannot be so."""
    found = [f"`{name}` is no name for a pin" for name in _names(spec) if not name.isidentifier()]
    found += [
        f"the default of `{pin.name}` does not fit its type {pin.type}: {pin.default!r}"
        for pin in spec.inputs
        if not _default_fits(pin)
    ]
    known = {pin.name for pin in spec.inputs}
    for number, example in enumerate(spec.examples, 1):
        unknown = example.inputs.keys() - known
        unknown |= example.outputs.keys() - spec.output_by_name.keys()
        found += [f"example {number} names `{pin}`, which is no pin" for pin in sorted(unknown)]
    return found


def _names(spec: BlockSpec) -> list[str]:
    return [pin.name for pin in (*spec.inputs, *spec.outputs)]


def _default_fits(pin: InputPin) -> bool:
    if pin.required or pin.default is None:
        return True
    try:
        coerce(pin.default, pin.type)
    except LubanError:
        return False
    return True
