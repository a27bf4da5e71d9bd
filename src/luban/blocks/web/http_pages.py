"""A list that a web service gives in pages, read to its end."""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple
from urllib.parse import urljoin, urlsplit

from luban.blocks.web.addresses import address, shown
from luban.blocks.web.fetch import check
from luban.blocks.web.http_bodies import body_of
from luban.blocks.web.http_paths import searched
from luban.blocks.web.http_proof import proven
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
    HttpResponse,
)

_MOST_BYTES = 20_000_000
_LINK = re.compile(r"<([^>]*)>\s*;([^<]*)")
_URL = "https://api.test/list"
_WORLD = {
    "http": {
        _URL: [
            {
                "json": {"items": [1, 2]},
                "headers": {"link": '<https://api.test/list?p=2>; rel="next"'},
            }
        ],
        "https://api.test/list?p=2": {"json": {"items": [3]}},
    }
}


class HttpPages(Block):
    """Asks a web service for page after page of a list, and gives all entries.

    Pages are found by a Link header, a page number, an offset, or a mark (cursor) in the answer. It
    ends with the last page, and at the latest at the limits of entries and pages.
    """

    id = "web.http_pages"
    title = "HTTP request, page by page"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "book-copy"
    keywords = ("api", "pagination", "paging", "cursor", "offset", "next", "list", "rest", "all")
    credentials = (CredentialNeed(provider="*", optional=True),)

    class Input(BlockInput):
        url: str = Field(title="Address", description="Of the first page.", min_length=1)
        paging: Literal["link", "page", "offset", "cursor"] = Field(
            "link",
            title="Paging",
            description="How the next page is asked for: the answer's Link header, a page number, "
            "how many entries to skip, or a mark that the answer gives.",
        )
        items: str = Field(
            "",
            title="Entries",
            description="Where the list is in the answer, as a JMESPath such as `data.items`; "
            "empty: the answer itself, or the only list in it.",
        )
        parameter: str = Field(
            "",
            title="Parameter",
            description="Its name; empty: `page`, `offset` or `cursor`.",
        )
        next: str = Field(
            "next_cursor",
            title="Next",
            description="For marks: where the next one is in the answer, as a JMESPath. An address "
            "there is gone to.",
        )
        start: int = Field(
            1,
            ge=0,
            title="First page",
            description="For page numbers: where they begin.",
            advanced=True,
        )
        size: int = Field(
            0,
            ge=0,
            le=10_000,
            title="Entries per page",
            description="A page with fewer is the last one; 0: only an empty one is.",
        )
        size_parameter: str = Field(
            "",
            title="Parameter of the size",
            description="Such as `per_page`; empty: it is not sent.",
        )
        method: Literal["GET", "POST"] = Field(
            "GET",
            title="Method",
            description="With POST, the parameters go into the body.",
            advanced=True,
        )
        headers: dict[str, Any] = Field(
            default_factory=dict, title="Headers", description="Names and values to send along."
        )
        query: dict[str, Any] = Field(
            default_factory=dict, title="Parameters", description="Sent with every page."
        )
        limit: int = Field(
            1000, ge=0, le=100_000, title="Most entries", description="0 gives all of them."
        )
        most_pages: int = Field(
            100, ge=1, le=10_000, title="Most pages", description="Asked for.", advanced=True
        )
        timeout: float = Field(
            30, gt=0, le=600, title="Time limit", description="Seconds, for a page.", advanced=True
        )

    class Output(BlockOutput):
        items: list[Any] = Field(title="Entries", description="Of all pages.", main=True)
        count: int = Field(title="Count", description="How many there are.")
        pages: int = Field(title="Pages", description="How many were asked for.")
        complete: bool = Field(
            title="Complete", description="Whether the end was reached, and not a limit."
        )

    examples = (
        Example(
            {"url": _URL, "items": "items"},
            {"items": [1, 2, 3], "count": 3, "pages": 2, "complete": True},
            _WORLD,
        ),
        Example(
            {"url": _URL, "limit": 1},
            {"items": [1], "count": 1, "pages": 1, "complete": False},
            _WORLD,
        ),
        Example(
            {"url": _URL, "paging": "page", "items": "rows"},
            {"error": {"code": "no_list"}},
            _WORLD,
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        at: _At | None = _At(address(input.url), _first(input))
        found: list[Any] = []
        seen: set[_At] = set()
        while at is not None and len(seen) < input.most_pages:
            seen.add(at)
            answer = await _page(input, at, ctx)
            items = _items(answer, input)
            found += items
            ctx.progress(len(found), input.limit or None)
            at = _onward(answer, items, at, input)
            if at in seen or (input.limit and len(found) >= input.limit):
                break
        kept = found[: input.limit] if input.limit else found
        return {
            "items": kept,
            "count": len(kept),
            "pages": len(seen),
            "complete": len(kept) == len(found) and (at is None or at in seen),
        }


class _At(NamedTuple):
    """A page: its address, and what its parameter says."""

    url: str
    mark: str | int | None = None


def _first(input: HttpPages.Input) -> int | None:
    return {"page": input.start, "offset": 0}.get(input.paging)


async def _page(input: HttpPages.Input, at: _At, ctx: Context) -> HttpResponse:
    asked = dict(input.query) if at.url == address(input.url) else {}
    if at.mark is not None:
        asked[input.parameter or input.paging] = at.mark
    if input.size_parameter and input.size and at.url == address(input.url):
        asked[input.size_parameter] = input.size
    given = {name: str(value) for name, value in input.headers.items()}
    sent: dict[str, Any] = {}
    if input.method == "POST":
        sent, given = await body_of(ctx, asked, "json", given)
        asked = {}
    headers, query = await proven(ctx, at.url, given, asked)
    answer = await ctx.http.request(
        input.method,
        at.url,
        headers=headers,
        params=query,
        timeout=input.timeout,
        max_bytes=_MOST_BYTES,
        **sent,
    )
    check(answer, ctx.now())
    return answer


def _items(answer: HttpResponse, input: HttpPages.Input) -> list[Any]:
    try:
        value = answer.json()
    except ValueError:
        raise BlockError(
            f"`{shown(answer.url)}` does not answer with JSON: {answer.text[:80]!r}.",
            zh=f"“{shown(answer.url)}”返回的不是 JSON：{answer.text[:80]!r}。",
            code="answer_not_json",
        ) from None
    found = searched(input.items, value) if input.items else _only_list(value)
    if found is None and input.items and isinstance(value, dict) and _holds(value, input.items):
        return []
    if not isinstance(found, list):
        keys = ", ".join(value) if isinstance(value, dict) else type(value).__name__
        raise BlockError(
            f"The answer of `{shown(answer.url)}` has no list at `{input.items}`. It holds: "
            f"{keys[:200]}.",
            zh=f"“{shown(answer.url)}”的返回内容在“{input.items}”处没有列表。其中包含：{keys[:200]}。",
            code="no_list",
        )
    return found


def _holds(value: dict[str, Any], path: str) -> bool:
    """Whether the place of the list is there and says `null`."""
    return path in value


def _only_list(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    lists = [each for each in value.values() if isinstance(each, list)]
    return lists[0] if len(lists) == 1 else None


def _onward(answer: HttpResponse, items: list[Any], at: _At, input: HttpPages.Input) -> _At | None:
    if input.paging == "link":
        return _elsewhere(_linked(answer), answer, at)
    if input.paging == "cursor":
        mark = searched(input.next, answer.json())
        if mark in (None, "", False):
            return None
        if isinstance(mark, str) and mark.startswith(("http://", "https://", "/")):
            return _elsewhere(mark, answer, at)
        return _At(at.url, mark if isinstance(mark, int) else str(mark))
    if not items or len(items) < input.size:
        return None
    assert isinstance(at.mark, int)
    return _At(at.url, at.mark + (1 if input.paging == "page" else len(items)))


def _linked(answer: HttpResponse) -> str:
    """The target of `rel="next"` in a Link header (RFC 8288)."""
    for target, rest in _LINK.findall(answer.headers.get("link", "")):
        if re.search(r'\brel\s*=\s*"?[^";]*\bnext\b', rest, re.IGNORECASE):
            return target
    return ""


def _elsewhere(target: str, answer: HttpResponse, at: _At) -> _At | None:
    """Where the service sends us, if it is a place of its own: keys go to nobody else."""
    if not target:
        return None
    url = urljoin(answer.url, target)
    if urlsplit(url)[:2] != urlsplit(at.url)[:2]:
        raise BlockError(
            f"The next page of `{shown(at.url)}` is at another place: `{shown(url)}`.",
            zh=f"“{shown(at.url)}”的下一页在别处：“{shown(url)}”。",
            code="next_page_elsewhere",
        )
    return _At(url)
