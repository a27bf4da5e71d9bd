"""Several texts made into one."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import PinKind, PinType, coerce

_TEXT = PinType(PinKind.TEXT)


class Join(Block):
    """Puts texts together, with a delimiter between them."""

    id = "text.join"
    title = "Join texts"
    category = "text"
    effect = Effect.NONE
    icon = "combine"
    keywords = ("combine", "concatenate", "merge", "append")

    class Input(BlockInput):
        texts: list[Any] = Field(
            title="Texts", description="What to put together; link to `texts[0]` to set one."
        )
        delimiter: str = Field("", title="Delimiter", description="What to write between them.")
        skip_empty: bool = Field(
            False, title="Skip empty", description="Leave empty texts out.", advanced=True
        )

    class Output(BlockOutput):
        output: str = Field(title="Text", description="The whole text.")

    examples = (
        Example({"texts": ["x", "y"]}, {"output": "xy"}),
        Example({"texts": ["x", "y"], "delimiter": "-"}, {"output": "x-y"}),
        Example({"texts": ["a", None, 3], "delimiter": ","}, {"output": "a,,3"}),
        Example({"texts": ["a", "", 3], "delimiter": "、", "skip_empty": True}, {"output": "a、3"}),
    )

    async def run(self, input: Input) -> dict[str, str]:
        texts = ["" if item is None else coerce(item, _TEXT) for item in input.texts]
        if input.skip_empty:
            texts = [text for text in texts if text.strip()]
        return {"output": input.delimiter.join(texts)}
