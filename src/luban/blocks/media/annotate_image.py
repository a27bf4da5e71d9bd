"""Words, boxes and lines drawn on a picture."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from luban.blocks.media import pictures
from luban.blocks.media.fonts import font_for
from luban.blocks.media.pictures import Format
from luban.blocks.media.samples import PICTURE
from luban.blocks.media.stored import content, named
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field, FileRef

_FILE = {"$file": "f_1", "name": "a.png", "type": "image/png"}
_WORLD = {"files": {"f_1": {"name": "a.png", "bytes": PICTURE, "type": "image/png"}}}


class Mark(BaseModel):
    """One thing that is drawn."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["text", "rectangle", "ellipse", "line"] = Field(
        "text", title="Kind", description="What to draw."
    )
    x: int = Field(0, title="Left", description="Pixels; below 0 from the right edge.")
    y: int = Field(0, title="Top", description="Pixels; below 0 from the bottom edge.")
    width: int = Field(0, title="Width", description="Of a box, or how far a line goes right.")
    height: int = Field(0, title="Height", description="Of a box, or how far a line goes down.")
    text: str = Field("", title="Text", description="The words.", max_length=5000)
    size: int = Field(24, ge=4, le=1000, title="Size", description="Of letters, in pixels.")
    color: str = Field("red", title="Colour", description="Of letters and lines.")
    fill: str = Field("", title="Fill", description="Behind letters or in a box, such as #0008.")
    line: int = Field(3, ge=0, le=200, title="Line", description="How thick, in pixels.")
    align: Literal["left", "center", "right"] = Field(
        "left", title="Align", description="Where the text stands, seen from Left."
    )


class AnnotateImage(Block):
    """Draws words, rectangles, ellipses and lines on a picture, also Chinese ones."""

    id = "media.annotate_image"
    title = "Annotate image"
    category = "media"
    effect = Effect.IDEMPOTENT
    icon = "pen-tool"
    keywords = ("text", "caption", "label", "box", "draw", "rectangle", "highlight", "title")

    class Input(BlockInput):
        image: FileRef = Field(title="Image", description="What to draw on.")
        marks: list[Mark] = Field(
            title="Marks",
            description="What to draw, one over the other.",
            min_length=1,
            max_length=500,
        )
        format: Format = Field(
            "same", title="Format", description="What kind of file to write.", advanced=True
        )

    class Output(BlockOutput):
        image: FileRef = Field(title="Image", description="The new picture.", main=True)

    examples = (
        Example(
            {"image": _FILE, "marks": [{"kind": "rectangle", "width": 2, "height": 1, "line": 0,
             "fill": "#0000ff80"}, {"text": "a", "size": 4}]},
            {"image": {**_FILE, "$file": "f_2", "size": 92}},
            _WORLD,
        ),
        Example(
            {"image": _FILE, "marks": [{"text": "a", "color": "bluish"}]},
            {"error": {"code": "bad_colour"}},
            _WORLD,
        ),
        Example(
            {"image": _FILE, "marks": [{"text": "a"}]},
            {"error": {"code": "not_an_image"}},
            {"files": {"f_1": {"name": "a.png", "text": "a text"}}},
        ),
    )  # fmt: skip

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        raw = await content(ctx, input.image, pictures.MEGABYTES)
        made, kind = await asyncio.to_thread(_drawn, raw, input)
        name = named(input.image.name.rpartition(".")[0], "image", pictures.ending(kind))
        stored = await ctx.files.write(name, made, pictures.type_of(kind))
        return {"image": stored.as_value()}


def _drawn(raw: bytes, input: AnnotateImage.Input) -> tuple[bytes, str]:
    from PIL import Image, ImageDraw

    kind = pictures.kind_of(input.format, pictures.header(raw, input.image.name))
    ground = pictures.opened(raw, input.image.name)
    profile = ground.info.get("icc_profile") if ground.mode not in ("CMYK", "LAB") else None
    clear = ground.has_transparency_data
    ground = ground.convert("RGBA")
    for mark in input.marks:
        # A layer for each: what is half clear lets through what was drawn before.
        layer = Image.new("RGBA", ground.size)
        _draw(ImageDraw.Draw(layer), mark, ground.size)
        ground.alpha_composite(layer)
    whole = ground if clear else ground.convert("RGB")
    whole.info = {"icc_profile": profile} if profile else {}
    return pictures.encoded(whole, kind), kind


def _draw(draw: Any, mark: Mark, size: tuple[int, int]) -> None:
    left = mark.x if mark.x >= 0 else size[0] + mark.x
    top = mark.y if mark.y >= 0 else size[1] + mark.y
    colour = pictures.colour(mark.color)
    fill = pictures.colour(mark.fill) if mark.fill else None
    if mark.kind == "text":
        _write(draw, mark, (left, top), colour, fill)
        return
    right, bottom = left + mark.width, top + mark.height
    if mark.kind == "line":
        draw.line((left, top, right, bottom), fill=colour, width=max(mark.line, 1))
        return
    box = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
    shape = draw.rectangle if mark.kind == "rectangle" else draw.ellipse
    shape(box, fill=fill, outline=colour if mark.line else None, width=mark.line)


def _write(
    draw: Any, mark: Mark, place: tuple[int, int], colour: Any, fill: tuple[int, ...] | None
) -> None:
    from PIL import ImageFont

    font = ImageFont.truetype(font_for(mark.text), mark.size)
    left, top, right, bottom = draw.multiline_textbbox((0, 0), mark.text, font=font)
    share = {"left": 0.0, "center": 0.5, "right": 1.0}[mark.align]
    x, y = round(place[0] - (right - left) * share), place[1]
    if fill is not None:
        beside = max(2, mark.size // 5)
        box = (x - beside, y - beside, x + right - left + beside, y + bottom - top + beside)
        draw.rectangle(box, fill=fill)
    draw.multiline_text((x - left, y - top), mark.text, font=font, fill=colour, align=mark.align)
