"""The errors a block may raise, each meaning something the engine does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from luban.model.errors import LubanError


class BlockError(LubanError):
    """The step cannot be done, and trying again would not help.

    `raise BlockError("the page has no table", zh="页面里没有表格")`
    """

    code = "block_failed"
    status = 422
    en = "{reason}"
    zh = "{reason_zh}"

    child: str | None = None
    """The key of the durable verb that raised it, if one did."""

    def __init__(self, reason: str, *, zh: str | None = None, code: str | None = None) -> None:
        super().__init__(reason=reason, reason_zh=zh or reason)
        if code is not None:
            self.code = code  # pyright: ignore[reportAttributeAccessIssue]

    def __str__(self) -> str:
        return self.params["reason"]  # whole: its end is the way out

    @property
    def message_zh(self) -> str:
        return self.params["reason_zh"]


class TemporaryError(BlockError):
    """The step failed for now: a time-out, a 429, a server being restarted.

    `retry_after` is how many seconds the other side asked to be left alone.
    """

    code = "temporarily_failed"
    status = 503
    retryable = True

    def __init__(
        self,
        reason: str,
        *,
        zh: str | None = None,
        code: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason, zh=zh, code=code)
        self.retry_after = retry_after


class WordedError(BlockError):
    """A `BlockError` with its own two templates: subclasses set `code`, `en`, `zh`.

    The values named in the templates are given as keyword arguments.
    """

    def __init__(self, **params: Any) -> None:
        LubanError.__init__(self, **params)

    def __str__(self) -> str:
        return LubanError.__str__(self)

    @property
    def message_zh(self) -> str:
        return LubanError.message_zh.__get__(self)


class WordedTemporaryError(WordedError, TemporaryError):
    """A `TemporaryError` with its own two templates."""

    def __init__(self, *, retry_after: float | None = None, **params: Any) -> None:
        WordedError.__init__(self, **params)
        self.retry_after = retry_after


class CallFailed(BlockError):
    """A durable verb ended in an error, which is told by its record: the same each time.

    `code` and the sentences are those of the error; `retryable` and `retry_after` too.
    """

    code = "call_failed"

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(error["message"], zh=error["message_zh"], code=error["code"])
        self.params = {**error["params"], **self.params}
        self.retryable = bool(error.get("retryable"))  # pyright: ignore[reportAttributeAccessIssue]
        self.retry_after: float | None = error.get("retry_after")


class WaitTimedOut(WordedError):
    """Nobody answered, and nothing came, in the time there was."""

    code = "wait_timed_out"
    status = 504
    en = "Nothing came for {name} within {seconds} s."
    zh = "{seconds} 秒内没有等到 {name}。"


class ChildRunFailed(WordedError):
    """The agent that a step ran did not complete; `error` says why, if it says anything."""

    code = "child_run_failed"
    status = 422
    en = "The run {run} of the agent `{agent}` ended {status}: {cause}"
    zh = "智能体“{agent}”的运行 {run} 以 {status} 结束：{cause}"


class VerbMisused(WordedError):
    """A durable verb was asked for in a way that could not be recorded."""

    code = "verb_misused"
    status = 500
    en = "`{verb}` cannot be used here by `{node}`: {cause}."
    zh = "“{node}”不能在此处使用 `{verb}`：{cause_zh}。"


class PathChanged(WordedError):
    """A block's code did not ask for the same as when it ran before."""

    code = "path_changed"
    status = 409
    en = (
        "The code of `{node}` took another path than before: number {key} was {before}, now it is "
        "{now}. Undo the change of the code, or run the agent again from this node."
    )
    zh = (
        "“{node}”的代码与上次执行的路径不同：第 {key} 项原为 {before}，现为 {now}。"
        "请撤销代码改动，或从该节点重新运行。"
    )


class BadBlock(LubanError):
    """A block's own declaration does not hold together; found when it is loaded."""

    code = "bad_block"
    status = 500
    en = "The block `{block}` cannot be used: {reason}."
    zh = "模块“{block}”无法使用：{reason}。"

    retryable: ClassVar[bool] = False
