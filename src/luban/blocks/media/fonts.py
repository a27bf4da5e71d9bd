"""Fonts of the machine for letters in pictures: one that is always there, and a Chinese one."""

from __future__ import annotations

import logging
import re
from functools import cache
from pathlib import Path

from luban.sdk import BlockError

_FILES = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-vf-fonts/NotoSansCJK-VF.ttc",
    "/usr/share/fonts/google-noto-sans-sc-vf-fonts/NotoSansSC[wght].ttf",
    "/usr/share/fonts/truetype/noto/NotoSansSC-Regular.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simsun.ttc",
)
"""Fonts with Chinese letters; unlike in a PDF, they may be of any kind. The first one is taken."""

_LATIN = re.compile(r"[\x00-\u052f\u1e00-\u22ff\u2500-\u25ff]*")
"""What the font that is always there has."""


@cache
def always_there() -> str:
    """The path of a font that comes with a library of ours."""
    from importlib.util import find_spec

    found = find_spec("matplotlib")
    origin = found.origin if found is not None else None
    return str(Path(origin or ".").parent / "mpl-data/fonts/ttf/DejaVuSans.ttf")


@cache
def chinese() -> str | None:
    """The path of a font with Chinese letters."""
    from PIL import ImageFont

    for file in _FILES:
        if Path(file).exists():
            try:
                ImageFont.truetype(file, 12)
            except OSError as error:
                logging.getLogger(__name__).info("%s cannot be used: %s", file, error)
            else:
                return file
    return None


def is_latin(text: str) -> bool:
    return _LATIN.fullmatch(text) is not None


def font_for(text: str, instead: str = "") -> str:
    """The path of a font that has the letters. Raises `no_chinese_font`; `instead` is a way out."""
    if is_latin(text):
        return always_there()
    found = chinese()
    if found is None:
        raise BlockError(
            f"This machine has no font for `{text[:40]}`. Install one, such as with "
            f"`apt install fonts-noto-cjk`{instead and f', or {instead}'}.",
            zh=f"这台机器没有可显示“{text[:40]}”的字体。"
            "请安装字体，例如 apt install fonts-noto-cjk。",
            code="no_chinese_font",
        )
    return found
