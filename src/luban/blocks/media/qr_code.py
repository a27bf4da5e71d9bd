"""QR codes."""

from __future__ import annotations

import asyncio
import io
from typing import Any, Literal

from luban.blocks.media.stored import named
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

_COLOUR = r"^(#[0-9A-Fa-f]{3}|#[0-9A-Fa-f]{6}|[a-z]{3,20})$"


class QrCode(Block):
    """Makes a QR code of a text or address, of the way into a Wi-Fi network, or of a contact."""

    id = "media.qr_code"
    title = "QR code"
    category = "media"
    effect = Effect.IDEMPOTENT
    icon = "qr-code"
    keywords = ("barcode", "wifi", "vcard", "contact", "url", "link", "scan", "code")

    class Input(BlockInput):
        kind: Literal["text", "wifi", "contact"] = Field(
            "text", title="Holds", description="Text or an address, a Wi-Fi network, a contact."
        )
        text: str = Field(
            "",
            title="Text",
            description="What it says; the network's name; the person's name.",
            max_length=5000,
        )
        details: dict[str, str] = Field(
            default_factory=dict,
            title="Details",
            description="Wi-Fi: password, security (WPA, WEP or none), hidden (yes). Contact: "
            "phone, email, company, title, url, address, note.",
        )
        format: Literal["png", "svg"] = Field("png", title="Format", description="Kind of file.")
        size: int = Field(
            8, ge=1, le=100, title="Size", description="Pixels for each of its squares."
        )
        border: int = Field(
            4,
            ge=0,
            le=50,
            title="Border",
            description="Squares around it; fewer than 4 may not scan.",
            advanced=True,
        )
        correction: Literal["low", "medium", "quartile", "high"] = Field(
            "medium",
            title="Correction",
            description="How much may be covered: 7, 15, 25 or 30 percent.",
            advanced=True,
        )
        dark: str = Field(
            "black", title="Dark", description="Colour.", pattern=_COLOUR, advanced=True
        )
        light: str = Field(
            "white", title="Light", description="Colour.", pattern=_COLOUR, advanced=True
        )
        name: str = Field(
            "qr-code", title="File name", description="Of the picture.", max_length=200
        )

    class Output(BlockOutput):
        image: FileRef = Field(title="Image", description="The code.", main=True)
        text: str = Field(title="Text", description="What a scanner reads.")

    examples = (
        Example(
            {"text": "https://example.com"},
            {
                "image": {"$file": "f_1", "name": "qr-code.png", "type": "image/png", "size": 288},
                "text": "https://example.com",
            },
        ),
        Example(
            {
                "kind": "wifi",
                "text": "桥",
                "details": {"password": "a;b", "security": "WPA"},
                "format": "svg",
            },
            {
                "image": {
                    "$file": "f_1",
                    "name": "qr-code.svg",
                    "type": "image/svg+xml",
                    "size": 1279,
                },
                "text": "WIFI:T:WPA;S:桥;P:a\\;b;;",
            },
        ),
        Example({"text": "一" * 1500}, {"error": {"code": "text_too_long"}}),
        Example({"text": ""}, {"error": {"code": "nothing_given"}}),
        Example({"text": "a", "dark": "bluish"}, {"error": {"code": "bad_colour"}}),
        Example(
            {"kind": "contact", "text": "Lu", "details": {"fax": "1"}},
            {"error": {"code": "unknown_detail"}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        if not input.text.strip():
            raise BlockError(
                "A QR code of nothing cannot be made. Fill in Text.",
                zh="没有内容，无法生成二维码。请填写“文本”。",
                code="nothing_given",
            )
        text = _text(input)
        made = await asyncio.to_thread(_drawn, text, input)
        type = "image/svg+xml" if input.format == "svg" else "image/png"
        stored = await ctx.files.write(named(input.name, "qr-code", input.format), made, type)
        return {"image": stored.as_value(), "text": text}


def _text(input: QrCode.Input) -> str:
    if input.kind == "text":
        return input.text
    known = _WIFI if input.kind == "wifi" else tuple(_CONTACT)
    given = {name.strip().lower(): value for name, value in input.details.items()}
    for name in given:
        if name not in known:
            raise BlockError(
                f"There is no detail `{name}` here. Those known are {', '.join(known)}.",
                zh=f"没有“{name}”这一项。可填：{'、'.join(known)}。",
                code="unknown_detail",
            )
    if input.kind == "wifi":
        return _wifi(input.text, given)
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:{_escaped(input.text)};;;;"]
    lines.append(f"FN:{_escaped(input.text)}")
    for name, value in given.items():
        # Of an address, the third part is the street: what is told in one line goes there.
        told = f";;{_escaped(value)};;;;" if name == "address" else _escaped(value)
        lines += [f"{_CONTACT[name]}:{told}"] if value else []
    return "\r\n".join([*lines, "END:VCARD", ""])


_WIFI = ("password", "security", "hidden")
_CONTACT = {
    "phone": "TEL",
    "email": "EMAIL",
    "company": "ORG",
    "title": "TITLE",
    "url": "URL",
    "address": "ADR",
    "note": "NOTE",
}


def _wifi(network: str, given: dict[str, str]) -> str:
    password = given.get("password", "")
    security = given.get("security", "").upper() or ("WPA" if password else "nopass")
    security = "nopass" if security in ("NONE", "NOPASS") else security
    hidden = given.get("hidden", "").lower() in ("yes", "true", "1", "是")
    parts = [f"T:{security}", f"S:{_escaped(network, ':')}"]
    parts += [f"P:{_escaped(password, ':')}"] if password and security != "nopass" else []
    parts += ["H:true"] if hidden else []
    return f"WIFI:{';'.join(parts)};;"


def _escaped(text: str, more: str = "") -> str:
    for sign in ("\\", ";", ",", *more):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r", "").replace("\n", "\\n")


def _drawn(text: str, input: QrCode.Input) -> bytes:
    import segno
    from segno.encoder import DataOverflowError

    encoding = None if text.isascii() else "utf-8"  # and never Kanji, which some readers lack
    try:
        code = segno.make_qr(text, error=input.correction[0], boost_error=False, encoding=encoding)
    except DataOverflowError as error:
        raise BlockError(
            f"A QR code cannot hold these {len(text)} characters. Shorten them, or lower the "
            "correction.",
            zh=f"二维码容不下这 {len(text)} 个字符。请缩短内容，或降低纠错级别。",
            code="text_too_long",
        ) from error
    out = io.BytesIO()
    looks: dict[str, Any] = {"scale": input.size, "border": input.border}
    try:
        code.save(out, kind=input.format, dark=input.dark, light=input.light, **looks)
    except ValueError as error:
        raise BlockError(
            f"`{input.dark}` or `{input.light}` is not a colour. Write such as #1e5aa0 or black.",
            zh=f"“{input.dark}”或“{input.light}”不是颜色。请写成 #1e5aa0 或 black 这样。",
            code="bad_colour",
        ) from error
    return out.getvalue()
