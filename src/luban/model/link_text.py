"""How a link is written on one line: `feed.entries[0].title -> page.values.title`."""

from __future__ import annotations

import re

from luban.model.errors import LubanError
from luban.model.graph import Endpoint, Link
from luban.model.paths import parse_path

NODE_ID = re.compile(r"[^\W\d][\w-]*")
"""Letters of any script, digits, `_` and `-`; no digit or `-` at the start."""

_ENDPOINT = re.compile(r"\s*([^.\[\]]*?)\s*\.\s*([^.\[\]]+?)\s*([.\[].*?)?\s*", re.DOTALL)
_LONGEST = 2000
_ARROW = re.compile(r"\s*(?:->|→)\s*")


class BadLink(LubanError):
    """A link cannot be read."""

    code = "bad_document"
    status = 422
    en = "`{text}` is not a link. Write it as `node.output -> node.input`."
    zh = "“{text}”不是有效的连线。请写成 `节点.输出 -> 节点.输入`。"


class NoPin(BadLink):
    """A link names a node and no pin of it."""

    en = "`{text}` names no pin. Write the node and the pin, such as `{node}.value`."
    zh = "“{text}”没有写端口。请写明节点和端口，例如 `{node}.value`。"


def parse_link(text: str, sticky: bool | None = None) -> Link:
    """Raises `BadLink`, `NoPin`, and `BadPath`."""
    ends = _ARROW.split(text)
    if len(ends) != 2 or len(text) > _LONGEST:
        raise BadLink(text=text)
    return Link(source=parse_endpoint(ends[0]), target=parse_endpoint(ends[1]), sticky=sticky)


def parse_endpoint(text: str) -> Endpoint:
    """`"feed.entries[0].title"` → node `feed`, pin `entries`, path `(0, "title")`.

    Raises `BadLink`, `NoPin`, and `BadPath`.
    """
    match = _ENDPOINT.fullmatch(text)
    if match is None:
        node = text.strip()
        raise NoPin(text=text, node=node) if NODE_ID.fullmatch(node) else BadLink(text=text)
    node, pin, suffix = match.groups()
    if not NODE_ID.fullmatch(node):
        raise BadLink(text=text)
    return Endpoint(node=node, pin=pin, path=parse_path((suffix or "").removeprefix(".")))
