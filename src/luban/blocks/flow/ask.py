"""A question to a person, and a gate that opens by the answer."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field
from luban.sdk.template import render


class Ask(Block):
    """Asks a person, waits for the answer, and lets a value through if it is the first choice.

    Open questions are under Approvals. Waiting holds neither worker nor memory.
    """

    id = "flow.ask"
    title = "Ask a person"
    category = "flow"
    effect = Effect.IDEMPOTENT
    icon = "circle-help"
    keywords = ("approve", "approval", "confirm", "review", "human", "question", "gate", "wait")

    class Input(BlockInput):
        question: str = Field(
            title="Question",
            description="What to ask. With values below, `{{ name }}` is where a value goes.",
            widget="template",
        )
        value: Any = Field(
            None,
            title="Value",
            description="What it is about: shown to the person, and let through by the answer.",
        )
        values: dict[str, Any] = Field(
            default_factory=dict,
            title="Values",
            description="Fill the slots of the question; link to `values.name`.",
        )
        choices: list[str] = Field(
            default_factory=lambda: ["yes", "no"],
            title="Choices",
            description="The answers offered. The first lets the value through; without any, "
            "every answer does.",
        )
        details: dict[str, Any] = Field(
            default_factory=dict,
            title="Details",
            description="What else to show; link to `details.name`.",
            advanced=True,
        )
        form: dict[str, Any] = Field(
            default_factory=dict,
            title="Form",
            description="What else to ask for: a JSON Schema whose properties become fields.",
            advanced=True,
        )
        editable: bool = Field(
            False,
            title="May be changed",
            description="Let the person change the value; what goes on is then theirs.",
        )
        timeout: float | None = Field(
            None,
            gt=0,
            allow_inf_nan=False,
            title="Time limit",
            description="Seconds, after which the step fails; empty waits for ever.",
        )

    class Output(BlockOutput):
        approved: Any = Field(
            title="Approved",
            description="The value, or else the answer; given only for the first choice.",
        )
        rejected: Any = Field(
            title="Rejected",
            description="The value, or else the answer; given only for another choice.",
        )
        choice: str = Field(title="Choice", description="The answer that was chosen.")
        comment: str = Field(title="Comment", description="What the person wrote besides.")
        values: dict[str, Any] = Field(
            title="Filled in", description="What the person filled in, by the names of the form."
        )
        by: str = Field(title="By", description="Who answered.")

    examples = (
        Example(
            {"question": "Send this?", "value": "Dear Bo"},
            {"approved": "Dear Bo", "choice": "yes", "comment": "", "values": {}, "by": "ann"},
            {"answers": [{"choice": "yes", "by": "ann"}]},
        ),
        Example(
            {"question": "Pay {{ sum }}?", "values": {"sum": 5}, "choices": ["pay", "wait"]},
            {"rejected": "wait", "choice": "wait", "comment": "no", "values": {}, "by": ""},
            {"answers": [{"choice": "wait", "comment": "no"}]},
        ),
        Example(
            {
                "question": "Where to?",
                "choices": [],
                "form": {"type": "object", "properties": {"to": {"type": "string"}}},
            },
            {"approved": "", "choice": "", "comment": "", "values": {"to": "x"}, "by": ""},
            {"answers": [{"choice": "", "values": {"to": "x"}}]},
        ),
        Example(
            {"question": "Send this?", "value": "Dear Bo", "editable": True},
            {
                "approved": "Dear Ann",
                "choice": "yes",
                "comment": "wrong name",
                "values": {"value": "Dear Ann"},
                "by": "ann",
            },
            {
                "answers": [
                    {
                        "choice": "yes",
                        "values": {"value": "Dear Ann"},
                        "comment": "wrong name",
                        "by": "ann",
                    }
                ]
            },
        ),
        Example(
            {"question": "Still there?", "timeout": 60},
            {"error": {"code": "wait_timed_out"}},
            {"answers": [TimeoutError]},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        # As in a prompt: without values the text is asked as it stands, braces and all.
        question = (
            render(input.question, input.values, strict=True) if input.values else input.question
        )
        answer = await ctx.ask(
            question,
            choices=input.choices,
            details=_shown(input),
            timeout=input.timeout,
        )
        passed = answer.choice if input.value is None else input.value
        if input.editable:
            passed = answer.values.get("value", passed)
        approved = not input.choices or answer.choice == input.choices[0]
        return {
            "approved" if approved else "rejected": passed,
            "choice": answer.choice,
            "comment": answer.comment,
            "values": dict(answer.values),
            "by": answer.by,
        }


def _shown(input: Ask.Input) -> dict[str, Any]:
    shown = dict(input.details)
    if input.value is not None:
        shown.setdefault("value", input.value)
    form = dict(input.form)
    if input.editable:
        parts: dict[str, Any] = {"value": _field(input.value), **form.get("properties", {})}
        form = {"type": "object", **form, "properties": parts}
    if form:
        shown["form"] = form
    return shown


def _field(value: Any) -> dict[str, Any]:
    """How the value is shown to be changed: as what it is."""
    kinds = {str: "string", bool: "boolean", int: "number", float: "number", dict: "object"}
    kind = kinds.get(type(value), "array" if isinstance(value, list) else None)
    schema = {"title": "Value", "title_zh": "值", "default": value}
    if kind is not None:
        schema["type"] = kind
    if isinstance(value, str) and (len(value) > 80 or "\n" in value):
        schema["x-widget"] = "textarea"
    return schema
