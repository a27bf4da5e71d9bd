"""What is known of a picture."""

from __future__ import annotations

import asyncio
from typing import Any

from luban.blocks.media import pictures
from luban.blocks.media.samples import PICTURE
from luban.blocks.media.stored import content
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field, FileRef

_FILE = {"$file": "f_1", "name": "a.png", "type": "image/png"}
_PLACE = 0x8825
_CAMERA = 0x8769
_LONGEST = 200


class ImageFacts(Block):
    """Tells a picture's size, format and what its camera wrote; the place only when asked."""

    id = "media.image_facts"
    title = "Image facts"
    category = "media"
    effect = Effect.IDEMPOTENT
    icon = "scan-search"
    keywords = ("exif", "metadata", "size", "width", "height", "gps", "camera", "dimensions")

    class Input(BlockInput):
        image: FileRef = Field(title="Image", description="The picture to tell about.")
        place: bool = Field(
            False,
            title="Tell the place",
            description="Where it was taken, if the camera wrote it: that may be somebody's home.",
        )

    class Output(BlockOutput):
        width: int = Field(title="Width", description="Pixels, as the picture is shown.")
        height: int = Field(title="Height", description="Pixels, as the picture is shown.")
        format: str = Field(title="Format", description="png, jpeg, webp, gif, bmp, tiff or ico.")
        frames: int = Field(title="Frames", description="More than 1 in a moving picture.")
        transparent: bool = Field(title="Transparent", description="Whether parts may be clear.")
        camera: dict[str, Any] = Field(
            title="Camera", description="What it wrote (EXIF), by name, without the place."
        )
        latitude: float = Field(title="Latitude", description="Degrees north; only when asked.")
        longitude: float = Field(title="Longitude", description="Degrees east; only when asked.")

    examples = (
        Example(
            {"image": _FILE},
            {
                "width": 4,
                "height": 2,
                "format": "png",
                "frames": 1,
                "transparent": False,
                "camera": {},
            },
            {"files": {"f_1": {"name": "a.png", "bytes": PICTURE, "type": "image/png"}}},
        ),
        Example(
            {"image": _FILE},
            {"error": {"code": "not_an_image"}},
            {"files": {"f_1": {"name": "a.png", "text": "a text"}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        raw = await content(ctx, input.image, pictures.MEGABYTES)
        return await asyncio.to_thread(_told, raw, input)


def _told(raw: bytes, input: ImageFacts.Input) -> dict[str, Any]:
    image = pictures.header(raw, input.image.name)
    exif = image.getexif()
    width, height = image.size
    if exif.get(0x0112, 1) in (5, 6, 7, 8):  # lies on its side
        width, height = height, width
    told = {
        "width": width,
        "height": height,
        "format": str(image.format).lower(),
        "frames": int(getattr(image, "n_frames", 1)),
        "transparent": bool(image.has_transparency_data),
        "camera": _camera(exif),
    }
    return told | (_place(exif.get_ifd(_PLACE)) if input.place else {})


def _camera(exif: Any) -> dict[str, Any]:
    from PIL import ExifTags

    found: dict[str, Any] = {}
    for number, value in [*exif.items(), *exif.get_ifd(_CAMERA).items()]:
        name = ExifTags.TAGS.get(number)
        if name is None or number in (_PLACE, _CAMERA) or isinstance(value, bytes):
            continue
        plain = value if isinstance(value, (int, str)) else _number(value)
        if plain is not None:
            found[name] = plain.strip("\0 ")[:_LONGEST] if isinstance(plain, str) else plain
    return found


def _number(value: Any) -> float | None:
    try:
        number = round(float(value), 6)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if abs(number) < 1e15 else None


def _place(ifd: dict[int, Any]) -> dict[str, float]:
    """Degrees out of degrees, minutes and seconds."""
    found: dict[str, float] = {}
    for name, number, back in (("latitude", 1, "S"), ("longitude", 3, "W")):
        parts = [_number(part) for part in ifd.get(number + 1, ())]
        if len(parts) != 3 or None in parts:
            return {}
        degrees = sum((part or 0) / 60**power for power, part in enumerate(parts))
        found[name] = round(-degrees if ifd.get(number) == back else degrees, 6)
    return found
