"""Every error as it travels: code, message in two languages, details, request id."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from luban.api import openai_errors
from luban.api.rate_headers import rate_headers
from luban.model.errors import LubanError, show
from luban.model.rejection import rejection
from luban.services.rate_limits import TooManyRequests

TOO_MANY = 429
SIGN_IN = 401
CHALLENGE = 'Bearer realm="luban"'
COME_BACK = 5
"""Seconds after which asking again makes sense when there was too much to do."""
_SECRETS = ("secret", "password", "token", "credential", "api_key")
"""Where something is called so, what was sent there is not sent back."""


class BadRequest(LubanError):
    """The request cannot be understood."""

    code = "invalid_request"
    status = 422
    en = "{problems}"
    zh = "{problems_zh}"

    def __init__(self, problems: list[dict[str, str]]) -> None:
        super().__init__(
            problems=" ".join(each["message"] for each in problems),
            problems_zh="".join(each["message_zh"] for each in problems),
        )
        self.problems = problems

    def as_json(self) -> dict[str, Any]:
        """The error, with each problem apart."""
        return {**super().as_json(), "params": {"problems": self.problems}}


class NoSuchAddress(LubanError):
    """Nothing is served under this path."""

    code = "not_found"
    status = 404
    en = "There is nothing at `{path}`. The addresses are listed at /docs."
    zh = "“{path}”处没有内容。所有地址见 /docs。"


class WrongMethod(LubanError):
    """The path exists, but not with this method."""

    code = "method_not_allowed"
    status = 405
    en = "`{path}` does not take {method}; it takes {allowed}."
    zh = "“{path}”不接受 {method}，只接受 {allowed}。"


class Refused(LubanError):
    """The framework refused a request in its own words."""

    code = "bad_request"
    status = 400
    en = "The request was refused: {cause}."
    zh = "请求被拒绝：{cause}。"


class Unexpected(LubanError):
    """A defect of ours; the cause is in the log, and is not told to the outside."""

    code = "internal"
    status = 500
    en = "Something unexpected happened. The log has the details under the request id."
    zh = "发生了意外错误。可凭请求编号在日志中查看详情。"


class OutsideTooSlow(LubanError):
    """Something outside that was needed did not answer in time."""

    code = "outside_too_slow"
    status = 504
    retryable = True
    en = "A service outside did not answer in time. Try again later."
    zh = "外部服务超时。请稍后再试。"


class OutsideUnavailable(LubanError):
    """Something outside that was needed cannot be reached."""

    code = "outside_unavailable"
    status = 502
    retryable = True
    en = "A service outside cannot be reached. Try again later."
    zh = "外部服务不可用。请稍后再试。"


def meaning_of(error: BaseException) -> LubanError:
    """What is told of an error that no route expected; the log has all of it."""
    if isinstance(error, TimeoutError):
        return OutsideTooSlow()
    if isinstance(error, ConnectionError):
        return OutsideUnavailable()
    client = sys.modules.get("httpx2")  # where nobody imported it, nobody raised its errors
    if client is not None and isinstance(error, client.TransportError):
        is_late = isinstance(error, client.TimeoutException)
        return OutsideTooSlow() if is_late else OutsideUnavailable()
    return Unexpected()


def install(app: FastAPI) -> None:
    """Makes the application answer every error in the one shape."""
    app.add_exception_handler(LubanError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_framework)
    app.add_exception_handler(Exception, _of_defect)


def body_of(error: LubanError, request_id: str) -> dict[str, Any]:
    """The error as JSON; its values are the details."""
    told = error.as_json()
    details = told.pop("params")
    return {**told, "details": details, "request_id": request_id}


def response_of(
    error: LubanError, request_id: str, headers: Mapping[str, str] | None = None, path: str = ""
) -> Response:
    """The answer to a request at `path`, in the shape that is expected there."""
    if openai_errors.is_asked(path):
        return Response(
            orjson.dumps(openai_errors.error_of(error)),
            status_code=openai_errors.status_of(error),
            headers={**told_of(error), **(headers or {})},
            media_type="application/json",
        )
    return Response(
        orjson.dumps(body_of(error, request_id)),
        status_code=error.status,
        headers={**told_of(error), **(headers or {})},
        media_type="application/json",
    )


def told_of(error: LubanError) -> Mapping[str, str]:
    """What headers say of an error: how to sign in, when to come back."""
    if isinstance(error, TooManyRequests):
        return rate_headers(error.allowance)
    if error.status == TOO_MANY:
        seconds = error.params.get("seconds")
        return {"Retry-After": str(seconds if isinstance(seconds, int) else COME_BACK)}
    return {"WWW-Authenticate": CHALLENGE} if error.status == SIGN_IN else {}


def request_id_of(request: Request) -> str:
    return str(request.scope.get("luban.request_id", ""))


def bad_request(error: RequestValidationError) -> BadRequest:
    """What the framework found wrong with a request, in our words."""
    return BadRequest([_problem(each) for each in error.errors()])


async def _of_ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, LubanError)
    return response_of(error, request_id_of(request), path=request.url.path)


async def _of_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return response_of(bad_request(error), request_id_of(request), path=request.url.path)


async def _of_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path, headers = request.url.path, error.headers or {}
    refusal: LubanError
    if error.status_code == NoSuchAddress.status:
        refusal = NoSuchAddress(path=path)
    elif error.status_code == WrongMethod.status:
        allowed = headers.get("Allow") or headers.get("allow") or "?"
        refusal = WrongMethod(path=path, method=request.method, allowed=allowed)
    else:
        refusal = Refused(cause=str(error.detail))
    return response_of(refusal, request_id_of(request), headers, path)


async def _of_defect(request: Request, error: Exception) -> Response:
    return response_of(meaning_of(error), request_id_of(request), path=request.url.path)


def _problem(each: Any) -> dict[str, str]:
    if each["type"] == "json_invalid":
        cause = each.get("ctx", {}).get("error", "")
        return {
            "path": "body",
            "message": f"The body is not JSON: {cause}.",
            "message_zh": f"请求体不是有效的 JSON：{cause}。",
        }
    why = rejection(each)
    place = ".".join(str(part) for part in each["loc"][1:]) or str(each["loc"][0])
    if each["type"] == "missing":
        return {
            "path": place,
            "message": f"`{place}` is missing.",
            "message_zh": f"缺少“{place}”。",
        }
    value = _shown(place, why.value)
    return {
        "path": place,
        "message": f"`{place}` is {value}, but {why.expected}.",
        "message_zh": f"“{place}”的值是 {value}，但{why.expected_zh}。",
    }


def _shown(place: str, value: object) -> str:
    """A value that was refused, unless it may be somebody's secret, or hold one."""
    told = f"{place} {value if isinstance(value, dict) else ''}".lower()
    return "•••" if any(word in told for word in _SECRETS) else show(value)
