"""Vectors of texts."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from luban.blocks.ai.asking import needed, spent, together
from luban.blocks.ai.many_at_once import all_of
from luban.blocks.ai.pins import model_out, timeout_pin, usage_out
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Context, Effect, Example, Field


class Embed(Block):
    """Gives texts as vectors; texts that mean the like have vectors near to each other."""

    id = "ai.embed"
    title = "Embed texts"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "chart-scatter"
    keywords = ("embedding", "vector", "semantic", "similarity", "search", "rag")

    class Input(BlockInput):
        text: str = Field("", title="Text", description="One text.", widget="textarea")
        texts: list[str] = Field(
            default_factory=list[str],
            max_length=10_000,
            title="Texts",
            description="More of them, none of them empty; at most 10,000.",
        )
        model: str = Field(
            "",
            title="Model",
            description="Such as openai/text-embedding-3-small; empty is the default one for this.",
            widget="model:embeddings",
        )
        batch_size: int = Field(
            64,
            ge=1,
            le=2048,
            title="Batch",
            description="How many texts are sent at once.",
            advanced=True,
        )
        timeout: float = timeout_pin()

    class Output(BlockOutput):
        vector: list[float] = Field(title="Vector", description="Of the one text, if it is given.")
        vectors: list[list[float]] = Field(
            title="Vectors", description="Of the texts, in their order."
        )
        dimensions: int = Field(title="Dimensions", description="How many numbers a vector has.")
        usage: dict[str, Any] = usage_out()
        model: str = model_out()

    examples = (
        Example(
            {"text": "ab", "model": "m/x"},
            {
                "vector": [0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
                "vectors": [],
                "dimensions": 8,
                "usage": {"input_tokens": 2, "output_tokens": 0, "usd": None, "demo": False},
                "model": "m/x",
            },
        ),
        Example(
            {"texts": ["a", "b"], "batch_size": 1, "model": "m/x"},
            {
                "vectors": [
                    [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
                    [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
                ],
                "dimensions": 8,
                "usage": {"input_tokens": 2, "output_tokens": 0, "usd": None, "demo": False},
                "model": "m/x",
            },
        ),
        Example({}, {"error": {"code": "nothing_to_ask"}}),
        Example({"texts": ["a", ""]}, {"error": {"code": "empty_text"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        needed(input.text + "".join(input.texts), "the text", "文本")
        single = [input.text] if input.text.strip() else []
        texts = [*single, *input.texts]
        blank = next((place for place, text in enumerate(input.texts) if not text.strip()), None)
        if blank is not None:
            raise BlockError(
                f"Text {blank} is empty, and has no vector. Leave empty ones out first.",
                zh=f"第 {blank} 个文本为空，没有向量。请先去掉空文本。",
                code="empty_text",
            )
        size = input.batch_size
        batches = [texts[start : start + size] for start in range(0, len(texts), size)]
        work = [partial(_batch, ctx, input, at, batch) for at, batch in enumerate(batches, 1)]
        done = await all_of(work)
        vectors = [vector for each in done for vector in cast("list[Any]", each["vectors"])]
        sent: dict[str, Any] = {"vector": vectors[0]} if single else {}
        return {
            **sent,
            "vectors": vectors[len(single) :],
            "dimensions": len(vectors[0]),
            "usage": together(each["usage"] for each in done),
            "model": done[-1]["model"],
        }


async def _batch(ctx: Context, input: Embed.Input, number: int, texts: list[str]) -> dict[str, Any]:
    async def work() -> dict[str, Any]:
        answer = await ctx.llm.embed(input.model, texts, timeout=input.timeout)
        return {
            "vectors": answer.vectors,
            "usage": spent(answer.usage),
            "model": answer.model,
        }

    return await ctx.step("embed", work, key=f"batch-{number}")
