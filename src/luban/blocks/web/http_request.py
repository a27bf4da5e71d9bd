"""A request to any web address."""

from __future__ import annotations

from typing import Any, Literal

from luban.blocks.web.addresses import address
from luban.blocks.web.fetch import check
from luban.blocks.web.http_answers import ReadAs, read
from luban.blocks.web.http_bodies import BodyAs, body_of
from luban.blocks.web.http_proof import NONE, USUAL, proven, with_key
from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    Context,
    CredentialNeed,
    Effect,
    Example,
    Field,
    FileRef,
)


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
        body_as: BodyAs = Field(
            "auto",
            title="Send the body as",
            description="`auto` sends objects, lists and JSON texts as JSON, other text as text; "
            "`file` sends the one file below as it is.",
        )
        files: list[FileRef] = Field(
            default_factory=list[FileRef], title="Files", description="Files to upload in a form."
        )
        files_name: str = Field(
            "file", title="Field of the files", description="The form field.", advanced=True
        )
        read_as: ReadAs = Field(
            "auto",
            title="Read the answer as",
            description="`auto` goes by the answer's type; what is neither JSON nor text is "
            "stored as a file. `base64` gives bytes as text.",
            advanced=True,
        )
        timeout: float = Field(
            30, gt=0, le=3600, title="Time limit", description="Seconds.", advanced=True
        )
        max_megabytes: float = Field(
            20, gt=0, le=5000, title="Size limit", description="Megabytes.", advanced=True
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
            USUAL,
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
        url = address(input.url)
        key = input.idempotency_header if input.idempotency_key else NONE
        headers = with_key(input.headers, input.method, key, ctx)
        sent, headers = await body_of(
            ctx, input.body, input.body_as, headers, input.files, input.files_name
        )
        headers, query = await proven(ctx, url, headers, input.query)
        async with ctx.http.stream(
            input.method,
            url,
            params=query,
            timeout=input.timeout,
            max_bytes=int(input.max_megabytes * 1_000_000),
            follow_redirects=input.follow_redirects,
            headers=headers,
            **sent,
        ) as answer:
            if input.fail_on_error and answer.status >= 400:
                check(await answer.read(), ctx.now())
            return {
                _pin(answer.status): await read(answer, input.read_as, ctx),
                "status": answer.status,
                "headers": dict(answer.headers),
                "final_url": answer.url,
            }


def _pin(status: int) -> str:
    if status < 400:
        return "response"
    return "client_error" if status < 500 else "server_error"
