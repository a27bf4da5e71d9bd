"""A sandbox that says what it is told to: for tests of blocks that run code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from mimetypes import guess_type
from typing import Any

from luban.sdk.errors import BlockError
from luban.sdk.fields import FileRef
from luban.sdk.memory_files import MemoryFiles
from luban.sdk.sandbox import CodeLanguage, CodeResult, RunIn

Played = Mapping[str, Any] | Exception


class ScriptedSandbox:
    """Answers in turn, whatever the code; `runs` keeps what was asked.

    An answer has `result stdout stderr exit_code run_in`, and `files` from names to texts. An
    exception is raised.
    """

    def __init__(self, answers: Sequence[Played] = (), files: MemoryFiles | None = None) -> None:
        self._answers = list(answers)
        self._files = files or MemoryFiles()
        self.runs: list[dict[str, Any]] = []

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
        asked = {"language": language, "code": code, "inputs": dict(inputs or {}), "run_in": run_in}
        limits = {"seconds": seconds, "memory_mb": memory_mb, "check": check}
        self.runs.append({**asked, **limits, "files": list(files)})
        if not self._answers:
            raise BlockError("The test has no more answers of the sandbox.")
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        made = [
            await self._files.write(name, text.encode(), guess_type(name)[0])
            for name, text in _files(answer)
        ]
        return CodeResult(
            result=answer.get("result"),
            stdout=answer.get("stdout", ""),
            stderr=answer.get("stderr", ""),
            files=made,
            exit_code=answer.get("exit_code", 0),
            run_in=answer.get("run_in", "full"),
        )


def _files(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    return list(answer.get("files", {}).items())
