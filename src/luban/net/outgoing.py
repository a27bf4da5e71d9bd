"""What is asked for: address, headers and body, checked before anything is sent."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import httpx2

from luban.net.errors import BadAddress, BadRequest
from luban.sdk.http import Streamed, Upload

_COMPUTED = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "keep-alive", "te", "upgrade"}
)
"""Headers that follow from address and body; a value from outside would only contradict them."""
_KEPT_ABROAD = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "content-type",
        "idempotency-key",
        "range",
        "user-agent",
    }
)
"""What another origin gets to see after a redirect; keys have many names, so this list is short."""
_STREAMED = "luban.streamed"
_DEFAULTS = {
    "accept": "*/*",
    "accept-encoding": "gzip, deflate",
    "user-agent": "Luban",
}


@dataclass(frozen=True, slots=True)
class Body:
    """At most one of its fields is given."""

    json: Any = None
    form: Mapping[str, Any] | None = None
    content: bytes | Streamed | None = None
    files: Sequence[tuple[str, Upload]] = ()


def address(text: str, params: Mapping[str, Any] | None = None) -> httpx2.URL:
    """A web address with the parameters added. Raises `BadAddress`."""
    try:
        url = httpx2.URL(text.strip())
    except (httpx2.InvalidURL, ValueError) as error:
        raise BadAddress(url=text, reason=str(error), reason_zh=str(error)) from error
    if url.scheme not in ("http", "https"):
        raise BadAddress(
            url=text,
            reason="it does not start with http:// or https://",
            reason_zh="没有以 http:// 或 https:// 开头",
        )
    if not url.host:
        raise BadAddress(url=text, reason="it names no host", reason_zh="缺少主机名")
    given = {name: value for name, value in (params or {}).items() if value is not None}
    return url.copy_merge_params(given) if given else url


def shown(url: httpx2.URL) -> str:
    """The address as an error may name it: keys often stand in its parameters."""
    return str(url.copy_with(username=None, password=None, query=None, fragment=None))


def request(
    method: str, url: httpx2.URL, headers: Mapping[str, str] | None, body: Body
) -> httpx2.Request:
    """The request to send first. Raises `BadRequest`."""
    wanted = {**_DEFAULTS, **_authorisation(url)}
    wanted.update({name.lower(): str(value) for name, value in (headers or {}).items()})
    kept = {name: value for name, value in wanted.items() if name not in _COMPUTED}
    streamed = body.content if isinstance(body.content, Streamed) else None
    if streamed is not None:
        kept["content-length"] = str(streamed.length)
    try:
        made = httpx2.Request(
            method,
            url.copy_with(username=None, password=None) if url.userinfo else url,
            headers=[(name.encode("ascii"), value.encode()) for name, value in kept.items()],
            json=body.json,
            data=dict(body.form) if body.form is not None else None,
            content=None if isinstance(body.content, Streamed) else body.content,
            files=list(body.files) or None,
            extensions={} if streamed is None else {_STREAMED: streamed},
        )
        made.read()  # a form with files is made piece by piece; a redirect may need it again
    except (TypeError, ValueError, AttributeError) as error:
        raise BadRequest(url=shown(url), reason=str(error), reason_zh=str(error)) from error
    return made


def redirected(sent: httpx2.Request, answer: httpx2.Response) -> httpx2.Request | None:
    """The request a redirect asks for, or `None` when the answer is not one.

    Credentials stay with their origin: another origin gets none of the sender's own headers.
    """
    target = answer.headers.get("location")
    if answer.status_code not in (301, 302, 303, 307, 308) or target is None:
        return None
    try:
        joined = sent.url.join(target)
    except (httpx2.InvalidURL, ValueError) as error:
        raise BadAddress(url=target, reason=str(error), reason_zh=str(error)) from error
    url = address(str(joined))
    method = sent.method
    if (answer.status_code == 303 and method != "HEAD") or (
        answer.status_code in (301, 302) and method == "POST"
    ):
        method = "GET"
    keeps_body = method == sent.method
    headers = {
        name: value
        for name, value in sent.headers.items()
        if name not in _COMPUTED
        and (keeps_body or name != "content-type")
        and (_origin(url) == _origin(sent.url) or name in _KEPT_ABROAD)
    }
    content = (streamed_body(sent) or sent.content or None) if keeps_body else None
    return request(method, url, headers, Body(content=content))


def streamed_body(sent: httpx2.Request) -> Streamed | None:
    """The body that the request takes piece by piece, if it does."""
    return sent.extensions.get(_STREAMED)


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _authorisation(url: httpx2.URL) -> dict[str, str]:
    """`https://name:word@host/` as the header it stands for."""
    if not url.userinfo:
        return {}
    pair = unquote(url.userinfo.decode("ascii")).encode()
    return {"authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}
