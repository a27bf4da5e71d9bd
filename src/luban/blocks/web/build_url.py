"""A web address put together."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from luban.blocks.web.addresses import address
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Context, Effect, Example, Field


class BuildUrl(Block):
    """Puts a web address together from its parts, each encoded as it must be.

    Values in braces in the path, such as `/users/{id}`, are filled in.
    """

    id = "web.build_url"
    title = "Build an address"
    category = "web"
    effect = Effect.NONE
    icon = "hammer"
    keywords = ("url", "query", "parameters", "encode", "join", "uri", "link")

    class Input(BlockInput):
        url: str = Field(title="Address", description="What to begin with: https://…", min_length=1)
        path: str = Field("", title="Path", description="Added to it, such as `users/{id}`.")
        values: dict[str, Any] = Field(
            default_factory=dict, title="Values", description="For names in braces in the path."
        )
        query: dict[str, Any] = Field(
            default_factory=dict,
            title="Parameters",
            description="Added behind `?`, or put in place of those there; null takes one away, a "
            "list gives a name several times.",
        )
        fragment: str = Field(
            "", title="Fragment", description="What stands behind `#`.", advanced=True
        )

    class Output(BlockOutput):
        url: str = Field(title="Address", description="The whole of it.")

    examples = (
        Example(
            {
                "url": "https://example.com/api?page=1&old=1",
                "path": "users/{id}",
                "values": {"id": "a/b 锁"},
                "query": {"page": 2, "tag": ["x", "y"], "old": None},
            },
            {"url": "https://example.com/api/users/a%2Fb%20%E9%94%81?page=2&tag=x&tag=y"},
        ),
        Example(
            {"url": "https://example.com", "path": "/{id}"},
            {"error": {"code": "value_missing"}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        parts = urlsplit(address(input.url))
        path = parts.path
        if input.path:
            path = f"{path.rstrip('/')}/{_filled(input.path.lstrip('/'), input.values)}"
        old = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True)]
        kept = [(name, value) for name, value in old if name not in input.query]
        given = [
            (name, _said(each))
            for name, value in input.query.items()
            if value is not None
            for each in (value if isinstance(value, list) else [value])
        ]
        query = urlencode(kept + given)
        fragment = quote(input.fragment, safe="/?") or parts.fragment
        return {"url": urlunsplit((parts.scheme, parts.netloc, path, query, fragment))}


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _filled(path: str, values: dict[str, Any]) -> str:
    """The path with its braces filled; a value is one part, whatever it holds."""
    made: list[str] = []
    rest = path
    while rest:
        plain, brace, after = rest.partition("{")
        made.append(quote(plain, safe="/%:@!$&'()*+,;=~-._"))
        if not brace:
            break
        name, closed, rest = after.partition("}")
        if not closed or name not in values:
            raise BlockError(
                f"The path needs a value for `{name}`. Add it to Values.",
                zh=f"路径需要“{name}”的值。请在“值”中添加。",
                code="value_missing",
            )
        made.append(quote(_said(values[name]), safe=""))
    return "".join(made)
