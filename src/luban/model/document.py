"""The agent document: the tree a canvas edits and a file holds, read into a graph and written back.

Reading never gives up: whatever can be understood is in the graph, and everything else is a
finding. Keys nobody knows are left alone, so a newer program's documents can be read.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from luban.model.errors import LubanError
from luban.model.finding import Finding, Remark, Severity
from luban.model.graph import (
    Body,
    Graph,
    GraphSettings,
    Limits,
    Link,
    Node,
    Retention,
    RetryPolicy,
    SpendLimits,
)
from luban.model.link_text import NODE_ID, parse_link
from luban.model.rejection import rejection

FORMAT = 1
"""The version of the document this program writes, under the key `luban`."""

MAX_DEPTH = 16
"""Bodies within bodies, at most."""

_MAX_NESTING = 200

DOCUMENT_KEYS = ("luban", "name", "description", "nodes", "links", "settings", "meta")
NODE_KEYS = (
    *(
        "block",
        "body",
        "with",
        "retry",
        "timeout",
        "timeout_total",
        "order",
        "parallel",
        "disabled",
        "title",
        "credential",
        "limits",
    ),
    *("at", "size", "note", "color", "collapsed"),
)
BODY_KEYS = ("mode", "over", "parallel", "until", "max", "nodes", "links")
_NODE_FIELDS = (
    *("timeout", "timeout_total", "order", "parallel", "disabled", "title", "credential"),
)

Tree = dict[str, Any]
M = TypeVar("M", bound=BaseModel)

_BAD = "bad_document"
_NOT_A_TREE = Remark(
    _BAD,
    "The document is {value}, and must be an object with `nodes` and `links`.",
    "文档是 {value}，而它必须是含有 `nodes` 和 `links` 的对象。",
    "Start from an example: `luban agent create`.",
    "可以从示例开始：`luban agent create`。",
)
_NEWER = Remark(
    _BAD,
    "The document is written for format {value}; this program reads format 1.",
    "文档的格式版本是 {value}，本程序只能读取版本 1。",
    "Write `luban: 1`, or use a newer Luban.",
    "请写 `luban: 1`，或使用更新的 Luban。",
)
_NOT_A_MAPPING = Remark(
    _BAD,
    "`{key}` is {value}, and must be an object.",
    "“{key}”是 {value}，而它必须是对象。",
    "Write `{key}:` followed by `name: value` lines.",
    "请写 `{key}:`，并在下面逐行写“名称: 值”。",
)
_NOT_A_LIST = Remark(
    _BAD,
    "`{key}` is {value}, and must be a list.",
    "“{key}”是 {value}，而它必须是列表。",
    "Write `{key}:` followed by one `- ` line for each link.",
    "请写 `{key}:`，并为每条连线写一行 `- `。",
)
_BAD_NODE_ID = Remark(
    _BAD,
    "`{value}` cannot be the id of a node.",
    "“{value}”不能用作节点 id。",
    "Use letters, digits, `_` and `-`, starting with a letter, for example `{better}`.",
    "请使用字母、数字、`_` 和 `-`，并以字母开头，例如 `{better}`。",
)
_NO_BLOCK = Remark(
    _BAD,
    "The node `{node}` names no block.",
    "节点“{node}”没有指定模块。",
    "Add `block: ` with the id of a block; `luban blocks` lists them.",
    "请加上 `block: ` 和模块 id；`luban blocks` 会列出所有模块。",
)
_TWO_NATURES = Remark(
    _BAD,
    "The node `{node}` has both a block and a body.",
    "节点“{node}”同时有模块（block）和内部流程（body）。",
    "Remove `block` or `body`.",
    "请删去 `block` 或 `body`。",
)
_BLOCK_NOT_TEXT = Remark(
    _BAD,
    "The block of the node `{node}` is {value}, and must be the id of a block.",
    "节点“{node}”的模块写成了 {value}，而它必须是模块 id。",
    "Write an id such as `text.join`; `luban blocks` lists them.",
    "请写模块 id，例如 `text.join`；`luban blocks` 会列出所有模块。",
)
_TOO_DEEP = Remark(
    _BAD,
    "The node `{node}` lies more than {value} bodies deep.",
    "节点“{node}”嵌套超过 {value} 层。",
    "Move the inner graph to an agent of its own.",
    "请把内层流程移到单独的智能体中。",
)
_BAD_SETTING = Remark(
    "invalid_value",
    "`{key}` is {value}, but {expected}.",
    "“{key}”的值是 {value}，但{expected_zh}。",
    "Change or remove `{key}`.",
    "请修改或删去“{key}”。",
)
_BAD_LINK = Remark(
    _BAD,
    "The link {value} cannot be read.",
    "连线 {value} 无法读取。",
    "Write it as `node.output -> node.input`, or as `from:` and `to:`.",
    "请写成 `节点.输出 -> 节点.输入`，或分别写 `from:` 和 `to:`。",
)
_NESTED = Remark(
    _BAD,
    "The document holds objects or lists nested more than {value} deep.",
    "文档中的对象或列表嵌套超过 {value} 层。",
    "Keep such values in a file and read it with a block.",
    "请把这样的值放进文件，再用模块读取。",
)
_LIKELY_TYPO = Remark(
    _BAD,
    "Nobody reads the key `{key}`; `{better}` may be meant.",
    "没有任何程序读取“{key}”这个键；也许应为“{better}”。",
    "Write `{better}`, or leave it if it is yours.",
    "请改为“{better}”；如果是您自己的键，可以保留。",
    Severity.WARNING,
)


def read_document(tree: object) -> tuple[Graph, list[Finding]]:
    """The graph of a document, and everything wrong with how it is written.

    Findings inside a body name the node by path: `each/add`. Whether blocks and pins exist is
    not looked at here; that is `engine.validation`.
    """
    reader = _Reader()
    return reader.graph(tree), reader.findings


def write_graph(graph: Graph) -> Tree:
    """The document of a graph, without what equals the defaults; `read_document` gives it back."""
    tree: Tree = {"luban": FORMAT, **_written_flow(graph.nodes, graph.links)}
    settings = graph.settings.model_dump(mode="json", exclude_defaults=True)
    if settings:
        tree["settings"] = settings
    return tree


def _written_flow(nodes: Iterable[Node], links: Iterable[Link]) -> Tree:
    return {
        "nodes": {node.id: _written_node(node) for node in nodes},
        "links": [_written_link(link) for link in links],
    }


def _written_node(node: Node) -> Tree:
    written: Tree = {}
    if node.block is not None:
        written["block"] = node.block
    if node.body is not None:
        head = node.body.model_dump(
            mode="json", exclude_defaults=True, exclude={"nodes", "links", "mode"}
        )
        flow = _written_flow(node.body.nodes, node.body.links)
        written["body"] = {"mode": node.body.mode.value, **head, **flow}
    if node.constants:
        written["with"] = node.constants
    if node.retry is not None:
        written["retry"] = node.retry.model_dump(mode="json", exclude_defaults=True)
    if node.limits is not None:
        written["limits"] = node.limits.model_dump(mode="json", exclude_defaults=True)
    written |= node.model_dump(mode="json", include=set(_NODE_FIELDS), exclude_defaults=True)
    return written


def _written_link(link: Link) -> str | Tree:
    if link.sticky is None:
        return str(link)
    return {"from": str(link.source), "to": str(link.target), "sticky": link.sticky}


class _Reader:
    """Collects findings while it reads."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def graph(self, tree: object) -> Graph:
        if not isinstance(tree, dict):
            self.findings.append(_NOT_A_TREE.at(value=tree))
            return Graph()
        if _is_nested_deeper(cast("object", tree), _MAX_NESTING):
            self.findings.append(_NESTED.at(value=_MAX_NESTING))
            return Graph()
        document = _text_keys(cast("dict[object, Any]", tree))
        version = document.get("luban", FORMAT)
        if type(version) is not int or version != FORMAT:
            self.findings.append(_NEWER.at(value=version))
        self._typos(document, DOCUMENT_KEYS, node=None)
        nodes = self._nodes(document, "", 0)
        links = self._links(document, "")
        return Graph(nodes=nodes, links=links, settings=self._settings(document))

    # --- nodes

    def _nodes(self, tree: Tree, prefix: str, depth: int) -> tuple[Node, ...]:
        written = self._mapping(tree, "nodes", node=prefix.removesuffix("/") or None)
        nodes: list[Node] = []
        for node_id, node in written.items():
            path = prefix + node_id
            if not NODE_ID.fullmatch(node_id):
                self._add(_BAD_NODE_ID, path, value=node_id, better=_as_node_id(node_id))
            elif not isinstance(node, dict):
                self._add(_NOT_A_MAPPING, path, key=node_id, value=node)
            else:
                keys = _text_keys(cast("dict[object, Any]", node))
                nodes.append(self._node(node_id, keys, path, depth))
        return tuple(nodes)

    def _node(self, node_id: str, tree: Tree, path: str, depth: int) -> Node:
        self._typos(tree, NODE_KEYS, node=path)
        block: Any = tree.get("block")
        has_body = tree.get("body") is not None
        if block is None and not has_body:
            self._add(_NO_BLOCK, path)
        elif block is not None and has_body:
            self._add(_TWO_NATURES, path)
        if block is not None and not (isinstance(block, str) and block.strip()):
            self._add(_BLOCK_NOT_TEXT, path, value=block)
            block = None
        retry = self._mapping(tree, "retry", node=path)
        limits = self._mapping(tree, "limits", node=path)
        self._typos(limits, tuple(SpendLimits.model_fields), node=path)
        fields = {key: tree[key] for key in _NODE_FIELDS if tree.get(key) is not None}
        node = self._model(Node, {"id": node_id, **fields}, "", path)
        return node.model_copy(
            update={
                "block": block,
                "body": self._body(tree, path, depth) if has_body and block is None else None,
                "constants": self._mapping(tree, "with", node=path),
                "retry": self._model(RetryPolicy, retry, "retry.", path) if retry else None,
                "limits": self._model(SpendLimits, limits, "limits.", path) if limits else None,
            }
        )

    def _body(self, tree: Tree, path: str, depth: int) -> Body | None:
        if depth >= MAX_DEPTH:
            self._add(_TOO_DEEP, path, value=MAX_DEPTH)
            return None
        body = self._mapping(tree, "body", node=path)
        self._typos(body, BODY_KEYS, node=path)
        own = {
            key: value
            for key, value in body.items()
            if key in BODY_KEYS and key not in ("nodes", "links") and value is not None
        }
        read = self._model(Body, own, "body.", path)
        nodes = self._nodes(body, f"{path}/", depth + 1)
        return read.model_copy(update={"nodes": nodes, "links": self._links(body, f"{path}/")})

    # --- links

    def _links(self, tree: Tree, prefix: str) -> tuple[Link, ...]:
        owner = prefix.removesuffix("/") or None
        written = tree.get("links")
        if written is None:
            return ()
        if not isinstance(written, list):
            self._add(_NOT_A_LIST, owner, key="links", value=written)
            return ()
        read = [self._link(each, owner) for each in cast("list[object]", written)]
        return tuple(link for link in read if link is not None)

    def _link(self, written: object, owner: str | None) -> Link | None:
        text, sticky = written, None
        if isinstance(written, dict):
            keys = _text_keys(cast("dict[object, Any]", written))
            text, sticky = _joined(keys), keys.get("sticky")
        if not isinstance(text, str):
            self._add(_BAD_LINK, owner, value=written)
            return None
        if sticky is not None and not isinstance(sticky, bool):
            self.findings.append(
                _BAD_SETTING.at(
                    node=owner,
                    link=text,
                    key="sticky",
                    value=sticky,
                    expected="it must be true or false",
                    expected_zh="必须是 true 或 false",
                )
            )
            sticky = None
        try:
            return parse_link(text, sticky)
        except LubanError as error:
            said = Remark(
                error.code,
                _escaped(str(error)),
                _escaped(error.message_zh),
                _BAD_LINK.repair,
                _BAD_LINK.repair_zh,
            )
            self.findings.append(said.at(node=owner, link=text, value=text))
            return None

    # --- settings

    def _settings(self, tree: Tree) -> GraphSettings:
        written = dict(self._mapping(tree, "settings", node=None))
        self._typos(written, tuple(GraphSettings.model_fields), node=None)
        limits = self._mapping(written, "limits", node=None, parent="settings.")
        self._typos(limits, tuple(Limits.model_fields), node=None)
        written.pop("limits", None)
        keep = self._mapping(written, "keep", node=None, parent="settings.")
        self._typos(keep, tuple(Retention.model_fields), node=None)
        written["keep"] = keep or None
        settings = self._model(GraphSettings, _given(written), "settings.", None)
        read = self._model(Limits, _given(limits), "settings.limits.", None)
        return settings.model_copy(update={"limits": read})

    # --- parts

    def _mapping(self, tree: Tree, key: str, *, node: str | None, parent: str = "") -> Tree:
        value = tree.get(key)
        if value is None:
            return {}
        if isinstance(value, dict):
            return _text_keys(cast("dict[object, Any]", value))
        self._add(_NOT_A_MAPPING, node, key=parent + key, value=value)
        return {}

    def _model(self, model: type[M], values: Tree, prefix: str, node: str | None) -> M:
        """The model of some keys; those it refuses are findings, and left at their defaults."""
        try:
            return model.model_validate(values)
        except ValidationError as error:
            refused: set[object] = set()
            for each in error.errors(include_url=False):
                why = rejection(each)
                refused.add(each["loc"][0] if each["loc"] else None)
                self._add(
                    _BAD_SETTING,
                    node,
                    key=prefix + why.path,
                    value=why.value,
                    expected=why.expected,
                    expected_zh=why.expected_zh,
                )
        kept = {key: value for key, value in values.items() if key not in refused}
        return model.model_validate(kept)

    def _typos(self, tree: Tree, known: tuple[str, ...], *, node: str | None) -> None:
        for key in tree:
            if key in known:
                continue
            close = difflib.get_close_matches(key[:40], known, n=1, cutoff=0.75)
            if close and close[0] not in tree:
                self._add(_LIKELY_TYPO, node, key=key, better=close[0])

    def _add(self, remark: Remark, node: str | None, **params: Any) -> None:
        self.findings.append(remark.at(node=node, **params))


def _is_nested_deeper(value: object, limit: int) -> bool:
    """Looked at level by level, because deep values would end recursive code."""
    level: list[Any] = [value]
    for _ in range(limit):
        level = [
            part
            for each in level
            for part in cast("Iterable[Any]", each.values() if isinstance(each, dict) else each)
            if isinstance(part, (dict, list))
        ]
        if not level:
            return False
    return True


def _text_keys(tree: dict[object, Any]) -> Tree:
    """YAML also takes numbers and the like as keys; here every key is text."""
    return {key if isinstance(key, str) else str(key): value for key, value in tree.items()}


def _joined(link: Tree) -> str | None:
    source, target = link.get("from"), link.get("to")
    if isinstance(source, str) and isinstance(target, str):
        return f"{source} -> {target}"
    return None


def _given(tree: Tree) -> Tree:
    return {key: value for key, value in tree.items() if value is not None}


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _as_node_id(text: str) -> str:
    """The nearest text that may be a node id."""
    kept = "".join(letter if NODE_ID.fullmatch(f"a{letter}") else "_" for letter in text[:40])
    return kept if NODE_ID.fullmatch(kept) else f"node_{kept}"
