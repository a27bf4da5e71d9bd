"""What a step may run as code: with files of its owner, within the server's limits."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from luban.model.values import plain
from luban.ports.sandbox import MIB, CodeBounds, CodeOutcome, CodePiece, CodeRunner
from luban.sdk.context import Files
from luban.sdk.errors import BlockError
from luban.sdk.fields import FileRef
from luban.sdk.sandbox import CodeLanguage, CodeResult, RunIn

_NO_NAME = re.compile(r"[\x00-\x1f\x7f/\\]+")
_MOST_FILES = 50


class CodeCeilings(NamedTuple):
    """The most that a node may ask for; bytes and seconds."""

    seconds: float = 300.0
    memory: int = 512 * MIB
    files: int = 256 * MIB


class StepSandbox:
    """`Sandbox` of the block author's kit; `permit_shell` raises where that may not be."""

    def __init__(
        self,
        runner: CodeRunner,
        files: Files,
        ceilings: CodeCeilings,
        permit_shell: Callable[[], Awaitable[None]],
    ) -> None:
        self._runner = runner
        self._files = files
        self._ceilings = ceilings
        self._permit_shell = permit_shell

    async def run(
        self,
        language: CodeLanguage,
        code: str,
        *,
        inputs: Mapping[str, Any] | None = None,
        files: Sequence[FileRef] = (),
        run_in: RunIn = "auto",
        seconds: float = 30.0,
        memory_mb: int = 0,
        check: bool = True,
    ) -> CodeResult:
        if language == "shell":
            await self._permit_shell()
        most = self._ceilings
        bounds = CodeBounds(
            seconds=min(seconds, most.seconds),
            memory=min(memory_mb * MIB or most.memory, most.memory),
        )
        if not files:
            piece = CodePiece(language, code, plain(dict(inputs or {})), (), bounds)
            return await self._told(await self._runner.run(piece, run_in, check=check))
        with tempfile.TemporaryDirectory(prefix="luban-given-") as folder:
            given = await self._fetched(files, Path(folder))
            piece = CodePiece(language, code, plain(dict(inputs or {})), given, bounds)
            return await self._told(await self._runner.run(piece, run_in, check=check))

    async def _fetched(self, files: Sequence[FileRef], folder: Path) -> list[Path]:
        """The files on this machine's disk, by their names; of equal names the later are numbered.

        Raises `BlockError` when they are too many or too large.
        """
        left = self._ceilings.files
        if len(files) > _MOST_FILES:
            raise _too_much(left)
        found: list[Path] = []
        for file in files:
            path = _free(folder, file.name)
            with path.open("wb") as there:
                async for piece in self._files.stream(file):
                    left -= len(piece)
                    if left < 0:
                        raise _too_much(self._ceilings.files)
                    there.write(piece)
            found.append(path)
        return found

    async def _told(self, outcome: CodeOutcome) -> CodeResult:
        made = [await self._files.write(name, content) for name, content in outcome.files]
        return CodeResult(
            outcome.result, outcome.stdout, outcome.stderr, made, outcome.exit_code, outcome.run_in
        )


def _free(folder: Path, name: str) -> Path:
    plain_name = _NO_NAME.sub("_", name).strip(" .")[-120:] or "file"
    path, number = folder / plain_name, 2
    while path.exists():
        path = folder / f"{Path(plain_name).stem}-{number}{Path(plain_name).suffix}"
        number += 1
    return path


def _too_much(most: int) -> BlockError:
    return BlockError(
        f"Code is given at most {_MOST_FILES} files of {most // MIB} MB together. Give it fewer.",
        zh=f"最多可向代码提供 {_MOST_FILES} 个文件，合计 {most // MIB} MB。请减少文件。",
        code="files_too_large",
    )
