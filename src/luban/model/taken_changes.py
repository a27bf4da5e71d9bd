"""Changes taken over into a document, which may be another one by now than they were made for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal, NamedTuple, cast

from luban.model.graph_changes import (
    Change,
    Tree,
    ends_of,
    link_key,
    link_text,
    links_of,
    nodes_of,
    renamed_link,
    same,
    with_renamed,
    without_layout,
)

Standing = Literal["open", "done", "gone", "changed", "taken", "needs"]
"""`open` can be taken, `done` is there already; the others are conflicts.

Its node is `gone`, its place was `changed` meanwhile, its name is `taken`, or it `needs` a change
that is in conflict.
"""

_ORDER = {"node_renamed": 0, "link_removed": 1, "node_removed": 2, "node_added": 3}
_LAST = 4


class Taken(NamedTuple):
    """A document with changes taken over.

    `pulled` are those that others needed, `conflicts` those that were wanted and do not fit.
    """

    document: Tree
    taken: list[str]
    pulled: list[str]
    conflicts: dict[str, Standing]


def standings(changes: Sequence[Change], document: Tree) -> dict[str, Standing]:
    """Of each change, by id, whether it can be taken over into this document."""
    names = _old_names(changes, document)
    found: dict[str, Standing] = {
        each.id: _standing(each, document, names, changes) for each in changes
    }
    by_id = {each.id: each for each in changes}
    while True:
        stuck = [
            name
            for name, standing in found.items()
            if standing == "open"
            and any(is_conflict(found.get(each, "open")) for each in by_id[name].needs)
        ]
        if not stuck:
            return found
        for name in stuck:
            found[name] = "needs"


def is_conflict(standing: Standing) -> bool:
    return standing not in ("open", "done")


def with_needed(changes: Sequence[Change], wanted: Iterable[str]) -> set[str]:
    """The changes wanted, and all they need."""
    by_id = {each.id: each for each in changes}
    found: set[str] = set()
    waiting = [each for each in wanted if each in by_id]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += by_id[name].needs
    return found


def take(document: Tree, changes: Sequence[Change], wanted: Collection[str]) -> Taken:
    """The document with those changes, and what they need; what does not fit is left out."""
    standing = standings(changes, document)
    all_wanted = with_needed(changes, wanted)
    fitting = [each for each in changes if each.id in all_wanted and standing[each.id] == "open"]
    taken = sorted(fitting, key=lambda each: (_ORDER.get(each.kind, _LAST), each.place))
    names = {
        new: old
        for new, old in _old_names(changes, document).items()
        if not any(each.kind == "node_renamed" and each.node == new for each in taken)
    }
    for change in taken:
        document = _with(document, change, names)
    conflicts: dict[str, Standing] = {
        each.id: standing[each.id]
        for each in changes
        if each.id in all_wanted and is_conflict(standing[each.id])
    }
    ids = [each.id for each in changes if each.id in all_wanted and each.id not in conflicts]
    return Taken(document, ids, [each for each in ids if each not in wanted], conflicts)


def _old_names(changes: Sequence[Change], document: Tree) -> dict[str, str]:
    """By the new name of a node, the one it still has in this document."""
    nodes = nodes_of(document)
    return {
        each.node: each.name
        for each in changes
        if each.kind == "node_renamed" and each.name in nodes and each.node not in nodes
    }


def _standing(
    change: Change, document: Tree, names: dict[str, str], changes: Sequence[Change]
) -> Standing:
    nodes = nodes_of(document)
    match change.kind:
        case "node_renamed":
            if change.name in nodes:
                return "taken" if change.node in nodes else "open"
            return "done" if change.node in nodes else "gone"
        case "node_added" | "node_replaced":
            return _of_node(change, nodes, names)
        case "node_removed":
            standing = _of_node(change, nodes, names)
            has_more = standing == "open" and _has_new_links(change, document, names, changes)
            return "changed" if has_more else standing
        case "link_added" | "link_removed":
            return _of_link(change, document, names, changes)
        case "input_changed" | "node_changed":
            node = nodes.get(names.get(change.node, change.node))
            if not isinstance(node, dict):
                return "gone"
            return _of_value(change, _home(cast("Tree", node), change))
        case "setting_changed":
            return _of_value(change, _tree(document.get("settings")))
        case "document_changed":
            return _of_value(change, document)


def _of_node(change: Change, nodes: Tree, names: dict[str, str]) -> Standing:
    name = names.get(change.node, change.node)
    if name not in nodes:
        if change.kind == "node_added":
            return "open"
        return "done" if change.kind == "node_removed" else "gone"
    now = without_layout(nodes[name])
    if change.has and same(now, without_layout(change.after)):
        return "done"
    if change.kind == "node_added":
        return "taken"
    return "open" if same(now, without_layout(change.before)) else "changed"


def _has_new_links(
    change: Change, document: Tree, names: dict[str, str], changes: Sequence[Change]
) -> bool:
    """Whether a node that is to go was linked meanwhile."""
    going = {
        link_key(renamed_link(each.before, names))
        for each in changes
        if each.kind == "link_removed"
    }
    return any(
        names.get(change.node, change.node) in ends_of(link_text(link))
        and link_key(link) not in going
        for link in links_of(document)
    )


def _of_link(
    change: Change, document: Tree, names: dict[str, str], changes: Sequence[Change]
) -> Standing:
    written = renamed_link(change.after if change.has else change.before, names)
    is_there = link_key(written) in map(link_key, links_of(document))
    if change.kind == "link_removed":
        return "open" if is_there else "done"
    if is_there:
        return "done"
    known = nodes_of(document).keys() | names.keys()
    known |= {each.node for each in changes if each.kind == "node_added"}
    return "open" if all(end in known for end in ends_of(change.link) if end) else "gone"


def _of_value(change: Change, home: Tree) -> Standing:
    has = change.name in home
    now = home.get(change.name)
    if has == change.has and (not has or same(now, change.after)):
        return "done"
    return "open" if has == change.had and (not has or same(now, change.before)) else "changed"


def _with(document: Tree, change: Change, names: dict[str, str]) -> Tree:
    """The document with one change, which fits; `names` are those nodes still have."""
    nodes, links = nodes_of(document), links_of(document)
    node = names.get(change.node, change.node)
    match change.kind:
        case "node_renamed":
            return with_renamed(document, {change.name: change.node})
        case "node_removed":
            left = {name: each for name, each in nodes.items() if name != node}
            return {**document, "nodes": left}
        case "node_added":
            entries = list(nodes.items())
            entries.insert(change.place, (node, change.after))
            return {**document, "nodes": dict(entries)}
        case "node_replaced":
            return {**document, "nodes": {**nodes, node: change.after}}
        case "node_changed" | "input_changed":
            return {**document, "nodes": {**nodes, node: _with_value(nodes[node], change)}}
        case "link_added":
            added = renamed_link(change.after, names)
            return {**document, "links": [*links[: change.place], added, *links[change.place :]]}
        case "link_removed":
            return {**document, "links": _without(links, renamed_link(change.before, names))}
        case "setting_changed":
            return _with_home(document, "settings", change)
        case "document_changed":
            return _with_key(document, change)


def _without(links: list[Any], gone: Any) -> list[Any]:
    keys = [link_key(link) for link in links]
    index = keys.index(link_key(gone)) if link_key(gone) in keys else len(links)
    return [*links[:index], *links[index + 1 :]]


def _home(node: Tree, change: Change) -> Tree:
    return _tree(node.get("with")) if change.kind == "input_changed" else node


def _with_value(node: Tree, change: Change) -> Tree:
    if change.kind == "input_changed":
        return _with_home(node, "with", change)
    return _with_key(node, change)


def _with_home(tree: Tree, key: str, change: Change) -> Tree:
    """A tree whose part `key` has the change; an empty part is left out."""
    inner = _with_key(_tree(tree.get(key)), change)
    if inner:
        return {**tree, key: inner}
    return {name: value for name, value in tree.items() if name != key}


def _with_key(tree: Tree, change: Change) -> Tree:
    if change.has:
        return {**tree, change.name: change.after}
    return {name: value for name, value in tree.items() if name != change.name}


def _tree(value: object) -> Tree:
    return cast("Tree", value) if isinstance(value, dict) else {}
