"""Pictures: turned right, without traces, within bounds; letters and overlays where they belong."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from luban.blocks.media import fonts
from luban.blocks.media.annotate_image import AnnotateImage
from luban.blocks.media.edit_image import EditImage
from luban.blocks.media.image_facts import ImageFacts
from luban.blocks.media.overlay_image import OverlayImage
from luban.blocks.media.qr_code import QrCode
from luban.sdk import BlockError, FileRef
from luban.sdk.testing import TestContext, run_block

RED, BLUE = (200, 30, 30), (30, 30, 200)


def photo(kind: str = "JPEG", **more: Any) -> bytes:
    """40 × 20, red on the left and blue on the right, taken upright in a place."""
    image = Image.new("RGB", (40, 20), RED)
    image.paste(BLUE, (20, 0, 40, 20))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Canon"
    exif[0x8825] = {1: "S", 2: (31.0, 30.0, 0.0), 3: "E", 4: (121.0, 0.0, 36.0)}
    out = io.BytesIO()
    image.save(out, kind, exif=exif, comment=b"secret", quality=95, **more)
    return out.getvalue()


async def made(context: TestContext, seen: dict[str, Any]) -> Image.Image:
    raw = await context.files.read(FileRef.model_validate(seen["image"][-1]))
    return Image.open(io.BytesIO(raw))


async def ran(block: Any, content: bytes, **inputs: Any) -> tuple[dict[str, Any], Image.Image]:
    context = TestContext()
    file = context.files.put("p.jpg", content).as_value()
    seen = await run_block(block, context, image=file, **inputs)
    return seen, await made(context, seen)


def is_near(pixel: Any, colour: tuple[int, ...]) -> bool:
    return all(abs(one - other) < 40 for one, other in zip(pixel, colour, strict=False))


async def test_a_photo_is_turned_and_what_the_camera_wrote_is_gone() -> None:
    seen, image = await ran(EditImage, photo())
    assert (seen["width"], seen["height"]) == ([20], [40])
    assert is_near(image.getpixel((10, 5)), RED)
    assert is_near(image.getpixel((10, 35)), BLUE)
    assert not image.getexif()
    assert b"secret" not in str(image.info).encode()
    _, kept = await ran(EditImage, photo(), keep_metadata=True)
    assert dict(kept.getexif())[0x010F] == "Canon"
    assert 0x0112 not in kept.getexif()


@pytest.mark.parametrize(
    ("fit", "size"),
    [("inside", (5, 10)), ("cover", (10, 10)), ("pad", (10, 10)), ("stretch", (10, 10))],
)
async def test_each_way_to_fit(fit: str, size: tuple[int, int]) -> None:
    _, image = await ran(EditImage, photo(), width=10, height=10, fit=fit, format="png")
    assert image.size == size


async def test_crop_turn_flip_and_a_side_that_follows() -> None:
    _, image = await ran(EditImage, photo(), crop=[0, 0, 20, 10], rotate=90, flip="vertical",
                         width=40, format="webp")  # fmt: skip
    assert (image.format, image.size) == ("WEBP", (40, 80))
    _, image = await ran(EditImage, photo(), width=900, enlarge=False)
    assert image.size == (20, 40)


async def test_what_shines_through_gets_the_background_in_a_jpeg() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    _, image = await ran(EditImage, out.getvalue(), format="jpeg", background="#1ec81e")
    assert is_near(image.getpixel((4, 4)), (30, 200, 30))


async def test_a_place_is_told_only_when_asked() -> None:
    context = TestContext()
    file = context.files.put("p.jpg", photo()).as_value()
    seen = await run_block(ImageFacts, context, image=file)
    assert (seen["width"], seen["height"], seen["format"]) == ([20], [40], ["jpeg"])
    assert seen["camera"] == [{"Orientation": 6, "Make": "Canon"}]
    assert "latitude" not in seen
    seen = await run_block(ImageFacts, context, image=file, place=True)
    assert (seen["latitude"], seen["longitude"]) == ([-31.5], [121.01])


def bomb() -> bytes:
    """A PNG that says it is 60,000 × 60,000."""
    out = io.BytesIO()
    PngImagePlugin.putchunk(out, b"IHDR", b"\0\0\xea\x60" * 2 + b"\x08\2\0\0\0")  # type: ignore[no-untyped-call]
    PngImagePlugin.putchunk(out, b"IDAT", b"")  # type: ignore[no-untyped-call]
    return b"\x89PNG\r\n\x1a\n" + out.getvalue()


POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n"


@pytest.mark.parametrize(
    ("content", "code"),
    [(bomb(), "too_many_pixels"), (POSTSCRIPT, "not_an_image"), (photo()[:400], "not_an_image")],
    ids=["bomb", "postscript", "cut off"],
)
async def test_what_is_no_picture_or_too_large_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(BlockError) as caught:
        await ran(EditImage, content)
    assert caught.value.code == code


async def test_an_overlay_stands_in_its_corner_half_clear() -> None:
    context = TestContext()
    out = io.BytesIO()
    Image.new("RGB", (10, 10), "white").save(out, "PNG")
    ground = context.files.put("a.png", photo("PNG")).as_value()
    stamp = context.files.put("b", out.getvalue()).as_value()
    asked = {"image": ground, "overlay": stamp, "opacity": 50, "margin": 2}
    seen = await run_block(OverlayImage, context, **asked, position="top left")
    image = await made(context, seen)
    assert is_near(image.getpixel((3, 3)), (228, 142, 142))
    assert is_near(image.getpixel((15, 15)), RED)
    seen = await run_block(OverlayImage, context, **asked, position="everywhere")
    image = await made(context, seen)
    assert is_near(image.getpixel((14, 14)), (228, 142, 142))


async def test_marks_are_drawn_from_either_edge() -> None:
    marks = [{"kind": "rectangle", "x": -10, "y": -10, "width": 9, "height": 9, "fill": "lime"}]
    _, image = await ran(AnnotateImage, photo(), marks=marks, format="png")
    assert is_near(image.getpixel((15, 35)), (0, 255, 0))


@pytest.mark.skipif(fonts.chinese() is None, reason="this machine has no Chinese font")
async def test_chinese_letters_differ() -> None:
    pictures = [
        (await ran(AnnotateImage, photo(), marks=[{"text": text, "size": 16}], format="png"))[1]
        for text in ("桥", "锁")
    ]
    assert pictures[0].tobytes() != pictures[1].tobytes()


async def test_a_contact_and_a_network_are_told_as_scanners_read_them() -> None:
    details = {"phone": "+86 1", "address": "a;b"}
    seen = await run_block(QrCode, kind="contact", text="鲁班", details=details)
    assert seen["text"] == [
        (
            "BEGIN:VCARD\r\nVERSION:3.0\r\nN:鲁班;;;;\r\nFN:鲁班\r\nTEL:+86 1\r\n"
            "ADR:;;a\\;b;;;;\r\nEND:VCARD\r\n"
        )
    ]
    seen = await run_block(QrCode, kind="wifi", text="a:b", details={"hidden": "是"})
    assert seen["text"] == ["WIFI:T:nopass;S:a\\:b;H:true;;"]
