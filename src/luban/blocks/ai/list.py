"""A list that a model makes."""

from __future__ import annotations

from typing import Any

from luban.blocks.ai.asking import as_values, needed
from luban.blocks.ai.pins import (
    Cache,
    cache_pin,
    max_tokens_pin,
    model_out,
    model_pin,
    retries_pin,
    temperature_pin,
    timeout_pin,
    usage_out,
)
from luban.blocks.ai.prompts import IS_DATA, as_data
from luban.blocks.ai.re_asking import reads_by, until_it_fits
from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    ChatMessage,
    Context,
    Effect,
    Emissions,
    Emit,
    Example,
    Field,
    Message,
)

Texts = list[str]
Messages = list[Message]


class List(Block):
    """Makes a list of texts: of what a model knows, or out of a text that is given."""

    id = "ai.list"
    title = "Make a list"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "list"
    keywords = ("generate", "enumerate", "ideas", "items", "llm", "brainstorm")

    class Input(BlockInput):
        focus: str = Field(
            "", title="Focus", description="What to list, such as `colours of the rainbow`."
        )
        source: str = Field(
            "",
            title="Source",
            description="A text to take the items from; empty lets the model think of them.",
            widget="textarea",
        )
        most: int | None = Field(
            None, ge=1, title="At most", description="Items; empty sets no limit."
        )
        model: str = model_pin()
        retries: int = retries_pin()
        temperature: float | None = temperature_pin()
        max_tokens: int | None = max_tokens_pin()
        timeout: float = timeout_pin()
        cache: Cache = cache_pin()

    class Output(BlockOutput):
        list: Texts = Field(title="List", description="All items, as texts.", main=True)
        messages: Messages = Field(
            title="Messages", description="What was asked, with the answer at its end."
        )
        item: str = Emit("Each item, in order.", title="Item")
        usage: dict[str, Any] = usage_out()
        model: str = model_out()

    examples = (
        Example(
            {"focus": "colours", "model": "m/x"},
            {
                "list": ["red", "blue"],
                "messages": [
                    {
                        "role": "system",
                        "content": "You make lists. Answer with a JSON object and nothing else: "
                        '{"items": ["first item", "second item"]}. Each item is a text.',
                    },
                    {"role": "user", "content": "List: colours"},
                    {"role": "assistant", "content": '["red", "blue"]'},
                ],
                "item": ["red", "blue"],
                "usage": {"input_tokens": 135, "output_tokens": 15, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": ['["red", "blue"]']},
        ),
        Example({}, {"error": {"code": "nothing_to_ask"}}),
        Example(
            {"focus": "colours", "retries": 0},
            {"error": {"code": "answer_unusable"}},
            {"llm": ["red and blue"]},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        needed(input.focus + input.source, "the focus and the source", "主题和来源")
        schema: dict[str, Any] = {"type": "array", "items": {"type": ["string", "number"]}}
        if input.most is not None:
            schema["maxItems"] = input.most
        found = await until_it_fits(ctx, input, _asked(input), reads_by(schema), {"json": True})
        items = [str(item) for item in found.value]
        return Emissions(
            [
                ("list", items),
                ("messages", as_values(found.turns)),
                *(("item", item) for item in items),
                ("usage", found.usage),
                ("model", found.model),
            ]
        )


def _asked(input: List.Input) -> list[ChatMessage]:
    rules = (
        "You make lists. Answer with a JSON object and nothing else: "
        '{"items": ["first item", "second item"]}. Each item is a text.'
    )
    if input.most is not None:
        rules += f" At most {input.most} items."
    wanted = f"List: {input.focus}" if input.focus.strip() else "List what the text holds."
    if not input.source.strip():
        return [ChatMessage("system", rules), ChatMessage("user", wanted)]
    return [
        ChatMessage("system", f"{rules} Take the items from the text. {IS_DATA}"),
        ChatMessage("user", f"{wanted}\n\n{as_data(input.source)}"),
    ]
