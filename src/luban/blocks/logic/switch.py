"""One of several ways, by a value."""

from __future__ import annotations

from typing import Any, cast

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.compare import holds

_CASES = ("case_1", "case_2", "case_3", "case_4", "case_5", "case_6")


def _case(number: int) -> Any:
    return Field(
        None,
        title=f"Case {number}",
        description="What the value must equal to go this way; a list is any of its items.",
        advanced=number > 3,
    )


def _way(number: int) -> Any:
    return Field(title=f"Case {number}", description=f"Given only when case {number} fits.")


class Switch(Block):
    """Sends a value one of several ways: that of the first case it equals, or Default.

    Values are compared as in If; the other ways stay silent. A case that is empty fits nothing.
    """

    id = "logic.switch"
    title = "Switch"
    category = "logic"
    effect = Effect.NONE
    icon = "git-branch"
    keywords = ("case", "branch", "route", "choose", "match", "cases")

    class Input(BlockInput):
        value: Any = Field(title="Value", description="What decides the way.")
        case_1: Any = _case(1)
        case_2: Any = _case(2)
        case_3: Any = _case(3)
        case_4: Any = _case(4)
        case_5: Any = _case(5)
        case_6: Any = _case(6)
        send: Any = Field(
            None,
            title="Send",
            description="What goes on, such as a whole order; empty sends the value.",
        )
        match_case: bool = Field(
            True, title="Match case", description="Tell A from a.", advanced=True
        )

    class Output(BlockOutput):
        case_1: Any = _way(1)
        case_2: Any = _way(2)
        case_3: Any = _way(3)
        case_4: Any = _way(4)
        case_5: Any = _way(5)
        case_6: Any = _way(6)
        default: Any = Field(title="Default", description="Given only when no case fits.")

    examples = (
        Example({"value": "b", "case_1": "a", "case_2": "b"}, {"case_2": "b"}),
        Example(
            {"value": "加急", "case_1": ["急", "加急"], "send": {"订单": 7}},
            {"case_1": {"订单": 7}},
        ),
        Example({"value": " 2 ", "case_1": 2}, {"case_1": " 2 "}),
        Example({"value": "YES", "case_1": "yes"}, {"default": "YES"}),
        Example({"value": "YES", "case_1": "yes", "match_case": False}, {"case_1": "YES"}),
        Example({"value": None}, {"default": None}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        sent = input.value if input.send is None else input.send
        for name in _CASES:
            wanted = getattr(input, name)
            if wanted is not None and _fits(input.value, wanted, input.match_case):
                return {name: sent}
        return {"default": sent}


def _fits(value: Any, wanted: Any, match_case: bool) -> bool:
    if not match_case:
        value, wanted = _folded(value), _folded(wanted)
    if holds(value, "==", wanted):
        return True
    if not isinstance(wanted, list):
        return False
    return any(holds(value, "==", one) for one in cast("list[Any]", wanted) if one is not None)


def _folded(value: Any) -> Any:
    if isinstance(value, list):
        return [_folded(one) for one in cast("list[Any]", value)]
    return value.casefold() if isinstance(value, str) else value
