"""Pictures opened and stored: kinds that are known, sizes bounded, nothing left in them."""

from __future__ import annotations

import io
from typing import Any, Literal

from luban.sdk import BlockError

Format = Literal["same", "png", "jpeg", "webp", "gif"]
MEGABYTES = 50
MOST_PIXELS = 50_000_000
_KINDS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "ICO")
"""What is opened; other readers of the library start programs or are rarely looked at."""
_WRITTEN = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif"}
_ENDINGS = {"jpeg": "jpg"}
_WEBP_SIDE = 16_383


def header(content: bytes, name: str) -> Any:
    """The picture with nothing but its head read. Raises `BlockError`."""
    from PIL import Image

    try:
        image = Image.open(io.BytesIO(content), formats=_KINDS)
    except Image.DecompressionBombError as error:
        raise BlockError(
            f"`{name}` has far more than {MOST_PIXELS:,} pixels, which would fill the memory. Save "
            "it in a smaller size.",
            zh=f"“{name}”的像素远超 {MOST_PIXELS:,}，会占满内存。请另存为较小的尺寸。",
            code="too_many_pixels",
        ) from error
    except Exception as error:
        raise _unreadable(name) from error
    check_pixels(*image.size, name)
    return image


def opened(content: bytes, name: str) -> Any:
    """The whole picture, turned as its camera was held; the first frame of a moving one."""
    from PIL import ImageOps

    image = header(content, name)
    try:
        image.load()
        return ImageOps.exif_transpose(image)
    except Exception as error:
        raise _unreadable(name) from error


def check_pixels(width: int, height: int, name: str) -> None:
    """Raises `too_many_pixels`: each takes four bytes of memory, however small the file."""
    if width * height > MOST_PIXELS:
        raise BlockError(
            f"`{name}` would have {width} × {height} pixels; at most {MOST_PIXELS:,} are taken. "
            "Use a smaller size.",
            zh=f"“{name}”有 {width} × {height} 像素，上限为 {MOST_PIXELS:,}。请减小尺寸。",
            code="too_many_pixels",
        )


def coloured(image: Any) -> Any:
    """In red, green, blue, and with what shines through kept."""
    if image.mode in ("RGB", "RGBA"):
        return image
    clear = image.has_transparency_data
    return image.convert("RGBA" if clear else "RGB")


def colour(text: str) -> tuple[int, ...]:
    """Red, green, blue and perhaps opacity, of such as `#1e5aa0`, `#0008`, `red`."""
    from PIL import ImageColor

    try:
        return ImageColor.getrgb(text.strip())
    except ValueError as error:
        raise BlockError(
            f"`{text}` is not a colour. Write such as #1e5aa0, #1e5aa080 or red.",
            zh=f"“{text}”不是颜色。请写成 #1e5aa0、#1e5aa080 或 red 这样。",
            code="bad_colour",
        ) from error


def kind_of(wanted: Format, image: Any) -> str:
    """The format to write: as wanted, else that of the picture, else PNG."""
    if wanted != "same":
        return wanted
    known = str(image.format or "").lower()
    return known if known in _WRITTEN else "png"


def ending(kind: str) -> str:
    return _ENDINGS.get(kind, kind)


def type_of(kind: str) -> str:
    return _WRITTEN[kind]


def encoded(
    image: Any, kind: str, *, quality: int = 85, background: str = "white", keep: Any = None
) -> bytes:
    """The picture as a file. Of what stood beside it only the colour profile stays, and `keep`."""
    if kind == "webp" and max(image.size) > _WEBP_SIDE:
        raise BlockError(
            f"A WebP has at most {_WEBP_SIDE} pixels on a side. Write PNG or JPEG.",
            zh=f"WebP 每边最多 {_WEBP_SIDE} 像素。请改用 PNG 或 JPEG。",
            code="too_many_pixels",
        )
    profile = image.info.get("icc_profile") if image.mode not in ("CMYK", "LAB") else None
    image = coloured(image)
    if kind == "jpeg":
        image = _flat(image, background)
    image.info = {}
    options: dict[str, Any] = {"quality": quality} if kind in ("jpeg", "webp") else {}
    if kind == "png":
        options["optimize"] = image.width * image.height < 1_000_000
    if profile and kind != "gif":
        options["icc_profile"] = profile
    if keep and kind != "gif":
        options["exif"] = keep
    out = io.BytesIO()
    image.save(out, kind.upper(), **options)
    return out.getvalue()


def _flat(image: Any, background: str) -> Any:
    from PIL import Image

    if image.mode != "RGBA":
        return image
    ground = Image.new("RGBA", image.size, (*colour(background)[:3], 255))
    return Image.alpha_composite(ground, image).convert("RGB")


def _unreadable(name: str) -> BlockError:
    return BlockError(
        f"`{name}` is not a picture that can be read: PNG, JPEG, WebP, GIF, BMP, TIFF or ICO, "
        "whole and undamaged. Save it again as PNG.",
        zh=f"“{name}”不是可读取的图片。支持完整的 PNG、JPEG、WebP、GIF、BMP、TIFF 和 ICO。"
        "请重新另存为 PNG。",
        code="not_an_image",
    )
