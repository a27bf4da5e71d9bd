"""The errors a block may raise, each meaning something the engine does."""

from __future__ import annotations

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


class BadBlock(LubanError):
    """A block's own declaration does not hold together; found when it is loaded."""

    code = "bad_block"
    status = 500
    en = "The block `{block}` cannot be used: {reason}."
    zh = "模块“{block}”无法使用：{reason}。"

    retryable: ClassVar[bool] = False
