"""An error made into a value."""

from __future__ import annotations

from typing import Any, cast

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field

_MARKS = frozenset({"code", "message", "message_zh", "node", "iteration"})
_ERROR = {
    "code": "timed_out",
    "message": "It took too long.",
    "message_zh": "超时了。",
    "node": "ask",
    "iteration": 0,
}


class Catch(Block):
    """Goes on with another value where a step failed.

    Link the result of a step and its error output to the one input: a result passes as it is, and
    instead of an error comes the value given here.
    """

    id = "flow.catch"
    title = "Catch an error"
    category = "flow"
    effect = Effect.NONE
    icon = "shield-check"
    keywords = ("error", "fallback", "default", "try", "except", "otherwise", "handle")

    class Input(BlockInput):
        value: Any = Field(
            title="Value or error", description="Link the result of a step, and its error."
        )
        otherwise: Any = Field(
            None, title="Instead of an error", description="What goes on if the step failed."
        )
        codes: list[str] = Field(
            default_factory=list,
            title="Only these errors",
            description="Codes such as `timed_out`; any other error fails here. Empty is all.",
            advanced=True,
        )

    class Output(BlockOutput):
        value: Any = Field(title="Value", description="The result, or what replaces it.", main=True)
        failed: bool = Field(title="Failed", description="Whether it was an error.")
        message: str = Field(title="Message", description="What went wrong; given only then.")
        message_zh: str = Field(
            title="Message in Chinese", description="The same in Chinese; given only then."
        )
        code: str = Field(title="Code", description="Which error it was; given only then.")
        node: str = Field(title="Node", description="Where it happened; given only then.")

    examples = (
        Example({"value": {"code": 7}}, {"value": {"code": 7}, "failed": False}),
        Example(
            {"value": _ERROR, "otherwise": 0},
            {
                "value": 0,
                "failed": True,
                "message": "It took too long.",
                "message_zh": "超时了。",
                "code": "timed_out",
                "node": "ask",
            },
        ),
        Example({"value": _ERROR, "codes": ["not_found"]}, {"error": {"code": "timed_out"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        error = _error(input.value)
        if error is None:
            return {"value": input.value, "failed": False}
        told = {name: str(error[name]) for name in ("message", "message_zh", "code", "node")}
        if input.codes and told["code"] not in input.codes:
            raise BlockError(told["message"], zh=told["message_zh"], code=told["code"])
        return {"value": input.otherwise, "failed": True, **told}


def _error(value: Any) -> dict[str, Any] | None:
    """The value, if it is what steps send on their error output."""
    if not isinstance(value, dict):
        return None
    given = cast("dict[str, Any]", value)
    return given if given.keys() >= _MARKS else None
