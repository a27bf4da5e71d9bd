"""A server's errors as exceptions, told apart by what the caller can do about them."""

from __future__ import annotations

from typing import Any

from luban.model.errors import LubanError
from luban.model.views import ErrorView


class ApiError(LubanError):
    """A server refused a request or failed at it; `code` says why, `details` with which values."""

    def __init__(self, status: int, error: ErrorView) -> None:
        super().__init__(**error.details)
        self.status = status  # pyright: ignore[reportAttributeAccessIssue]
        self.code = error.code  # pyright: ignore[reportAttributeAccessIssue]
        self.retryable = status in (429, 503, 507)  # pyright: ignore[reportAttributeAccessIssue]
        self.details: dict[str, Any] = error.details
        self.request_id = error.request_id
        self._message = error.message
        self._message_zh = error.message_zh

    def __str__(self) -> str:
        return self._message

    @property
    def message_zh(self) -> str:
        return self._message_zh


class Missing(ApiError):
    """The thing does not exist: 404."""


class Conflicting(ApiError):
    """The thing is not in the state the request expects: 409."""


class Invalid(ApiError):
    """The request itself is wrong, and would be wrong again: other 4xx."""


class ServerFailed(ApiError):
    """The server could not do it: 5xx."""


class Unreachable(LubanError):
    """No server answers."""

    code = "unreachable"
    status = 503
    retryable = True
    en = "The server at {url} cannot be reached: {cause}. Start one with `luban up`."
    zh = "无法连接 {url} 处的服务器：{cause}。可用 `luban up` 启动服务器。"


def error_of(status: int, body: Any) -> ApiError:
    """The exception for an answer that is no success, whoever wrote it."""
    fields: dict[str, Any] = body if isinstance(body, dict) else {}
    message = str(fields.get("message") or f"The server answered {status}.")
    details = fields.get("details")
    error = ErrorView(
        code=str(fields.get("code") or f"http_{status}"),
        message=message,
        message_zh=str(fields.get("message_zh") or message),
        details=details if isinstance(details, dict) else {},
        request_id=str(fields.get("request_id") or ""),
    )
    if status == 404:
        return Missing(status, error)
    if status == 409:
        return Conflicting(status, error)
    return Invalid(status, error) if status < 500 else ServerFailed(status, error)
