"""Asking until an answer fits, each time telling the model what is wrong with the last one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, cast

from luban.blocks.ai.asking import Asks, Heard, ask, options_of, together
from luban.forge.json_answers import NotJson, parsed
from luban.forge.json_shape import problems
from luban.sdk import BlockError, ChatMessage, Context, TemporaryError
from luban.sdk.chat import ChatOptions

ITEMS = "items"
"""The key of a list: services that keep to JSON want an object around it."""

Reader = Callable[[str], Any]


class Unfit(ValueError):
    """The answer is not what was asked for; the sentence is for the model."""


class AsksAgain(Asks, Protocol):
    """The inputs of a block that asks again."""

    retries: int


class Fitting(NamedTuple):
    """An answer that fits: what it says, the turns up to it, and what all tries took."""

    value: Any
    turns: list[ChatMessage]
    usage: dict[str, Any]
    model: str
    attempts: int


async def until_it_fits(
    ctx: Context,
    input: AsksAgain,
    messages: Sequence[ChatMessage],
    read: Reader,
    more: ChatOptions | None = None,
) -> Fitting:
    """What `read` makes of an answer; it raises `Unfit` for one that does not do.

    The feedback stands beside the question and the last answer alone, so that tries do not grow.
    Raises `TemporaryError` when no answer fits.
    """
    options: ChatOptions = {**options_of(input), **(more or {})}
    taken: list[Heard] = []
    asked, wrong = list(messages), ""
    for number in range(1, input.retries + 2):
        said = await ask(ctx, f"ask-{number}", input.model, asked, options)
        taken.append(said)
        try:
            value = read(said.text)
        except (Unfit, NotJson) as error:
            wrong = str(error)
            ctx.log("the answer does not fit", attempt=number, reason=wrong)
            asked = [*messages, ChatMessage("assistant", said.text), _feedback(wrong)]
            continue
        turns = [*messages, ChatMessage("assistant", said.text)]
        return Fitting(value, turns, together(each.usage for each in taken), said.model, number)
    raise _gave_up(len(taken), wrong, taken[-1])


def _feedback(wrong: str) -> ChatMessage:
    return ChatMessage(
        "user",
        f"That answer cannot be used: {wrong}. Answer the question again, with nothing but an "
        "answer of the form asked for.",
    )


def _gave_up(times: int, wrong: str, last: Heard) -> BlockError:
    cut = " It was cut off: raise the longest answer." if last.finish == "length" else ""
    cut_zh = "回答被截断：请调高回答长度上限。" if last.finish == "length" else ""
    return TemporaryError(
        f"None of {times} answers of the model can be used: {wrong}. The last one was "
        f"{last.text[:120]!r}.{cut} A larger model or a clearer question may help.",
        zh=f"模型的 {times} 个回答都无法使用：{wrong}。最后一个回答是 {last.text[:120]!r}。"
        f"{cut_zh}可以换用更强的模型，或把问题写得更清楚。",
        code="answer_unusable",
    )


# -- answers by a schema --------------------------------------------------------------------


def fields_schema(
    fields: Mapping[str, str], *, several: bool = False, any_value: bool = True
) -> dict[str, Any]:
    """A JSON Schema of an object with these keys, or of a list of such objects.

    `any_value` takes whatever stands at a key; else a text, number, truth value, list or nothing.
    """
    kinds: dict[str, Any] = (
        {} if any_value else {"type": ["string", "number", "boolean", "array", "null"]}
    )
    described = {name: {**kinds, "description": meaning} for name, meaning in fields.items()}
    one = {
        "type": "object",
        "properties": described,
        "required": list(fields),
        "additionalProperties": any_value,
    }
    return {"type": "array", "items": one} if several else one


def form_of(fields: Mapping[str, str], schema: Mapping[str, Any], *, several: bool = False) -> str:
    """What a model is told of the form: fields by example, which small models follow best."""
    if not fields:
        shown = json.dumps(wrapped(schema), ensure_ascii=False)
        return (
            f"Answer with one JSON value that this JSON Schema allows, and nothing else:\n{shown}"
        )
    meant = {name: meaning or "…" for name, meaning in fields.items()}
    shape = {ITEMS: [meant]} if several else meant
    list_too = "; the list may have any number of such objects" if several else ""
    return (
        "Answer with one JSON object and nothing else. Its keys, each with what its value means"
        f"{list_too}:\n{json.dumps(shape, ensure_ascii=False)}"
    )


def wrapped(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema of an object, with a list or another value as its `items`."""
    if schema.get("type", "object") == "object":
        return dict(schema)
    inner = {name: part for name, part in schema.items() if name not in ("$defs", "definitions")}
    outer = {name: schema[name] for name in ("$defs", "definitions") if name in schema}
    return {
        **outer,
        "type": "object",
        "properties": {ITEMS: inner},
        "required": [ITEMS],
        "additionalProperties": False,
    }


def reads_by(schema: Mapping[str, Any]) -> Reader:
    """Reads answers of a schema, also where a list came without the object around it."""
    is_wrapped = schema.get("type", "object") != "object"

    def read(text: str) -> Any:
        value = parsed(text)
        if is_wrapped and isinstance(value, dict):
            held = cast("dict[str, Any]", value)
            if ITEMS in held or len(held) == 1:
                value = held.get(ITEMS, next(iter(held.values())))
        wrong = problems(value, schema)
        if wrong:
            raise Unfit("; ".join(wrong))
        return value

    return read
