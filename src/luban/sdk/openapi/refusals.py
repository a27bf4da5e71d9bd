"""The statuses by which services refuse, as errors that say what to do."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, cast

from luban.sdk.errors import WordedError, WordedTemporaryError
from luban.sdk.http import HttpResponse

_WORDS = ("message", "detail", "error_description", "error", "title", "errors", "description")
_MOST = 200


class ApiRefused(WordedError):
    """The service says no, and would say so again."""

    code = "api_refused"
    en = "{api} refused `{call}` with {status}{said}. Look at what it was sent."
    zh = "{api} 以 {status} 拒绝了“{call}”{said_zh}。请检查发送的内容。"


class ApiRefusedInput(ApiRefused):
    """400 or 422: what was sent is not what the service takes."""

    code = "api_refused_input"
    en = (
        "{api} did not accept what `{call}` was given ({status}{said}). Change the inputs it names."
    )
    zh = "{api} 不接受“{call}”的输入（{status}{said_zh}）。请修改其中提到的输入。"


class ApiUnauthorized(ApiRefused):
    """401: there is no credential, or it is no good any more."""

    code = "api_unauthorized"
    en = (
        "{api} does not know who asks ({status}{said}). Choose a credential on the node, or test "
        "the one there is on the page Credentials."
    )
    zh = "{api} 无法确认身份（{status}{said_zh}）。请在节点上选择凭据，或在“凭据”页面测试现有凭据。"


class ApiForbidden(ApiRefused):
    """403: the credential is known, and may not do this."""

    code = "api_forbidden"
    en = (
        "{api} does not permit `{call}` with this credential ({status}{said}). Ask for more rights."
    )
    zh = "{api} 不允许用此凭据执行“{call}”（{status}{said_zh}）。请申请更多权限。"


class ApiNotFound(ApiRefused):
    """404 or 410: there is nothing under these inputs."""

    code = "api_not_found"
    en = "{api} has nothing there for `{call}` ({status}{said}). Check the ids it was given."
    zh = "{api} 没有“{call}”所要的内容（{status}{said_zh}）。请检查传入的 id。"


class ApiConflict(ApiRefused):
    """409 or 412: what is there says otherwise."""

    code = "api_conflict"
    en = "{api} says that `{call}` contradicts what is there ({status}{said}). Read it anew first."
    zh = "{api} 表示“{call}”与现有内容冲突（{status}{said_zh}）。请先重新读取。"


class ApiBroken(ApiRefused):
    """5xx of a call that must not be repeated: it may have been done."""

    code = "api_broken"
    en = (
        "{api} failed at `{call}` ({status}{said}), and may have done it all the same. Look there "
        "before it is tried again."
    )
    zh = "{api} 在执行“{call}”时出错（{status}{said_zh}），但操作可能已经生效。重试前请先确认。"


class ApiBusy(WordedTemporaryError):
    """429: too many calls for now."""

    code = "api_busy"
    en = "{api} wants fewer calls ({status}{said}); `{call}` may work later."
    zh = "{api} 要求减少调用（{status}{said_zh}），“{call}”稍后也许可以。"


class ApiUnavailable(WordedTemporaryError):
    """408, 425 or 5xx: the service cannot at the moment."""

    code = "api_unavailable"
    en = "{api} cannot do `{call}` at the moment ({status}{said}); it may work later."
    zh = "{api} 暂时无法执行“{call}”（{status}{said_zh}），稍后重试也许可以。"


_REFUSALS: Mapping[int, type[ApiRefused]] = {
    400: ApiRefusedInput,
    401: ApiUnauthorized,
    403: ApiForbidden,
    404: ApiNotFound,
    409: ApiConflict,
    410: ApiNotFound,
    412: ApiConflict,
    422: ApiRefusedInput,
}


def check(
    response: HttpResponse,
    *,
    api: str,
    call: str,
    documented: Mapping[int, str],
    once: bool,
    now: float,
) -> None:
    """Raises what a status of 400 or more means; `once` is whether the call may not be repeated."""
    status = response.status
    if status < 400:
        return
    words = " ".join(each for each in (documented.get(status), _said(response)) if each)
    told: dict[str, Any] = {
        "api": api,
        "call": call,
        "status": status,
        "said": f": {words}" if words else "",
        "said_zh": f"：{words}" if words else "",
    }
    wait = retry_after(response.headers.get("retry-after"), now)
    if status == 429:
        raise ApiBusy(retry_after=wait, **told)
    if status == 503 and wait is not None:  # it says that it did not even begin
        raise ApiUnavailable(retry_after=wait, **told)
    if status in (408, 425) or status >= 500:
        if once:
            raise ApiBroken(**told)
        raise ApiUnavailable(retry_after=wait, **told)
    raise _REFUSALS.get(status, ApiRefused)(**told)


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds to wait, from a Retry-After header in either of its forms."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (TypeError, ValueError):
        return None


def _said(response: HttpResponse) -> str:
    """The service's own words, where it has some that can be read."""
    try:
        found = _words(response.json(), 3)
    except ValueError:
        kind = response.headers.get("content-type", "")
        found = response.text.strip().partition("\n")[0] if kind.startswith("text/plain") else ""
    return " ".join(found.split())[:_MOST]


def _words(answer: Any, depth: int) -> str:
    if isinstance(answer, str) or depth == 0:
        return answer if isinstance(answer, str) else ""
    if isinstance(answer, list):
        listed = cast("list[Any]", answer)
        return "; ".join(filter(None, (_words(each, depth - 1) for each in listed[:3])))
    if isinstance(answer, dict):
        told = cast("dict[str, Any]", answer)
        return next((text for name in _WORDS if (text := _words(told.get(name), depth - 1))), "")
    return ""
