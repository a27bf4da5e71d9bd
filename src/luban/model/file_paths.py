"""Where files lie in a workspace, and what they may be called on a disk."""

from __future__ import annotations

import re
import unicodedata

from luban.model.errors import LubanError

LONGEST_NAME = 200
"""Bytes of one part of a path."""
_LONGEST_PATH = 1000
_DEEPEST = 20
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FORBIDDEN = frozenset('\\:*?"<>|')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""What Windows takes for devices, with any ending."""


class BadFilePath(LubanError):
    """A path that no file in a workspace may have."""

    code = "bad_file_path"
    status = 422
    en = (
        "`{path}` cannot be the path of a file: {cause}. Write it like `reports/2026/sales.csv`: "
        "letters, digits, spaces, - _ and dots, folders with /, at most 200 bytes for each part."
    )
    zh = (
        "“{path}”不能用作文件路径：{cause_zh}。请写成 `reports/2026/sales.csv` 这样：使用文字、"
        "数字、空格、- _ 和点，用 / 分隔文件夹，每一段不超过 200 字节。"
    )


def checked_path(path: str) -> str:
    """The path as it is kept: in the composed form of Unicode. Raises `BadFilePath`."""
    shown = show_path(path)
    path = unicodedata.normalize("NFC", path)
    if path.startswith("/"):
        raise BadFilePath(path=shown, cause="it begins with /", cause_zh="以 / 开头")
    parts = path.split("/")
    if len(path.encode("utf-8", "surrogatepass")) > _LONGEST_PATH or len(parts) > _DEEPEST:
        raise BadFilePath(path=shown, cause="it is too long", cause_zh="过长")
    for part in parts:
        if wrong := wrong_with(part):
            raise BadFilePath(path=shown, cause=wrong[0], cause_zh=wrong[1])
    return path


def checked_folder(folder: str) -> str:
    """As `checked_path`, for a folder; nothing is the workspace itself, an ending `/` is let go."""
    if folder.strip() in ("", "/", "."):
        return ""
    return checked_path(folder.removesuffix("/"))


def wrong_with(part: str) -> tuple[str, str] | None:
    """Why a name may not be one part of a path, in both languages."""
    if part in ("", ".", ".."):
        return f"`{part}` is no name in it", f"“{part}”不是名称"
    if any(unicodedata.category(letter) in _HIDDEN for letter in part):
        return "it holds characters that cannot be seen", "含有不可见字符"
    if bad := sorted(_FORBIDDEN.intersection(part)):
        return f"it holds {' '.join(bad)}", f"含有 {' '.join(bad)}"
    if part != part.strip() or part.endswith("."):
        return "a part begins or ends with a space or ends with a dot", "某一段以空格或点结尾"
    if _RESERVED.fullmatch(part):
        return f"`{part}` is reserved by some systems", f"“{part}”是某些系统的保留名称"
    if len(part.encode()) > LONGEST_NAME:
        return "a part is too long", "某一段过长"
    return None


def name_of(path: str) -> str:
    """The last part."""
    return path.rpartition("/")[2]


def fit_name(name: str) -> str:
    """A name as a file may have it on any disk: what may not be in one is replaced."""
    name = unicodedata.normalize("NFC", re.split(r"[\\/]", name)[-1])
    kept = "".join(
        "_" if letter in _FORBIDDEN else letter
        for letter in name
        if unicodedata.category(letter) not in _HIDDEN
    ).strip(" .")
    if _RESERVED.fullmatch(kept):
        kept = f"_{kept}"
    stem, dot, ending = kept.rpartition(".")
    if not stem or len(ending.encode()) > 20:
        stem, dot, ending = kept, "", ""
    room = LONGEST_NAME - len(f"{dot}{ending}".encode())
    return (stem.encode()[:room].decode(errors="ignore") + dot + ending) or "file"


def show_path(path: str) -> str:
    """The path for a message: short, and nothing in it that is not seen."""
    seen = "".join(
        letter if unicodedata.category(letter) not in _HIDDEN else "·" for letter in path[:120]
    )
    return seen or " "
