"""Where in the text of an agent file a finding is: the line of its node or link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from luban.model.finding import Finding
from luban.model.link_text import BadLink, parse_link
from luban.model.paths import BadPath

_DEEPEST = 16


def lines_of(text: str, findings: Sequence[Finding]) -> list[int | None]:
    """The line of each finding, counting from 1; `None` where the text does not tell."""
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, RecursionError, ValueError):
        return [None] * len(findings)
    places = dict(_places(root, "", 0))
    return [_line(places, finding) for finding in findings]


def _line(places: dict[tuple[str, str], int], finding: Finding) -> int | None:
    if finding.link is not None:
        for owner in _owners(finding.node):
            line = places.get(("link", f"{owner}{_normal(finding.link)}"))
            if line is not None:
                return line
    if finding.node is None:
        return places.get(("key", str(finding.params.get("key", ""))))
    pin = places.get(("with", f"{finding.node}.{finding.pin}"))
    return pin or places.get(("node", finding.node))


def _owners(node: str | None) -> Iterator[str]:
    """The graphs a finding about a node may belong to: the node's own body, and its graph."""
    if node is None:
        yield ""
        return
    yield f"{node}/"
    yield node[: node.rfind("/") + 1]


def _places(root: object, prefix: str, depth: int) -> Iterator[tuple[tuple[str, str], int]]:
    if depth > _DEEPEST:
        return
    for key, value in _entries(root):
        if not prefix:
            yield ("key", key.value), _line_of(key)
        if key.value == "nodes":
            for name, node in _entries(value):
                path = f"{prefix}{name.value}"
                yield ("node", path), _line_of(name)
                yield from _inside(node, path, depth)
        elif key.value == "links" and isinstance(value, SequenceNode):
            for link in value.value:
                yield ("link", f"{prefix}{_normal(_link_text(link))}"), _line_of(link)


def _inside(node: object, path: str, depth: int) -> Iterator[tuple[tuple[str, str], int]]:
    for key, value in _entries(node):
        if key.value == "with":
            for name, _ in _entries(value):
                yield ("with", f"{path}.{name.value}"), _line_of(name)
        elif key.value == "body":
            yield from _places(value, f"{path}/", depth + 1)


def _entries(node: object) -> list[tuple[ScalarNode, Any]]:
    if not isinstance(node, MappingNode):
        return []
    return [(key, value) for key, value in node.value if isinstance(key, ScalarNode)]


def _link_text(node: object) -> str:
    if isinstance(node, ScalarNode):
        return str(node.value)
    ends = {key.value: value.value for key, value in _entries(node)}
    return f"{ends.get('from')} -> {ends.get('to')}"


def _normal(link: str) -> str:
    try:
        return str(parse_link(link))
    except (BadLink, BadPath):
        return link


def _line_of(node: Any) -> int:
    return node.start_mark.line + 1
