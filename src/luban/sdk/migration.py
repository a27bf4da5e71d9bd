"""How nodes written for one version of a block become nodes of the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from luban.sdk.errors import BadBlock


@dataclass(frozen=True, slots=True)
class Migration:
    """One step, to the version after the one it stands under in `migrations`.

    `inputs` and `outputs` are renamed pins, old to new, for links and constants alike; an input
    that became `None` is no longer wanted, and what was given for it is dropped. `constants` gets
    the values that stand in the node, under their new names, and gives them as they are to be; it
    must be a pure function. What arrives by links when the agent runs, no rule can change.
    """

    inputs: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    outputs: Mapping[str, str] = field(default_factory=dict[str, str])
    constants: Callable[[dict[str, Any]], dict[str, Any]] | None = None

    def moved(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The constants of a node as the next version takes them. Raises what `constants` does."""
        values: dict[str, Any] = {}
        for pin, value in given.items():
            renamed = self.inputs.get(pin, pin)
            if renamed is not None:
                values[renamed] = value
        return values if self.constants is None else self.constants(values)


Migrations = Mapping[int, Migration]
"""By the version a rule begins with."""


def checked(block: str, version: int, declared: Migrations) -> dict[int, Migration]:
    """The rules of a block, oldest first. Raises `BadBlock`."""
    if version < 1:
        raise BadBlock(block=block, reason=f"its version is {version}; the first version is 1")
    for old in declared:
        if not 1 <= old < version:
            raise BadBlock(
                block=block,
                reason=f"it has a migration from version {old}, but its own version is {version}; "
                "rules begin at older versions",
            )
    return dict(sorted(declared.items()))


def reaching(version: int, rules: Migrations) -> tuple[int, ...]:
    """The older versions from which rules lead, step by step, to this one."""
    old = version
    while old - 1 in rules:
        old -= 1
    return tuple(range(old, version))
