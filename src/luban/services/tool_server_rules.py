"""What may be entered for a server of tools. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from luban.model.errors import InvalidValue

if TYPE_CHECKING:
    from luban.services.tool_servers import ToolServerDraft

_NAME = re.compile(r"[\w][\w .-]{0,59}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_SLOT = re.compile(r"\{(\w+)\}")
_LONGEST, _MOST = 4000, 100
_LOADERS = re.compile(r"LD_.*|PATH|HOME|TMPDIR")


def check(draft: ToolServerDraft) -> None:
    """Raises `InvalidValue` naming the first part that cannot be used."""
    if not _NAME.fullmatch(draft.name.strip()):
        raise _bad(
            "name",
            draft.name,
            "it has 1 to 60 letters, digits, spaces, . _ and -",
            "应为 1 到 60 个字母、数字、空格、.、_ 或 -",
        )
    if bool(draft.url) == bool(draft.command):
        raise _bad("url", draft.url, "give an address or a command", "请填写地址或命令，二者选其一")
    if draft.url:
        _check_url(draft.url)
    else:
        _check_command(draft)


def filled(environment: Mapping[str, str], fields: Mapping[str, str]) -> dict[str, str]:
    """Values such as `{api_key}` from the fields of a credential; others stay as they are."""
    return {
        name: _SLOT.sub(lambda found: fields.get(found[1], found[0]), value)
        for name, value in environment.items()
    }


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        known = bool(parts.hostname) and parts.scheme in ("http", "https")
        _ = parts.port
    except ValueError:
        known, parts = False, urlsplit("")
    if not known or len(url) > _LONGEST or not url.isprintable() or " " in url:
        raise _bad(
            "url",
            url,
            "it must be an address such as https://example.com/mcp",
            "必须是形如 https://example.com/mcp 的地址",
        )
    if parts.username or parts.password:
        raise _bad("url", "•••", "keys belong in a credential", "密钥应存放在凭据中")


def _check_command(draft: ToolServerDraft) -> None:
    words = [*draft.command, *draft.environment.values(), *draft.folders]
    if len(words) > _MOST or any(len(each) > _LONGEST or "\0" in each for each in words):
        raise _bad("command", "…", "it is too long", "内容过长")
    for name in draft.environment:
        if not _VARIABLE.fullmatch(name) or _LOADERS.fullmatch(name):
            raise _bad("environment", name, "this variable cannot be set", "不能设置此环境变量")
    for folder in draft.folders:
        if not folder.startswith("/") or ".." in folder.split("/") or folder.strip("/") == "":
            raise _bad(
                "folders",
                folder,
                "a folder is named from the root, and is not the root",
                "文件夹须为绝对路径，且不能是根目录",
            )


def _bad(name: str, value: object, expected: str, expected_zh: str) -> InvalidValue:
    return InvalidValue(name=name, value=value, expected=expected, expected_zh=expected_zh)
