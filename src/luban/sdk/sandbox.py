"""Code that others wrote, run where it can reach nothing: as a block sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from luban.sdk.errors import WordedError
from luban.sdk.fields import FileRef

CodeLanguage = Literal["python", "javascript", "shell"]
RunIn = Literal["auto", "subset", "full"]
"""`subset`: a small Python of its own, with nothing outside. `full`: the whole language, in a box.

`auto` tries the subset, where code has no effects, and takes the box for what that cannot do."""


class CodeResult(NamedTuple):
    """What code gave: `result` is plain data, `files` what it left in the folder `out`."""

    result: Any = None
    stdout: str = ""
    stderr: str = ""
    files: Sequence[FileRef] = ()
    exit_code: int = 0
    run_in: Literal["subset", "full"] = "full"


class Sandbox(Protocol):
    """Runs code away from the server: without its files, network, variables or other processes."""

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
        """Each of `inputs` is a variable; `files` are read in the folder `files`, by their names.

        With `check`, an exit code other than 0 is an error. Limits above those of the server count
        as those; 0 for memory is the server's. Raises `CodeFailed`, `CodeLimit`, `SandboxOff` and
        `CodeNotPermitted`.
        """
        ...


class CodeFailed(WordedError):
    """The code ended in an error of its own; `line` is where, if that is known."""

    code = "code_failed"
    status = 422
    en = "The code failed{place}: {cause}"
    zh = "代码出错{place_zh}：{cause_zh}"

    def __init__(self, cause: str, line: int | None = None, hint: str = "", hint_zh: str = ""):
        super().__init__(
            cause=f"{cause.rstrip()} {hint}".rstrip(),
            cause_zh=f"{cause.rstrip()} {hint_zh}".rstrip(),
            place="" if line is None else f" in line {line}",
            place_zh="" if line is None else f"（第 {line} 行）",
            line=line,
        )


class CodeLimit(WordedError):
    """The code took more than it may."""

    code = "code_limit"
    status = 422
    en = "The code was ended: it took more than {limit}. {way_out}"
    zh = "代码已被终止：超出了{limit_zh}。{way_out_zh}"


class SandboxOff(WordedError):
    """There is no place here where such code may run."""

    code = "sandbox_off"
    status = 503
    en = "{what} cannot run here: {reason} {way_out}"
    zh = "{what_zh}无法在此运行：{reason_zh}{way_out_zh}"


class CodeNotPermitted(WordedError):
    """Only teams of administrators run shell commands."""

    code = "code_not_permitted"
    status = 403
    en = "Shell commands do not run in this team: {reason}"
    zh = "此团队不能运行 shell 命令：{reason_zh}"
