"""The gist of a text, however long."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from luban.blocks.ai.asking import Heard, as_values, ask, needed, options_of, together
from luban.blocks.ai.chunks import in_sentences
from luban.blocks.ai.many_at_once import all_of
from luban.blocks.ai.pins import (
    Cache,
    cache_pin,
    max_tokens_pin,
    model_out,
    model_pin,
    temperature_pin,
    timeout_pin,
    usage_out,
)
from luban.blocks.ai.prompts import IS_DATA, as_data
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    ChatMessage,
    Context,
    Effect,
    Example,
    Field,
    Message,
)

Style = Literal["concise", "detailed", "bullet points", "numbered list"]
_MOST_ROUNDS = 6
_STYLES: dict[Style, str] = {
    "concise": "in a few sentences",
    "detailed": "in detail, with the figures and names that matter",
    "bullet points": "as a list of points, each line beginning with `- `",
    "numbered list": "as a numbered list, each line beginning with its number",
}


class Summarize(Block):
    """Summarises a text; a long one in parts first, whose summaries are then put together."""

    id = "ai.summarize"
    title = "Summarise a text"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "align-left"
    keywords = ("summary", "summarize", "abstract", "tldr", "digest", "shorten", "llm")

    class Input(BlockInput):
        text: str = Field(
            title="Text",
            description="What to summarise, up to a million characters.",
            widget="textarea",
        )
        focus: str = Field(
            "general information",
            title="Focus",
            description="What the summary should look at above all.",
        )
        style: Style = Field("concise", title="Style", description="The form of the summary.")
        language: str = Field(
            "",
            title="Language",
            description="Of the summary, such as English or 中文; empty is that of the text.",
        )
        model: str = model_pin()
        chunk_size: int = Field(
            4000,
            ge=50,
            le=200_000,
            title="Size of a part",
            description="Model tokens of the text that are summarised at once.",
            advanced=True,
        )
        overlap: int = Field(
            100,
            ge=0,
            title="Overlap",
            description="Tokens at the end of a part that the next one begins with.",
            advanced=True,
        )
        temperature: float | None = temperature_pin()
        max_tokens: int | None = max_tokens_pin()
        timeout: float = timeout_pin()
        cache: Cache = cache_pin()

    class Output(BlockOutput):
        summary: str = Field(title="Summary", description="The summary of the whole text.")
        parts: list[str] = Field(
            title="Parts",
            description="The summary of each part of a long text; empty for a short one.",
        )
        messages: list[Message] = Field(
            title="Messages", description="The last thing asked, with the summary at its end."
        )
        usage: dict[str, Any] = usage_out()
        model: str = model_out()

    examples = (
        Example(
            {"text": "A wren sang.", "style": "bullet points", "model": "m/x"},
            {
                "summary": "- A song",
                "parts": [],
                "messages": [
                    {
                        "role": "system",
                        "content": "Summarise the text as a list of points, each line beginning "
                        "with `- `. Look at general information above all. Write in the language "
                        f"of the text. Say nothing but the summary. {IS_DATA}",
                    },
                    {"role": "user", "content": as_data("A wren sang.")},
                    {"role": "assistant", "content": "- A song"},
                ],
                "usage": {"input_tokens": 372, "output_tokens": 8, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": ["- A song"]},
        ),
        Example({"text": ""}, {"error": {"code": "nothing_to_ask"}}),
        Example(
            {"text": "One. Two.", "chunk_size": 50, "overlap": 50},
            {"error": {"code": "invalid_value"}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        text = needed(input.text, "the text", "文本")
        taken: list[Heard] = []
        parts: list[str] = []
        for number in range(1, _MOST_ROUNDS + 1):
            chunks = await in_sentences(text, input.chunk_size, input.overlap)
            if len(chunks) == 1:
                return await _whole(ctx, input, text, parts, taken)
            heard = await _each(ctx, input, chunks, number)
            taken += heard
            parts = parts or [each.text for each in heard]
            shorter = "\n\n".join(each.text for each in heard)
            if len(shorter) >= len(text):
                break
            text = shorter
        raise BlockError(
            "The summaries of the parts are no shorter than the text. Make the parts larger, limit "
            "the longest answer, or take another model.",
            zh="各段的摘要并不比原文短。请把每段调大、限制回答长度，或换用其他模型。",
            code="not_shorter",
        )


async def _each(
    ctx: Context, input: Summarize.Input, chunks: list[str], number: int
) -> list[Heard]:
    """The summaries of the parts, each asked for once in the life of the step."""
    system = ChatMessage("system", _rules(input, "one part of a longer text"))
    options = options_of(input)

    async def one(place: int, chunk: str) -> Heard:
        turns = [system, ChatMessage("user", as_data(chunk))]
        heard = await ask(ctx, f"part-{number}-{place}", input.model, turns, options)
        ctx.progress(place, len(chunks), f"{place} / {len(chunks)}")
        return heard

    return await all_of([partial(one, place, chunk) for place, chunk in enumerate(chunks, 1)])


async def _whole(
    ctx: Context, input: Summarize.Input, text: str, parts: list[str], taken: list[Heard]
) -> dict[str, Any]:
    what = "the text, which is made of summaries of its parts," if parts else "the text"
    turns = [ChatMessage("system", _rules(input, what)), ChatMessage("user", as_data(text))]
    options = options_of(input)
    options["on_delta"] = lambda piece: ctx.delta("summary", piece)
    last = await ask(ctx, "whole", input.model, turns, options)
    return {
        "summary": last.text.strip(),
        "parts": parts,
        "messages": as_values([*turns, ChatMessage("assistant", last.text)]),
        "usage": together(each.usage for each in (*taken, last)),
        "model": last.model,
    }


def _rules(input: Summarize.Input, what: str) -> str:
    language = f"in {input.language}" if input.language.strip() else "in the language of the text"
    return (
        f"Summarise {what} {_STYLES[input.style]}. Look at {input.focus} above all. Write "
        f"{language}. Say nothing but the summary. {IS_DATA}"
    )
