"""How an API gives long lists page by page: found by common habits, or said by `x-luban-paging`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from luban.sdk.http import HttpResponse
from luban.sdk.openapi.document import BadApiDocument, Tree, part
from luban.sdk.openapi.operations import Operation

_PAGE = frozenset({"page", "page_number", "pagenumber", "pageno", "page_no", "p"})
_OFFSET = frozenset({"offset", "skip", "start", "start_index", "startindex"})
_SIZE = frozenset(
    {"per_page", "perpage", "page_size", "pagesize", "limit", "size", "count", "max_results",
     "maxresults", "take", "top", "$top"}
)  # fmt: skip
_CURSOR = frozenset(
    {"cursor", "page_token", "pagetoken", "next_token", "nexttoken", "continuation",
     "continuation_token", "after", "next_cursor", "start_cursor", "marker"}
)  # fmt: skip
_NEXT = (
    "next_cursor", "nextcursor", "next_page_token", "nextpagetoken", "next_token", "nexttoken",
    "end_cursor", "endcursor", "cursor", "continuation_token", "continuationtoken", "next",
)  # fmt: skip
_LISTS = ("items", "data", "results", "records", "values", "entries", "value", "list", "content")
_WRAPS = ("meta", "pagination", "paging", "page_info", "pageinfo", "response_metadata", "links")


class Paging(BaseModel):
    """`items` and `next` are paths in the answer, such as `meta.next_cursor`; empty: the whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    style: Literal["page", "offset", "cursor", "link", "next"]
    """A page's number, how many to leave out, a mark from the last page, the Link header, or an
    address in the answer."""
    items: str = ""
    parameter: str = ""
    size: str = ""
    next: str = ""
    first: int = 1
    """The number of the first page."""


def paging_of(operation: Operation) -> Paging | None:
    """How an operation pages, if it does. Raises `BadApiDocument` for one that is said wrongly."""
    said = operation.extensions.get("x-luban-paging")
    if said is False:
        return None
    if said is not None:
        return _said(operation, said)
    if operation.method != "GET" or operation.answer != "json":
        return None
    items = _items_path(operation.answer_schema)
    if items is None:
        return None
    return _by_parameters(operation, items)


def _said(operation: Operation, said: Any) -> Paging:
    try:
        return Paging.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(each) for each in first["loc"])
        raise BadApiDocument(
            f"`x-luban-paging` of `{operation.key}` is wrong at `{where}`: {first['msg']}",
            f"“{operation.key}”的 `x-luban-paging` 在“{where}”处有误：{first['msg']}",
            "Give `style` (page, offset, cursor, link, next) and what it needs.",
            "请填写 `style`（page、offset、cursor、link、next）及其所需内容。",
        ) from error


def _by_parameters(operation: Operation, items: str) -> Paging | None:
    queries = {each.name: each for each in operation.parameters if each.where == "query"}
    size = _first(queries, _SIZE)
    cursor = _first(queries, _CURSOR)
    following = _next_path(operation.answer_schema)
    if cursor and following:
        return Paging(style="cursor", items=items, parameter=cursor, size=size, next=following)
    page = _first(queries, _PAGE)
    if page:
        first = queries[page].schema.get("default", queries[page].schema.get("minimum", 1))
        return Paging(
            style="page", items=items, parameter=page, size=size, first=0 if first == 0 else 1
        )
    offset = _first(queries, _OFFSET)
    if offset and size:
        return Paging(style="offset", items=items, parameter=offset, size=size)
    if following.rpartition(".")[2] == "next":
        return Paging(style="next", items=items, size=size, next=following)
    return None


def _first(names: Mapping[str, Any], wanted: frozenset[str]) -> str:
    return next((name for name in names if name.lower() in wanted), "")


def _items_path(schema: Tree) -> str | None:
    """Where the list is: the answer itself, a usual name, or the only list there is."""
    if schema.get("type") == "array":
        return ""
    properties = part(schema, "properties")
    lists = [name for name, each in properties.items() if each.get("type") == "array"]
    usual = [name for name in _LISTS if name in lists]
    if usual:
        return usual[0]
    return lists[0] if len(lists) == 1 else None


def _next_path(schema: Tree) -> str:
    properties = part(schema, "properties")
    found = _next_name(properties)
    if found:
        return found
    for name, each in properties.items():
        if name.lower() in _WRAPS:
            inside = _next_name(part(each, "properties"))
            if inside:
                return f"{name}.{inside}"
    return ""


def _next_name(properties: Tree) -> str:
    lowered = {name.lower(): name for name in properties}
    return next((lowered[name] for name in _NEXT if name in lowered), "")


def found_at(answer: Any, path: str) -> Any:
    """The value at a path; `None` where there is nothing."""
    for name in path.split(".") if path else ():
        answer = cast("Tree", answer).get(name) if isinstance(answer, dict) else None
    return answer


def items_of(answer: Any, paging: Paging) -> list[Any]:
    found = found_at(answer, paging.items)
    return cast("list[Any]", found) if isinstance(found, list) else []


class Turning:
    """From one page to the next: what is asked for, until there is no more."""

    def __init__(self, paging: Paging) -> None:
        self._paging = paging
        self._full: int | None = None
        self._page = paging.first
        self._offset = 0
        self.address: str | None = None
        """The whole address of the next page, where the API gives it."""
        self.query: dict[str, Any] = {}
        """What the next page is asked for by."""
        self._seen: set[str] = set()

    def turn(self, response: HttpResponse, answer: Any) -> bool:
        """Whether there is a next page; `address` and `query` are then those of it."""
        count = len(items_of(answer, self._paging))
        linked = _linked(response)
        if linked is not None and self._paging.style in ("link", "page", "next"):
            return bool(linked) and self._go_to(response.url, linked)
        match self._paging.style:
            case "page":
                self._page += 1
                self.query = {self._paging.parameter: self._page}
                last = _was_last(answer, self._page, self._paging)
                return not last and self._may_go_on(count)
            case "offset":
                self._offset += count
                self.query = {self._paging.parameter: self._offset}
                return self._may_go_on(count)
            case "cursor":
                mark = found_at(answer, self._paging.next)
                self.query = {self._paging.parameter: mark}
                return mark not in (None, "", False) and self._is_new(str(mark))
            case "next":
                address = found_at(answer, self._paging.next)
                return (
                    isinstance(address, str)
                    and bool(address)
                    and self._go_to(response.url, address)
                )
            case "link":
                return False

    def _go_to(self, here: str, address: str) -> bool:
        """Only on the same host: a document or an answer does not lead a credential elsewhere."""
        there = urljoin(here, address)
        if urlsplit(there)[:2] != urlsplit(here)[:2]:
            return False
        self.address = there
        return self._is_new(there)

    def _may_go_on(self, count: int) -> bool:
        """A page shorter than the first is the last; services may give fewer than asked for."""
        self._full = self._full or count
        return 0 < count >= self._full

    def _is_new(self, mark: str) -> bool:
        if mark in self._seen:
            return False
        self._seen.add(mark)
        return True


def _was_last(answer: Any, following: int, paging: Paging) -> bool:
    """Whether the answer says how many pages there are, and these were all."""
    for path in _totals(answer):
        total = found_at(answer, path)
        if isinstance(total, int) and not isinstance(total, bool):
            return following - paging.first >= total
    return False


def _totals(answer: Any) -> Iterator[str]:
    if not isinstance(answer, dict):
        return
    names = ("total_pages", "totalPages", "pages", "page_count", "pageCount", "last_page")
    for name, value in cast("Tree", answer).items():
        if name in names:
            yield name
        elif name.lower() in _WRAPS and isinstance(value, dict):
            yield from (f"{name}.{each}" for each in names if each in value)


def _linked(response: HttpResponse) -> str | None:
    """The address behind `rel="next"` of a Link header; empty when it names no next page."""
    header = response.headers.get("link")
    if header is None:
        return None
    for each in header.split(","):
        address, _, rest = each.partition(";")
        if 'rel="next"' in rest or "rel=next" in rest:
            return address.strip().strip("<>")
    return None if "rel=" not in header else ""
