"""The difference of two documents, as a list of small changes that can be taken one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict

from luban.model.errors import LubanError
from luban.model.link_text import parse_link
from luban.model.values import canonical

Tree = dict[str, Any]

ChangeKind = Literal[
    "node_added",
    "node_removed",
    "node_replaced",
    "node_renamed",
    "node_changed",
    "input_changed",
    "link_added",
    "link_removed",
    "setting_changed",
    "document_changed",
]

LAYOUT = ("at", "size", "note", "color", "collapsed")
"""Keys of a node that say how it is drawn, and nothing of what it does."""


class Change(BaseModel):
    """One small change; names of nodes are those they have afterwards.

    `name` is an input, a key of a node, of the settings or of the document, or the name a renamed
    node had. Without `had` there was nothing before, without `has` there is nothing afterwards.
    `needs` are the changes without which this one makes no sense, and `place` says where among its
    like it stands.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    kind: ChangeKind
    node: str = ""
    name: str = ""
    link: str = ""
    before: Any = None
    after: Any = None
    had: bool = False
    has: bool = False
    needs: tuple[str, ...] = ()
    place: int = 0


def changes_between(base: Tree, target: Tree) -> list[Change]:
    """What makes `target` of `base`; a link that stands there twice counts once.

    What both have keeps the order of `base`, and its layout where `target` has none. Bodies are
    compared as a whole.
    """
    renamed = _renamed(nodes_of(base), nodes_of(target))
    before = with_renamed(base, renamed)
    after = _laid_out(nodes_of(before), nodes_of(target))
    found = [
        *(_found("node_renamed", node=new, name=old) for old, new in renamed.items()),
        *_of_nodes(nodes_of(before), after),
        *_of_links(links_of(before), links_of(target)),
        *_of_keys("setting_changed", _tree(base.get("settings")), _tree(target.get("settings"))),
        *_of_keys("document_changed", _rest(base), _rest(target)),
    ]
    changes = [Change(id=f"c{n}", **each) for n, each in enumerate(found, 1)]
    return [each.model_copy(update={"needs": _needs(each, changes)}) for each in changes]


def nodes_of(tree: Tree) -> Tree:
    return _tree(tree.get("nodes"))


def links_of(tree: Tree) -> list[Any]:
    written = tree.get("links")
    return cast("list[Any]", written) if isinstance(written, list) else []


def with_renamed(tree: Tree, renamed: dict[str, str]) -> Tree:
    """The document with other names for some of its nodes, also in its links."""
    if not renamed:
        return tree
    nodes = {renamed.get(name, name): node for name, node in nodes_of(tree).items()}
    links = [renamed_link(link, renamed) for link in links_of(tree)]
    return {**tree, "nodes": nodes, "links": links}


def renamed_link(link: Any, renamed: dict[str, str]) -> Any:
    """A link as it is written, with other names for the nodes it joins."""
    try:
        read = parse_link(_line(link))
    except (LubanError, TypeError):
        return link
    if read.source.node not in renamed and read.target.node not in renamed:
        return link
    source, target = (
        str(end.model_copy(update={"node": renamed.get(end.node, end.node)}))
        for end in (read.source, read.target)
    )
    if isinstance(link, dict):
        return {**cast("Tree", link), "from": source, "to": target}
    return f"{source} -> {target}"


def link_key(link: Any) -> str:
    """Equal for links that mean the same, however they are written."""
    if not isinstance(link, dict):
        return link_text(link)
    rest = {key: value for key, value in cast("Tree", link).items() if key not in ("from", "to")}
    return link_text(link) + (canonical(rest).decode() if rest else "")


def link_text(link: Any) -> str:
    """`node.output -> node.input`, or what stands there in its place."""
    try:
        return str(parse_link(_line(link)))
    except (LubanError, TypeError):
        return str(_line(link))


def ends_of(text: str) -> tuple[str, str]:
    """The nodes a link joins; empty where it cannot be read."""
    try:
        read = parse_link(text)
    except LubanError:
        return "", ""
    return read.source.node, read.target.node


def same(one: Any, other: Any) -> bool:
    return canonical(one) == canonical(other)


def without_layout(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    return {key: value for key, value in cast("Tree", node).items() if key not in LAYOUT}


def _laid_out(before: Tree, after: Tree) -> Tree:
    return {
        name: {**_only_layout(before.get(name)), **cast("Tree", node)}
        if isinstance(node, dict)
        else node
        for name, node in after.items()
    }


def _only_layout(node: Any) -> Tree:
    return {key: value for key, value in _tree(node).items() if key in LAYOUT}


def _of_nodes(before: Tree, after: Tree) -> Iterator[Tree]:
    for name, node in before.items():
        if name not in after:
            yield _found("node_removed", node=name, before=node, had=True)
    for place, (name, node) in enumerate(after.items()):
        if name not in before:
            yield _found("node_added", node=name, after=node, has=True, place=place)
        elif not same(before[name], node):
            yield from _of_node(name, before[name], node)


def _of_node(name: str, before: Any, after: Any) -> Iterator[Tree]:
    if not _is_alike(before, after):
        yield _found("node_replaced", node=name, before=before, after=after, had=True, has=True)
        return
    yield from _of_keys("input_changed", before.get("with", {}), after.get("with", {}), name)
    yield from _of_keys("node_changed", _without_inputs(before), _without_inputs(after), name)


def _is_alike(before: Any, after: Any) -> bool:
    """Whether a node is still the same kind of thing, with inputs that can be compared."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return False
    one, other = cast("Tree", before), cast("Tree", after)
    kept = same(one.get("block"), other.get("block"))
    inputs = all(isinstance(each.get("with", {}), dict) for each in (one, other))
    return kept and inputs and ("body" in one) == ("body" in other)


def _of_keys(kind: ChangeKind, before: Tree, after: Tree, node: str = "") -> Iterator[Tree]:
    for name in [*before, *(name for name in after if name not in before)]:
        had, has = name in before, name in after
        if had and has and same(before[name], after[name]):
            continue
        values = {"before": before.get(name), "after": after.get(name), "had": had, "has": has}
        yield _found(kind, node=node, name=name, **values)


def _of_links(before: list[Any], after: list[Any]) -> Iterator[Tree]:
    kept, known = ({link_key(link) for link in links} for links in (after, before))
    for link in before:
        if link_key(link) not in kept:
            yield _found("link_removed", link=link_text(link), before=link, had=True)
    for place, link in enumerate(after):
        if link_key(link) not in known:
            yield _found("link_added", link=link_text(link), after=link, has=True, place=place)


def _needs(change: Change, changes: list[Change]) -> tuple[str, ...]:
    """What a change cannot do without.

    A link needs the nodes it joins, and that the same link of before is gone; a node that goes
    takes its links along, and one that becomes another block those that do not fit it any more.
    """
    if change.kind == "link_added":
        ends = ends_of(change.link)
        return tuple(
            each.id
            for each in changes
            if (each.kind in ("node_added", "node_replaced") and each.node in ends)
            or (each.kind == "link_removed" and each.link == change.link)
        )
    if change.kind in ("node_removed", "node_replaced"):
        return tuple(
            each.id
            for each in changes
            if each.kind == "link_removed" and change.node in ends_of(each.link)
        )
    return ()


def _renamed(before: Tree, after: Tree) -> dict[str, str]:
    """Nodes that only have another name now, where there is no doubt which."""
    gone = _by_content(before, before.keys() - after.keys())
    new = _by_content(after, after.keys() - before.keys())
    return {
        names[0]: new[content][0]
        for content, names in gone.items()
        if len(names) == 1 and len(new.get(content, ())) == 1
    }


def _by_content(nodes: Tree, names: Iterable[str]) -> dict[bytes, list[str]]:
    found: dict[bytes, list[str]] = {}
    for name in sorted(names):
        found.setdefault(canonical(without_layout(nodes[name])), []).append(name)
    return found


def _rest(tree: Tree) -> Tree:
    known = ("luban", "nodes", "links", "settings")
    return {key: value for key, value in tree.items() if key not in known}


def _without_inputs(node: Tree) -> Tree:
    return {key: value for key, value in node.items() if key != "with"}


def _line(link: Any) -> Any:
    if not isinstance(link, dict):
        return link
    tree = cast("Tree", link)
    return f"{tree.get('from')} -> {tree.get('to')}"


def _tree(value: object) -> Tree:
    return cast("Tree", value) if isinstance(value, dict) else {}


def _found(kind: ChangeKind, **told: Any) -> Tree:
    return {"kind": kind, **told}
