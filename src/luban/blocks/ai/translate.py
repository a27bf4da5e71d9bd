"""A text in another language."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from luban.blocks.ai.asking import Heard, ask, needed, options_of, together
from luban.blocks.ai.chunks import in_paragraphs
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
    BlockInput,
    BlockOutput,
    ChatMessage,
    Context,
    Effect,
    Example,
    Field,
    TemporaryError,
)


class Translate(Block):
    """Translates a text, a long one paragraph by paragraph, with your own words for terms."""

    id = "ai.translate"
    title = "Translate a text"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "languages"
    keywords = ("translation", "language", "english", "chinese", "localize", "glossary", "llm")

    class Input(BlockInput):
        text: str = Field(
            title="Text",
            description="What to translate, up to a million characters.",
            widget="textarea",
        )
        into: str = Field(
            min_length=1, title="Into", description="The language, such as English or 中文."
        )
        source_language: str = Field(
            "", title="From", description="The language of the text; empty lets the model tell."
        )
        glossary: dict[str, str] = Field(
            default_factory=dict,
            title="Glossary",
            description="Words of the text, and how they are translated.",
        )
        instructions: str = Field(
            "",
            title="Instructions",
            description="Such as the tone, or whom the text is for.",
            widget="textarea",
            advanced=True,
        )
        model: str = model_pin()
        chunk_size: int = Field(
            1500,
            ge=50,
            le=50_000,
            title="Size of a part",
            description="Model tokens of the text that are translated at once.",
            advanced=True,
        )
        temperature: float | None = temperature_pin()
        max_tokens: int | None = max_tokens_pin()
        timeout: float = timeout_pin()
        cache: Cache = cache_pin()

    class Output(BlockOutput):
        translation: str = Field(title="Translation", description="The text in that language.")
        parts: int = Field(title="Parts", description="In how many parts it was translated.")
        usage: dict[str, Any] = usage_out()
        model: str = model_out()

    examples = (
        Example(
            {
                "text": "你好，鲁班\n",
                "into": "English",
                "glossary": {"鲁班": "Luban"},
                "model": "m/x",
            },
            {
                "translation": "Hello, Luban\n",
                "parts": 1,
                "usage": {"input_tokens": 387, "output_tokens": 12, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": ["Hello, Luban"]},
        ),
        Example({"text": " ", "into": "English"}, {"error": {"code": "nothing_to_ask"}}),
        Example(
            {"text": "你好", "into": "English"},
            {"error": {"code": "nothing_translated"}},
            {"llm": [" "]},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        needed(input.text, "the text", "文本")
        chunks = await in_paragraphs(input.text, input.chunk_size)
        work = [partial(_part, ctx, input, place, chunk) for place, chunk in enumerate(chunks, 1)]
        done = await all_of(work)
        heard = [said for _, said in done if said is not None]
        return {
            "translation": "".join(text for text, _ in done),
            "parts": len(chunks),
            "usage": together(each.usage for each in heard),
            "model": heard[-1].model,
        }


async def _part(
    ctx: Context, input: Translate.Input, place: int, chunk: str
) -> tuple[str, Heard | None]:
    """A part in the other language, with the space around it as it was."""
    text = chunk.strip()
    if not text:
        return chunk, None
    turns = [ChatMessage("system", _rules(input, text)), ChatMessage("user", as_data(text))]
    options = options_of(input)
    options["on_delta"] = lambda piece: ctx.delta("translation", piece) if place == 1 else None
    said = await ask(ctx, f"part-{place}", input.model, turns, options)
    if not said.text.strip():
        raise TemporaryError(
            f"The model gave nothing for part {place}: {text[:80]!r}. Another try, or another "
            "model may help.",
            zh=f"模型没有给出第 {place} 段的译文：{text[:80]!r}。可以重试或换用其他模型。",
            code="nothing_translated",
        )
    before = chunk[: len(chunk) - len(chunk.lstrip())]
    return before + said.text.strip() + chunk[len(chunk.rstrip()) :], said


def _rules(input: Translate.Input, text: str) -> str:
    source = f" from {input.source_language}" if input.source_language.strip() else ""
    folded = text.casefold()
    terms = {term: word for term, word in input.glossary.items() if term.casefold() in folded}
    said = json.dumps(terms, ensure_ascii=False)
    glossary = f" Translate these words as given: {said}." if terms else ""
    more = f" {input.instructions.strip()}" if input.instructions.strip() else ""
    return (
        f"Translate the text{source} into {input.into}. Keep its form: lines, lists, Markdown, "
        f"names of files and what stands in braces.{glossary}{more} Say nothing but the "
        f"translation. {IS_DATA}"
    )
