"""A web address taken apart."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from luban.blocks.web.addresses import address
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Context, Effect, Example, Field

_PORTS = {"http": 80, "https": 443, "ftp": 21, "ws": 80, "wss": 443}


class UrlParts(Block):
    """Takes a web address apart: scheme, host, port, path, parameters, fragment."""

    id = "web.url_parts"
    title = "Parts of an address"
    category = "web"
    effect = Effect.NONE
    icon = "scissors"
    keywords = ("url", "parse", "split", "host", "domain", "query", "path", "uri")

    class Input(BlockInput):
        url: str = Field(
            title="Address", description="Such as https://example.com/a?b=1.", min_length=1
        )
        base: str = Field(
            "",
            title="Base",
            description="Where a relative address such as `../b` begins.",
            advanced=True,
        )

    class Output(BlockOutput):
        url: str = Field(title="Address", description="The whole address.", main=True)
        scheme: str = Field(title="Scheme", description="Such as https.")
        host: str = Field(title="Host", description="In lower case, without a port.")
        port: int = Field(title="Port", description="Also where the address does not say it.")
        path: str = Field(title="Path", description="With percent signs undone.")
        name: str = Field(title="Name", description="The last part of the path.")
        query: dict[str, Any] = Field(
            title="Parameters", description="A list where a name comes more than once."
        )
        fragment: str = Field(title="Fragment", description="What stands behind `#`.")

    examples = (
        Example(
            {"url": "https://Example.com:8443/a/%E9%94%81.pdf?x=1&y=2&y=3#top"},
            {
                "url": "https://Example.com:8443/a/%E9%94%81.pdf?x=1&y=2&y=3#top",
                "scheme": "https",
                "host": "example.com",
                "port": 8443,
                "path": "/a/锁.pdf",
                "name": "锁.pdf",
                "query": {"x": "1", "y": ["2", "3"]},
                "fragment": "top",
            },
        ),
        Example(
            {"url": "../b", "base": "https://example.com/a/c/"},
            {
                "url": "https://example.com/a/b",
                "scheme": "https",
                "host": "example.com",
                "port": 443,
                "path": "/a/b",
                "name": "b",
                "query": {},
                "fragment": "",
            },
        ),
        Example({"url": "http://[bad"}, {"error": {"code": "bad_url"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        try:
            whole = urljoin(address(input.base), input.url) if input.base else address(input.url)
            parts = urlsplit(whole)
            port = parts.port
        except ValueError as error:
            raise _bad(input.url, str(error)) from error
        if not parts.scheme or not parts.hostname:
            raise _bad(input.url, "it has no scheme or no host")
        found = parse_qs(parts.query, keep_blank_values=True)
        path = unquote(parts.path)
        return {
            "url": whole,
            "scheme": parts.scheme,
            "host": parts.hostname,
            "port": port or _PORTS.get(parts.scheme, 0),
            "path": path,
            "name": path.rstrip("/").rpartition("/")[2],
            "query": {name: each[0] if len(each) == 1 else each for name, each in found.items()},
            "fragment": unquote(parts.fragment),
        }


def _bad(url: str, why: str) -> BlockError:
    return BlockError(
        f"`{url}` is not a whole web address: {why}. Give one like https://example.com/page.",
        zh=f"“{url}”不是完整的网址：{why}。请填写形如 https://example.com/page 的地址。",
        code="bad_url",
    )
