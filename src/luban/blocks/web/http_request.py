"""A request to any web address."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import orjson

from luban.blocks.web.fetch import address, check
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    CredentialNeed,
    Effect,
    Example,
    Field,
    FileRef,
    HttpResponse,
)

_MAKES_NEW = frozenset({"POST", "PATCH"})
_USUAL = "Idempotency-Key"
_NONE = "none"
_MOST_UPLOADED = 100_000_000


class HttpRequest(Block):
    """Sends a request to a web address and reads the answer: JSON, text or a file.

    What comes back leaves by one of three pins: response, client error (4xx) or server error.
    With a credential chosen on the node, what proves it is sent along, to its provider alone.
    A POST carries an Idempotency-Key that stays the same when the step is tried again, so that
    services that know the header do the work once.
    """

    id = "web.http_request"
    title = "HTTP request"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "globe"
    keywords = ("api", "rest", "get", "post", "curl", "webhook", "fetch", "url", "download")
    credentials = (CredentialNeed(provider="*", optional=True),)

    class Input(BlockInput):
        url: str = Field(title="Address", description="Where to send it: https://…", min_length=1)
        method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] = Field(
            "GET", title="Method", description="What to do there."
        )
        headers: dict[str, Any] = Field(
            default_factory=dict, title="Headers", description="Names and values to send along."
        )
        query: dict[str, Any] = Field(
            default_factory=dict,
            title="Parameters",
            description="Added to the address behind `?`; a list gives a name several times.",
        )
        body: Any = Field(
            None, title="Body", description="What to send: an object, a list or text."
        )
        body_as: Literal["auto", "json", "form", "text"] = Field(
            "auto",
            title="Send the body as",
            description="`auto` sends objects, lists and JSON texts as JSON, other text as text.",
        )
        files: list[FileRef] = Field(
            default_factory=list[FileRef], title="Files", description="Files to upload in a form."
        )
        files_name: str = Field(
            "file", title="Field of the files", description="The form field.", advanced=True
        )
        read_as: Literal["auto", "json", "text", "file"] = Field(
            "auto",
            title="Read the answer as",
            description="`auto` goes by the answer's type; what is neither JSON nor text is "
            "stored as a file.",
            advanced=True,
        )
        timeout: float = Field(
            30, gt=0, le=600, title="Time limit", description="Seconds.", advanced=True
        )
        max_megabytes: float = Field(
            20, gt=0, le=500, title="Size limit", description="Megabytes.", advanced=True
        )
        follow_redirects: bool = Field(
            True,
            title="Follow redirects",
            description="Go on to where the answer points.",
            advanced=True,
        )
        idempotency_key: bool = Field(
            True,
            title="Send an idempotency key",
            description="With POST and PATCH, so that another try is not a second order.",
            advanced=True,
        )
        idempotency_header: str = Field(
            _USUAL,
            title="Header of the idempotency key",
            description="What the service calls it, such as `X-Request-Id`; a name of your own is "
            "sent with every method. `none` sends none.",
            pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$",
            max_length=100,
            advanced=True,
        )
        fail_on_error: bool = Field(
            False,
            title="Fail on an error status",
            description="4xx and 5xx fail the step, so that its retries apply, instead of leaving "
            "by the error pins.",
            advanced=True,
        )

    class Output(BlockOutput):
        response: Any = Field(title="Response", description="What came back, if all is well.")
        client_error: Any = Field(title="Client error", description="What came back with a 4xx.")
        server_error: Any = Field(title="Server error", description="What came back with a 5xx.")
        status: int = Field(title="Status", description="The status code, such as 200.")
        headers: dict[str, str] = Field(
            title="Answer headers", description="Names are in lower case."
        )
        final_url: str = Field(title="Final address", description="Where it led in the end.")

    examples = (
        Example(
            {"url": "https://api.test/ok"},
            {
                "response": {"a": 1},
                "status": 200,
                "headers": {"content-type": "application/json"},
                "final_url": "https://api.test/ok",
            },
            {"http": {"GET https://api.test/ok": {"json": {"a": 1}}}},
        ),
        Example(
            {"url": "https://api.test/no"},
            {
                "client_error": "gone",
                "status": 404,
                "headers": {"content-type": "text/plain"},
                "final_url": "https://api.test/no",
            },
            {
                "http": {
                    "https://api.test/no": {
                        "status": 404,
                        "text": "gone",
                        "headers": {"Content-Type": "text/plain"},
                    }
                }
            },
        ),
        Example(
            {"url": "https://api.test/down", "method": "POST", "body": {"q": 1}},
            {
                "server_error": "busy",
                "status": 503,
                "headers": {},
                "final_url": "https://api.test/down",
            },
            {"http": {"POST https://api.test/down": {"status": 503, "text": "busy"}}},
        ),
        Example(
            {
                "url": "https://api.test/orders/7",
                "method": "PUT",
                "body": {"paid": True},
                "idempotency_header": "X-Request-Id",
            },
            {
                "response": {"paid": True},
                "status": 200,
                "headers": {"content-type": "application/json"},
                "final_url": "https://api.test/orders/7",
            },
            {"http": {"PUT https://api.test/orders/7": {"json": {"paid": True}}}},
        ),
        Example(
            {"url": "https://api.test/down", "fail_on_error": True},
            {"error": {"code": "http_status_temporary"}},
            {"http": {"https://api.test/down": {"status": 503, "text": "busy"}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        url, query, sent = address(input.url), input.query, await _body(input, ctx)
        headers = sent.pop("headers", None) or _headers(input, ctx)
        opened = await ctx.find_credential()
        if opened is not None:  # it goes nowhere but where it is for
            query = {**query, **opened.query(url)}
            headers = _proving(headers, opened.headers(url))
        answer = await ctx.http.request(
            input.method,
            url,
            params=query,
            timeout=input.timeout,
            max_bytes=int(input.max_megabytes * 1_000_000),
            follow_redirects=input.follow_redirects,
            headers=headers,
            **sent,
        )
        if input.fail_on_error:
            check(answer, ctx.now())
        return {
            _pin(answer.status): await _read(answer, input.read_as, ctx),
            "status": answer.status,
            "headers": dict(answer.headers),
            "final_url": answer.url,
        }


def _proving(headers: dict[str, str], proof: dict[str, str]) -> dict[str, str]:
    """The headers with those of the credential, which replace others of their name."""
    names = {name.lower() for name in proof}
    kept = {name: value for name, value in headers.items() if name.lower() not in names}
    return {**kept, **proof}


def _pin(status: int) -> str:
    if status < 400:
        return "response"
    return "client_error" if status < 500 else "server_error"


def _headers(input: HttpRequest.Input, ctx: Context) -> dict[str, str]:
    headers = {name: str(value) for name, value in input.headers.items()}
    if input.idempotency_key and _wants_key(input):
        known = {name.lower() for name in headers}
        if input.idempotency_header.lower() not in known:
            headers[input.idempotency_header] = ctx.idempotency_key
    return headers


def _wants_key(input: HttpRequest.Input) -> bool:
    name = input.idempotency_header.lower()
    return name != _NONE and (name != _USUAL.lower() or input.method in _MAKES_NEW)


async def _body(input: HttpRequest.Input, ctx: Context) -> dict[str, Any]:
    """The body as the keyword of `ctx.http.request` that sends it."""
    if input.files:
        return await _upload(input, ctx)
    body, way = input.body, input.body_as
    if body is None or (body == "" and way == "auto"):
        return {}
    if way == "form":
        return {"form": _fields(body)}
    if way == "text" or (way == "auto" and isinstance(body, str) and not _is_json(body)):
        typed = any(name.lower() == "content-type" for name in input.headers)
        content = body if isinstance(body, str) else orjson.dumps(body).decode()
        sent: dict[str, Any] = {"content": content.encode()}
        if not typed:
            sent["headers"] = {**_headers(input, ctx), "Content-Type": "text/plain; charset=utf-8"}
        return sent
    return {"json": _as_json(body)}


async def _upload(input: HttpRequest.Input, ctx: Context) -> dict[str, Any]:
    if input.body_as == "json":
        raise BlockError(
            "Files cannot be sent with a JSON body. Send the body as a form, or leave it out.",
            zh="JSON 正文不能同时上传文件。请改用表单方式发送正文，或去掉正文。",
            code="files_with_json",
        )
    files: list[tuple[str, tuple[str, bytes, str]]] = []
    size = 0
    for file in input.files:
        content = bytearray()
        async for piece in ctx.files.stream(file):
            content += piece
            size += len(piece)
            if size > _MOST_UPLOADED:
                raise BlockError(
                    "The files to upload are larger than 100 MB together. Send them one by one.",
                    zh="要上传的文件总共超过 100 MB。请分次上传。",
                    code="upload_too_large",
                )
        files.append((input.files_name, (file.name, bytes(content), file.type)))
    fields = {} if input.body is None else _fields(input.body)
    return {"files": files, "form": fields}


def _fields(body: Any) -> dict[str, Any]:
    """The fields of a form; parts that are no plain values are sent as JSON."""
    found = _as_json(body)
    if not isinstance(found, dict):
        raise BlockError(
            f"A form needs an object of fields, not {type(found).__name__}.",
            zh="表单正文需要一个由字段组成的对象。",
            code="form_needs_object",
        )
    return {name: _field(value) for name, value in found.items() if value is not None}


def _field(value: Any) -> Any:
    if isinstance(value, list):
        return [_field(item) for item in value]
    return orjson.dumps(value).decode() if isinstance(value, (dict, bool)) else str(value)


def _is_json(text: str) -> bool:
    return isinstance(_as_json(text), (dict, list))


def _as_json(body: Any) -> Any:
    """A text that holds JSON as the value it holds; anything else as it is."""
    if not isinstance(body, str):
        return body
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body


async def _read(answer: HttpResponse, way: str, ctx: Context) -> Any:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if way == "json" or (way == "auto" and _names_json(kind)):
        try:
            return answer.json()
        except ValueError:
            if way == "json":
                raise BlockError(
                    f"The answer is not JSON: {answer.text[:80]!r}. Read it as text to see all.",
                    zh=f"返回的内容不是 JSON：{answer.text[:80]!r}。可改为按文本读取。",
                    code="answer_not_json",
                ) from None
            return answer.text
    if way == "file" or (way == "auto" and not _names_text(kind)):
        stored = await ctx.files.write(_file_name(answer), answer.content, kind or None)
        return stored.as_value()
    return answer.text


def _names_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")


def _names_text(kind: str) -> bool:
    """Whether a content type holds text; an answer without one is taken for text."""
    return (
        not kind
        or kind.startswith("text/")
        or kind.endswith(("+xml", "/xml"))
        or kind in ("application/javascript", "application/x-www-form-urlencoded")
    )


def _file_name(answer: HttpResponse) -> str:
    last = unquote(urlsplit(answer.url).path.rstrip("/").rpartition("/")[2])
    return last.replace("/", "_")[:120] or "download"
