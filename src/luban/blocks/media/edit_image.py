"""A picture cut, turned, made smaller, and stored in another format."""

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


class EditImage(Block):
    """Crops, rotates, flips, resizes and converts a picture, in this order.

    The picture is turned as its camera was held, and what else the camera wrote, such as the
    place, is taken out. Of a moving picture the first frame is taken.
    """

    id = "media.edit_image"
    title = "Edit image"
    category = "media"
    effect = Effect.IDEMPOTENT
    icon = "image-upscale"
    keywords = (
        "resize",
        "crop",
        "convert",
        "rotate",
        "flip",
        "thumbnail",
        "scale",
        "compress",
        "png",
        "jpeg",
        "webp",
        "photo",
        "picture",
    )

    class Input(BlockInput):
        image: FileRef = Field(title="Image", description="PNG, JPEG, WebP, GIF, BMP, TIFF or ICO.")
        width: int = Field(
            0, ge=0, le=20_000, title="Width", description="Pixels; 0 follows from the height."
        )
        height: int = Field(
            0, ge=0, le=20_000, title="Height", description="Pixels; 0 follows from the width."
        )
        fit: Literal["inside", "cover", "pad", "stretch"] = Field(
            "inside",
            title="Fit",
            description="Where width and height are given: within them, filling them and cut, "
            "within them on a background, or distorted.",
        )
        format: Format = Field("same", title="Format", description="What kind of file to write.")
        crop: list[int] = Field(
            default_factory=list,
            title="Crop",
            description="Left, top, width and height of the part to keep, in pixels.",
            max_length=4,
        )
        rotate: float = Field(
            0, ge=-360, le=360, title="Rotate", description="Degrees clockwise.", advanced=True
        )
        flip: Literal["none", "horizontal", "vertical"] = Field(
            "none", title="Flip", description="Left and right, or top and bottom.", advanced=True
        )
        enlarge: bool = Field(
            True,
            title="Enlarge",
            description="Off leaves a smaller picture as it is.",
            advanced=True,
        )
        quality: int = Field(
            85, ge=1, le=100, title="Quality", description="Of JPEG and WebP.", advanced=True
        )
        background: str = Field(
            "white",
            title="Background",
            description="Behind what is clear or beside the picture, such as #1e5aa0.",
            max_length=60,
            advanced=True,
        )
        keep_metadata: bool = Field(
            False,
            title="Keep metadata",
            description="Camera, time and place (EXIF) go along.",
            advanced=True,
        )
        name: str = Field(
            "",
            title="File name",
            description="Empty keeps the name.",
            max_length=200,
            advanced=True,
        )

    class Output(BlockOutput):
        image: FileRef = Field(title="Image", description="The new picture.", main=True)
        width: int = Field(title="Width", description="Pixels.")
        height: int = Field(title="Height", description="Pixels.")

    examples = (
        Example(
            {"image": _FILE, "width": 2},
            {
                "image": {**_FILE, "$file": "f_2", "size": 72},
                "width": 2,
                "height": 1,
            },
            _WORLD,
        ),
        Example(
            {"image": _FILE, "crop": [1, 0, 2, 2], "rotate": 90, "width": 8, "height": 4,
             "fit": "pad", "format": "webp"},
            {
                "image": {"$file": "f_2", "name": "a.webp", "type": "image/webp", "size": 86},
                "width": 8,
                "height": 4,
            },
            _WORLD,
        ),
        Example({"image": _FILE, "crop": [3, 0, 9, 1]}, {"error": {"code": "bad_crop"}}, _WORLD),
        Example(
            {"image": _FILE, "background": "bluish"}, {"error": {"code": "bad_colour"}}, _WORLD
        ),
        Example(
            {"image": _FILE, "width": 20_000}, {"error": {"code": "too_many_pixels"}}, _WORLD
        ),
        Example(
            {"image": _FILE},
            {"error": {"code": "not_an_image"}},
            {"files": {"f_1": {"name": "a.png", "text": "a text"}}},
        ),
    )  # fmt: skip

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        raw = await content(ctx, input.image, pictures.MEGABYTES)
        made, kind, size = await asyncio.to_thread(_edited, raw, input)
        name = named(
            input.name or input.image.name.rpartition(".")[0], "image", pictures.ending(kind)
        )
        stored = await ctx.files.write(name, made, pictures.type_of(kind))
        return {"image": stored.as_value(), "width": size[0], "height": size[1]}


def _edited(raw: bytes, input: EditImage.Input) -> tuple[bytes, str, tuple[int, int]]:
    ground = pictures.colour(input.background)
    image = pictures.header(raw, input.image.name)
    kind = pictures.kind_of(input.format, image)
    image = pictures.opened(raw, input.image.name)
    keep = image.getexif() if input.keep_metadata else None
    profile = image.info.get("icc_profile") if image.mode not in ("CMYK", "LAB") else None
    image = _turned(_cropped(pictures.coloured(image), input), input, ground)
    image = _resized(image, input, ground)
    image.info = {"icc_profile": profile} if profile else {}
    made = pictures.encoded(
        image, kind, quality=input.quality, background=input.background, keep=keep
    )
    return made, kind, image.size


def _cropped(image: Any, input: EditImage.Input) -> Any:
    if not input.crop:
        return image
    left, top, width, height = [*input.crop, -1, -1, -1, -1][:4]
    inside = left >= 0 and top >= 0 and width > 0 and height > 0
    if not inside or left + width > image.width or top + height > image.height:
        raise BlockError(
            f"{input.crop} is not a part of the picture of {image.width} × {image.height}. Give "
            "left, top, width and height in pixels.",
            zh=f"{input.crop} 不在 {image.width} × {image.height} 的图片范围内。"
            "请依次给出左、上、宽、高（像素）。",
            code="bad_crop",
        )
    return image.crop((left, top, left + width, top + height))


def _turned(image: Any, input: EditImage.Input, ground: tuple[int, ...]) -> Any:
    from PIL import Image, ImageOps

    if input.rotate % 360:
        fill = ground if image.mode == "RGB" else (0, 0, 0, 0)
        image = image.rotate(
            -input.rotate,
            Image.Resampling.BICUBIC,
            expand=True,
            fillcolor=fill[: len(image.mode)],
        )
    if input.flip == "none":
        return image
    return ImageOps.mirror(image) if input.flip == "horizontal" else ImageOps.flip(image)


def _resized(image: Any, input: EditImage.Input, ground: tuple[int, ...]) -> Any:
    from PIL import Image, ImageOps

    if not input.width and not input.height:
        return image
    width = input.width or max(1, round(image.width * input.height / image.height))
    height = input.height or max(1, round(image.height * input.width / image.width))
    if not input.enlarge and image.width <= width and image.height <= height:
        return image
    pictures.check_pixels(width, height, input.image.name)
    best = Image.Resampling.LANCZOS
    match input.fit:
        case "inside":
            return ImageOps.contain(image, (width, height), best)
        case "cover":
            return ImageOps.fit(image, (width, height), best)
        case "pad":
            return ImageOps.pad(image, (width, height), best, color=ground[: len(image.mode)])
        case "stretch":
            return image.resize((width, height), best)
