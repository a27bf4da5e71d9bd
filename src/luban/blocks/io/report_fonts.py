"""Letters in a PDF: those every viewer has, and for all others a Chinese font."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import regex

_FILES = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansSC-Regular.ttf",
    "/usr/share/fonts/google-noto-sans-sc-vf-fonts/NotoSansSC[wght].ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simsun.ttc",
)
"""Fonts with Chinese letters that can be put into the file; the first that is there is taken."""

_FOREIGN = regex.compile(r"[^\x00-\xff–—‘’“”•…€™]+")
"""What the fonts of every PDF viewer do not have."""


@cache
def chinese_font() -> str:
    """The name of a font for letters that are not Latin.

    Without a font file it is one that viewers bring along for simplified Chinese.
    """
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    for file in _FILES:
        if Path(file).exists():
            try:
                pdfmetrics.registerFont(TTFont("LubanChinese", file))
            except TTFError as error:
                logging.getLogger(__name__).info("%s cannot be used: %s", file, error)
            else:
                return "LubanChinese"
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return "STSong-Light"


def marked(text: str) -> str:
    """The text for a paragraph, with the font named where it changes."""
    font = chinese_font()
    parts: list[str] = []
    at = 0
    for found in _FOREIGN.finditer(text):
        parts.append(escape(text[at : found.start()]))
        parts.append(f'<font name="{font}">{escape(found.group())}</font>')
        at = found.end()
    parts.append(escape(text[at:]))
    return "".join(parts)
