"""A picture on another one."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from luban.blocks.media import pictures
from luban.blocks.media.pictures import Format
from luban.blocks.media.samples import PICTURE
from luban.blocks.media.stored import content, named
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
    FileRef,
)

_FILE = {"$file": "f_1", "name": "a.png", "type": "image/png"}
_WORLD = {"files": {"f_1": {"name": "a.png", "bytes": PICTURE, "type": "image/png"}}}
_MOST_TIMES = 10_000
_SHARES = {"left": 0.0, "top": 0.0, "center": 0.5, "right": 1.0, "bottom": 1.0}


class OverlayImage(Block):
    """Puts a picture on another: a logo in a corner, a watermark all over, a frame."""

    id = "media.overlay_image"
    title = "Overlay image"
    category = "media"
    effect = Effect.IDEMPOTENT
    icon = "layers"
    keywords = ("watermark", "logo", "compose", "combine", "stamp", "paste", "merge")

    class Input(BlockInput):
        image: FileRef = Field(title="Image", description="The picture below.")
        overlay: FileRef = Field(title="Overlay", description="The picture put on it.")
        position: Literal[
            "top left",
            "top",
            "top right",
            "left",
            "center",
            "right",
            "bottom left",
            "bottom",
            "bottom right",
            "everywhere",
        ] = Field("bottom right", title="Position", description="Where it goes.")
        size: float = Field(
            0,
            ge=0,
            le=100,
            title="Size",
            description="Width of the overlay in percent of the picture's; 0 leaves it as it is.",
        )
        opacity: float = Field(
            100, ge=0, le=100, title="Opacity", description="In percent; 30 for a watermark."
        )
        margin: int = Field(
            0, ge=0, le=5000, title="Margin", description="Pixels to the edge, or between."
        )
        format: Format = Field(
            "same", title="Format", description="What kind of file to write.", advanced=True
        )

    class Output(BlockOutput):
        image: FileRef = Field(title="Image", description="The new picture.", main=True)

    examples = (
        Example(
            {"image": _FILE, "overlay": _FILE, "size": 50, "opacity": 50},
            {"image": {**_FILE, "$file": "f_2", "size": 75}},
            _WORLD,
        ),
        Example(
            {"image": _FILE, "overlay": {"$file": "f_2", "name": "b.png"}},
            {"error": {"code": "not_an_image"}},
            {"files": {**_WORLD["files"], "f_2": {"name": "b.png", "text": "a text"}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        below = await content(ctx, input.image, pictures.MEGABYTES)
        above = await content(ctx, input.overlay, pictures.MEGABYTES)
        made, kind = await asyncio.to_thread(_made, below, above, input)
        name = named(input.image.name.rpartition(".")[0], "image", pictures.ending(kind))
        stored = await ctx.files.write(name, made, pictures.type_of(kind))
        return {"image": stored.as_value()}


def _made(below: bytes, above: bytes, input: OverlayImage.Input) -> tuple[bytes, str]:
    from PIL import Image

    kind = pictures.kind_of(input.format, pictures.header(below, input.image.name))
    ground = pictures.opened(below, input.image.name)
    profile = ground.info.get("icc_profile") if ground.mode not in ("CMYK", "LAB") else None
    clear = ground.has_transparency_data
    ground = ground.convert("RGBA")
    stamp = pictures.opened(above, input.overlay.name).convert("RGBA")
    if input.size:
        width = max(1, round(ground.width * input.size / 100))
        height = max(1, round(stamp.height * width / stamp.width))
        pictures.check_pixels(width, height, input.overlay.name)
        stamp = stamp.resize((width, height), Image.Resampling.LANCZOS)
    if input.opacity < 100:
        stamp.putalpha(stamp.getchannel("A").point(_times(input.opacity / 100)))
    layer = Image.new("RGBA", ground.size)
    for place in _places(ground.size, stamp.size, input):
        layer.paste(stamp, place)
    whole = Image.alpha_composite(ground, layer)
    whole = whole if clear else whole.convert("RGB")
    whole.info = {"icc_profile": profile} if profile else {}
    return pictures.encoded(whole, kind), kind


def _times(share: float) -> list[int]:
    return [round(value * share) for value in range(256)]


def _places(
    ground: tuple[int, int], stamp: tuple[int, int], input: OverlayImage.Input
) -> list[tuple[int, int]]:
    if input.position == "everywhere":
        across, down = stamp[0] + input.margin, stamp[1] + input.margin
        if (ground[0] // across + 1) * (ground[1] // down + 1) > _MOST_TIMES:
            raise BlockError(
                f"`{input.overlay.name}` would be there more than {_MOST_TIMES:,} times. Raise "
                "Size or Margin.",
                zh=f"“{input.overlay.name}”将重复超过 {_MOST_TIMES:,} 次。请增大“大小”或“边距”。",
                code="too_many_overlays",
            )
        return [(x, y) for y in range(0, ground[1], down) for x in range(0, ground[0], across)]
    words = input.position.split()
    shares = {word: _SHARES[word] for word in words}
    over = next((shares[word] for word in words if word in ("left", "right")), 0.5)
    down_by = next((shares[word] for word in words if word in ("top", "bottom")), 0.5)
    free = [ground[axis] - stamp[axis] - 2 * input.margin for axis in (0, 1)]
    return [(input.margin + round(free[0] * over), input.margin + round(free[1] * down_by))]
