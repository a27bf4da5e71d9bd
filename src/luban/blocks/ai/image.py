"""Pictures of a prompt."""

from __future__ import annotations

import mimetypes
import uuid
from typing import Any

from luban.blocks.ai.asking import needed, spent
from luban.blocks.ai.pins import model_out, timeout_pin, usage_out, values_pin
from luban.blocks.ai.prompts import filled
from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
    FileRef,
    TemporaryError,
)

_DRAWN = {
    "$file": "f_1",
    "name": "generated_01f7ff01-6fc9-5f4e-99f6-032beaeb330c.png",
    "type": "image/png",
    "size": 3,
}


class Image(Block):
    """Draws pictures of what a prompt describes, and stores them as files."""

    id = "ai.image"
    title = "Draw a picture"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "image"
    keywords = ("image generation", "picture", "draw", "dall-e", "paint", "illustration", "art")

    class Input(BlockInput):
        prompt: str = Field(
            title="Prompt",
            description="What to draw. With values below, `{{ name }}` is where a value goes.",
            widget="template",
        )
        values: dict[str, Any] = values_pin()
        size: str = Field(
            "",
            pattern=r"^(\d{2,5}x\d{2,5})?$",
            title="Size",
            description="Such as 1024x1024; empty leaves it to the model.",
        )
        count: int = Field(1, ge=1, le=10, title="How many", description="Pictures, at most 10.")
        model: str = Field(
            "",
            title="Model",
            description="Such as openai/gpt-image-1; empty is the default one for pictures.",
            widget="model:image_making",
        )
        timeout: float = timeout_pin()

    class Output(BlockOutput):
        image: FileRef = Field(title="Picture", description="The first picture, as a file.")
        images: list[FileRef] = Field(title="Pictures", description="All of them.")
        prompt_used: str = Field(
            title="Prompt used",
            description="What was drawn: your prompt, or what the model made of it.",
        )
        usage: dict[str, Any] = usage_out()
        model: str = model_out()

    examples = (
        Example(
            {"prompt": "A {{ what }}", "values": {"what": "wren"}, "model": "m/x"},
            {
                "image": _DRAWN,
                "images": [_DRAWN],
                "prompt_used": "A wren",
                "usage": {"input_tokens": 6, "output_tokens": 0, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": [{"images": [b"png"]}]},
        ),
        Example({"prompt": ""}, {"error": {"code": "nothing_to_ask"}}),
        Example({"prompt": "A wren"}, {"error": {"code": "no_picture"}}, {"llm": [""]}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        prompt = needed(filled(input.prompt, input.values), "the prompt", "提示词")

        async def draw() -> dict[str, Any]:
            return await _drawn(ctx, input, prompt)

        return await ctx.step("draw", draw, key="draw")


async def _drawn(ctx: Context, input: Image.Input, prompt: str) -> dict[str, Any]:
    """The outputs; a picture has the same name in every attempt."""
    answer = await ctx.llm.image(
        input.model, prompt, size=input.size, count=input.count, timeout=input.timeout
    )
    if not answer.images:
        raise TemporaryError(
            f"The model drew nothing of {prompt[:80]!r}. Another try, or another prompt may help.",
            zh=f"模型没有画出 {prompt[:80]!r}。可以重试，或修改提示词。",
            code="no_picture",
        )
    files: list[dict[str, Any]] = []
    for number, picture in enumerate(answer.images):
        name = uuid.uuid5(uuid.NAMESPACE_URL, f"{ctx.idempotency_key}#{number}")
        ending = mimetypes.guess_extension(picture.type) or ".png"
        file = await ctx.files.write(f"generated_{name}{ending}", picture.content, picture.type)
        files.append(file.as_value())
    return {
        "image": files[0],
        "images": files,
        "prompt_used": answer.prompt or prompt,
        "usage": spent(answer.usage),
        "model": answer.model,
    }
