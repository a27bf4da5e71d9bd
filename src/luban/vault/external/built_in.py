"""Secrets in the environment and in files: the variables and the folder set apart for them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from luban.ports.vault import SecretNotFound, SecretUnreachable
from luban.vault.external.answers import fields_of_text

PREFIX = "LUBAN_SECRET_"
"""Other variables are not read: they hold the server's own passwords."""
_MOST = 1 << 20


class EnvironmentSecrets:
    """`env:NAME` is the variable `LUBAN_SECRET_NAME`."""

    prefix = ""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    async def read(self, path: str) -> Mapping[str, str]:
        value = self._environment.get(PREFIX + path.removeprefix(PREFIX))
        if value is None:
            raise SecretNotFound(address=f"env:{path}")
        return fields_of_text(value)


class FileSecrets:
    """`file:name` is a file in `LUBAN_HOME/secrets`, such as one that Docker mounts there."""

    prefix = "{team}/"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def read(self, path: str) -> Mapping[str, str]:
        return fields_of_text(await asyncio.to_thread(self._read, path))

    def _read(self, path: str) -> str:
        address, folder = f"file:{path}", self._folder.resolve()
        file = (folder / path).resolve()
        if not file.is_relative_to(folder) or not file.is_file():
            raise SecretNotFound(address=address)
        try:
            with file.open("rb") as opened:
                content = opened.read(_MOST + 1)
        except OSError as error:
            raise SecretUnreachable(address=address, cause=error.strerror or "?") from error
        if len(content) > _MOST:
            raise SecretUnreachable(address=address, cause="it is larger than 1 MB")
        return content.decode("utf-8", "replace").removesuffix("\n")
