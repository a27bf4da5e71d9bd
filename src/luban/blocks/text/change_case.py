"""Letters made upper or lower case, trimmed or turned round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import regex
from pydantic import WithJsonSchema

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import show

_FIRST_LETTERS = regex.compile(r"(?<![\p{L}\p{N}\p{M}'’])\p{L}")
_SEEN_CHARACTERS = regex.compile(r"\X")
_NAME_PARTS = regex.compile(
    r"\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{M}]+|\p{N}+|[\p{Lo}\p{Lm}\p{M}]+|\p{Lt}\p{Ll}*"
)


def _title(text: str) -> str:
    """Every word with a capital; `don't` has one word, unlike in `str.title`."""
    return _FIRST_LETTERS.sub(lambda first: first.group().upper(), text.lower())


def _reverse(text: str) -> str:
    """By what people see as one character, so an accent or a family emoji stays whole."""
    return "".join(reversed(_SEEN_CHARACTERS.findall(text)))


def _words(text: str) -> list[str]:
    """The words of a name, however it is written: `userId`, `user-id`, `User ID`."""
    return _NAME_PARTS.findall(text)


def _camel(text: str) -> str:
    return "".join(word[:1].upper() + word[1:].lower() for word in _words(text))


_OPERATIONS: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "title": _title,
    "capitalize": str.capitalize,
    "strip": str.strip,
    "reverse": _reverse,
    "swap": str.swapcase,
    "snake_case": lambda text: "_".join(_words(text)).lower(),
    "kebab-case": lambda text: "-".join(_words(text)).lower(),
    "camelCase": lambda text: _camel(text)[:1].lower() + _camel(text)[1:],
    "PascalCase": lambda text: _camel(text),
    "CONSTANT_CASE": lambda text: "_".join(_words(text)).upper(),
}


class ChangeCase(Block):
    """Changes text as a whole: upper or lower case, titles, trimmed, or back to front."""

    id = "text.change_case"
    title = "Change case"
    category = "text"
    effect = Effect.NONE
    icon = "case-sensitive"
    keywords = (
        *("upper", "lower", "trim", "strip", "reverse", "text processing", "capital"),
        *("camel", "snake", "kebab"),
    )

    class Input(BlockInput):
        text: str = Field(title="Text", description="The text to change.", widget="textarea")
        operation: Annotated[str, WithJsonSchema({"type": "string", "enum": list(_OPERATIONS)})] = (
            Field("upper", title="Operation", description="What to do with the text.")
        )

    class Output(BlockOutput):
        processed_text: str = Field(title="Text", description="The changed text.")
        original_length: int = Field(
            title="Length before", description="How many characters the text had."
        )
        processed_length: int = Field(
            title="Length after", description="How many characters it has now."
        )

    examples = (
        Example(
            {"text": "hello world", "operation": "upper"},
            {"processed_text": "HELLO WORLD", "original_length": 11, "processed_length": 11},
        ),
        Example(
            {"text": "  Hi ", "operation": "strip"},
            {"processed_text": "Hi", "original_length": 5, "processed_length": 2},
        ),
        Example(
            {"text": "鲁班造桥", "operation": "reverse"},
            {"processed_text": "桥造班鲁", "original_length": 4, "processed_length": 4},
        ),
        Example(
            {"text": "don't STOP", "operation": "title"},
            {"processed_text": "Don't Stop", "original_length": 10, "processed_length": 10},
        ),
        Example(
            {"text": "userID of 订单2", "operation": "snake_case"},
            {"processed_text": "user_id_of_订单_2", "original_length": 13, "processed_length": 15},
        ),
        Example(
            {"text": "user id", "operation": "camelCase"},
            {"processed_text": "userId", "original_length": 7, "processed_length": 6},
        ),
        Example(
            {"text": "x", "operation": "shout"},
            {"error": {"code": "unsupported_operation"}},
        ),
        Example(
            {"text": "abc", "operation": "shuffle"}, {"error": {"code": "unsupported_operation"}}
        ),
    )

    async def run(self, input: Input) -> dict[str, str | int]:
        change = _OPERATIONS.get(input.operation)
        if change is None:
            known = ", ".join(_OPERATIONS)
            raise BlockError(
                f"Unsupported operation: {show(input.operation)}. Choose one of {known}.",
                zh=f"不支持的操作：{show(input.operation)}。请选择其中之一：{known}。",
                code="unsupported_operation",
            )
        changed = change(input.text)
        return {
            "processed_text": changed,
            "original_length": len(input.text),
            "processed_length": len(changed),
        }
