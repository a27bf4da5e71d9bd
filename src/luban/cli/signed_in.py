"""What `luban login` keeps: a key for each server, in a file only its owner can read."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

from luban.cli.reach import settings_of
from luban.model.errors import LubanError

FILE = "client.toml"
_HEAD = "# Written by `luban login`. Whoever has these keys is you.\n"


class BadClientFile(LubanError):
    """The file with the keys of servers cannot be read or written."""

    code = "bad_client_file"
    status = 500
    en = "{path} cannot be used: {cause}. Remove it, and use `luban login` again."
    zh = "无法使用 {path}：{cause}。请删除该文件，然后重新执行 `luban login`。"


def token_for(server: str, data: Path | None = None) -> str | None:
    """`LUBAN_TOKEN`, or else what was kept for this server."""
    return os.environ.get("LUBAN_TOKEN") or kept(data).get(plain(server))


def kept(data: Path | None = None) -> dict[str, str]:
    """The keys by server. Raises `BadClientFile`."""
    path = _path(data)
    if not path.is_file():
        return {}
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadClientFile(path=str(path), cause=str(error)) from error
    tokens = read.get("tokens", {})
    return {plain(server): str(token) for server, token in tokens.items()}


def keep(server: str, token: str | None, data: Path | None = None) -> None:
    """Keeps a server's key, or forgets it. Raises `BadClientFile`."""
    path, tokens = _path(data), kept(data)
    tokens.pop(plain(server), None)
    if token is not None:
        tokens[plain(server)] = token
    lines = [f"{json.dumps(name)} = {json.dumps(value)}\n" for name, value in tokens.items()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("".join([_HEAD, "[tokens]\n", *lines]))
        new.replace(path)
    except OSError as error:
        raise BadClientFile(path=str(path), cause=error.strerror or str(error)) from error


def plain(server: str) -> str:
    """An address as it is compared."""
    return server.strip().rstrip("/").lower()


def _path(data: Path | None) -> Path:
    return settings_of(data).home / FILE
