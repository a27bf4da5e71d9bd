"""Short workflows: nodes as a list, edges without pins, a trigger on top; turned into our tree.

Three ways of writing them are in use, and all are read: nodes with `block_id`, `block` or
`block_type`, their constants under `config` or `input_data`, and edges with `from` and `to`.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from luban.interop.foreign_blocks import Ours, ours_for, snake
from luban.interop.open_links import Links, Note, bodies_of, has_open_links
from luban.model.block import Role
from luban.model.link_text import NODE_ID
from luban.sdk.code import BlockSource

Tree = dict[str, Any]

_BLOCK_KEYS = ("block_id", "block", "block_type", "type")
_CONSTANT_KEYS = ("config", "input_data", "input_default", "with")
_KEPT_KEYS = ("title", "at", "retry", "timeout", "timeout_total", "disabled", "note")
_STEP = re.compile(r"\*/(\d+)")
_NOT_ID = re.compile(r"[^\w-]+")
TRIGGER = "trigger"
_INTEGRATION = "integration"


class Imported(NamedTuple):
    """Our tree, and what was chosen on the way."""

    tree: Tree
    notes: list[Note]


def is_short(tree: Tree) -> bool:
    """Whether a tree is a short workflow, not a document of ours."""
    return isinstance(tree.get("nodes"), list) or isinstance(tree.get("edges"), list)


def imported(tree: Tree, blocks: BlockSource) -> Imported:
    """The tree of a document: short workflows turned into it, open links given their pins.

    What cannot be understood stays as it is, for the check to find. Notes also lie in the tree,
    under `meta.import_notes`.
    """
    workflow = tree.get("workflow")
    if isinstance(workflow, dict) and "nodes" not in tree:
        tree = {**{key: value for key, value in tree.items() if key != "workflow"}, **workflow}
    if is_short(tree):
        return _noted(*_Short(tree, blocks).converted())
    if has_open_links(tree):
        notes: list[Note] = []
        return _noted(_completed(tree, blocks, notes), notes)
    return Imported(tree, [])


def _noted(tree: Tree, notes: list[Note]) -> Imported:
    if not notes:
        return Imported(tree, notes)
    meta = tree.get("meta")
    told = [note._asdict() for note in notes]
    more = {**(meta if isinstance(meta, dict) else {}), "import_notes": told}
    return Imported({**tree, "meta": more}, notes)


def _completed(tree: Tree, blocks: BlockSource, notes: list[Note]) -> Tree:
    nodes, links = tree.get("nodes"), tree.get("links")
    if not isinstance(nodes, dict):
        return tree
    inner = {
        name: {**nodes[name], "body": _completed(body, blocks, notes)}
        for name, body in bodies_of(nodes)
    }
    completed: Tree = {**tree, "nodes": {**nodes, **inner}}
    if isinstance(links, list):
        known = {name: node for name, node in nodes.items() if isinstance(node, dict)}
        completed["links"] = Links(blocks, known, notes=notes).completed(links)
    return completed


class _Short:
    """One short workflow on its way."""

    def __init__(self, tree: Tree, blocks: BlockSource) -> None:
        self.tree = tree
        self.blocks = blocks
        self.notes: list[Note] = []
        self.nodes: dict[str, Tree] = {}
        self.ids: dict[str, str] = {}
        self.foreign: dict[str, Ours] = {}

    def converted(self) -> tuple[Tree, list[Note]]:
        for number, node in enumerate(self._listed("nodes"), start=1):
            self._add(node, number)
        links = self._links()
        into = lambda node: self.foreign[node].into if node in self.foreign else ()  # noqa: E731
        links = Links(self.blocks, self.nodes, into, self.notes).completed(links)
        links += self._outputs(links)
        self._look_at_trigger()
        left = {"luban", "nodes", "edges", "links"}
        rest = {key: value for key, value in self.tree.items() if key not in left}
        return {"luban": 1, **rest, "nodes": self.nodes, "links": links}, self.notes

    # --- nodes

    def _listed(self, key: str) -> list[Any]:
        written = self.tree.get(key)
        if isinstance(written, dict):
            return [
                {"id": name, **node} if isinstance(node, dict) else node
                for name, node in written.items()
            ]
        return written if isinstance(written, list) else []

    def _add(self, node: Any, number: int) -> None:
        if not isinstance(node, dict):
            self._tell(
                f"Node {number} is {node!r}, not an object, and was left out.",
                f"第 {number} 个节点是 {node!r}，不是对象，已略去。",
            )
            return
        foreign = next((str(node[key]) for key in _BLOCK_KEYS if node.get(key)), "")
        node_id = self._id(node.get("id"), foreign, number)
        ours = None if "." in foreign else ours_for(foreign)
        constants = next((node[key] for key in _CONSTANT_KEYS if node.get(key) is not None), {})
        written: Tree = {"block": ours.block if ours else foreign}
        if ours is not None:
            self.foreign[node_id] = ours
            if isinstance(constants, dict):
                constants = _in_our_words(constants, ours)
            self._tell(
                f"`{node_id}`: the block `{foreign}` is `{ours.block}` here.",
                f"“{node_id}”：模块“{foreign}”在这里是“{ours.block}”。",
            )
        constants = self._with_credential(node_id, written, constants)
        constants = self._named(node_id, written["block"], constants)
        if constants:
            written["with"] = constants
        written |= {key: node[key] for key in _KEPT_KEYS if key in node}
        self.nodes[node_id] = written

    def _with_credential(self, node_id: str, written: Tree, constants: Any) -> Any:
        """An integration that a node names is the name of a credential here."""
        if not isinstance(constants, dict) or not isinstance(constants.get(_INTEGRATION), str):
            return constants
        name = written["credential"] = constants[_INTEGRATION]
        self._tell(
            f"`{node_id}` uses the credential called `{name}`; connect the account under it.",
            f"“{node_id}”使用名为“{name}”的凭据；请以此名称连接账号。",
        )
        return {key: value for key, value in constants.items() if key != _INTEGRATION}

    def _id(self, given: Any, foreign: str, number: int) -> str:
        """The node's own id where it may be one; edges find it by the given one in any case."""
        text = str(given) if given is not None else ""
        wanted = text or f"{snake(foreign) or 'node'}_{number}"
        if not NODE_ID.fullmatch(wanted):
            wanted = _NOT_ID.sub("_", wanted)
            wanted = wanted if NODE_ID.fullmatch(wanted) else f"node_{wanted}"
        while wanted in self.nodes:
            wanted = f"{wanted}_{number}"
        if text and text in self.ids:
            self._tell(
                f"Two nodes have the id `{text}`; the second is `{wanted}` here, unlinked.",
                f"有两个节点的 id 都是“{text}”；后一个在这里改为“{wanted}”，没有连线。",
            )
            return wanted
        if text and text != wanted:
            self._tell(
                f"The node `{text}` is called `{wanted}` here.",
                f"节点“{text}”在这里改名为“{wanted}”。",
            )
        self.ids[text or wanted] = wanted
        return wanted

    def _named(self, node_id: str, block: str, constants: Any) -> Any:
        """Input and output nodes are named after themselves unless they say otherwise."""
        code = self.blocks.find(block)
        if code is None or code.spec.role not in (Role.INPUT, Role.OUTPUT):
            return constants
        if not isinstance(constants, dict):
            return constants
        return {"name": node_id, **constants}

    # --- edges

    def _links(self) -> list[Any]:
        links: list[Any] = []
        for edge in [*self._listed("edges"), *self._listed("links")]:
            if isinstance(edge, dict) and edge.get("from") == TRIGGER and TRIGGER not in self.ids:
                continue  # the trigger starts the run; it is no node
            links.append(self._link(edge))
        return links

    def _link(self, edge: Any) -> Any:
        if not isinstance(edge, dict):
            return edge
        source, target = (edge.get(key) for key in ("from", "to"))
        if source is None and target is None:
            source = _joined(edge, "source_id", "source_name")
            target = _joined(edge, "sink_id", "sink_name")
        rest = {key: edge[key] for key in ("sticky",) if key in edge}
        return {"from": self._given(self._renamed(source)), "to": self._renamed(target), **rest}

    def _given(self, end: Any) -> Any:
        """Where a link begins, by our name of the output."""
        if not isinstance(end, str):
            return end
        node, _, pin = end.partition(".")
        ours = self.foreign.get(node)
        if ours is None or pin not in ours.outputs:
            return end
        return f"{node}.{ours.outputs[pin]}"

    def _renamed(self, end: Any) -> Any:
        if not isinstance(end, (str, int)):
            return end
        text = str(end)
        if text in self.ids:
            return self.ids[text]
        node, dot, pin = text.partition(".")
        return f"{self.ids[node]}.{pin}" if dot and node in self.ids else text

    # --- what else there is

    def _outputs(self, links: list[Any]) -> list[str]:
        """Without outputs a run would give nothing: the last nodes' main results become some."""
        if any(self._role(node) is Role.OUTPUT for node in self.nodes.values()):
            return []
        sources = {
            str(link.get("from")).partition(".")[0] for link in links if isinstance(link, dict)
        }
        added: list[str] = []
        for node_id, node in list(self.nodes.items()):
            code = self.blocks.find(node["block"])
            if node_id in sources or code is None or code.spec.role is not Role.STEP:
                continue
            for pin in [code.spec.main_output] if code.spec.main_output else []:
                name = pin.name if pin.name not in self.nodes else f"{node_id}_{pin.name}"
                self.nodes[name] = {"block": "io.output", "with": {"name": name}}
                added.append(f"{node_id}.{pin.name} -> {name}.value")
                self._tell(
                    f"There was no output; `{node_id}.{pin.name}` is one now, called `{name}`.",
                    f"原来没有输出；现在把 `{node_id}.{pin.name}` 作为输出，名为“{name}”。",
                )
        return added

    def _role(self, node: Tree) -> Role | None:
        code = self.blocks.find(node["block"])
        return None if code is None else code.spec.role

    def _look_at_trigger(self) -> None:
        trigger = self.tree.get(TRIGGER)
        if not isinstance(trigger, dict):
            return
        self._tell(
            f"The trigger `{trigger.get('type')}` is kept in the file, and starts nothing by "
            "itself yet: start runs by hand or by the API.",
            f"触发器“{trigger.get('type')}”保留在文件中，但目前不会自动启动运行："
            "请手动或通过 API 启动。",
        )
        config = trigger.get("config")
        interval = str(config.get("interval", "")) if isinstance(config, dict) else ""
        step = _STEP.match(interval)
        if step and int(step[1]) > 59:
            hours = max(int(step[1]) // 60, 1)
            self._tell(
                f"The interval `{interval}` cannot mean what it says: minutes end at 59. "
                f"Write `0 */{hours} * * *` for every {hours} hours.",
                f"间隔“{interval}”无法按字面执行：分钟最大为 59。"
                f"每 {hours} 小时一次应写成 `0 */{hours} * * *`。",
            )

    def _tell(self, message: str, message_zh: str) -> None:
        self.notes.append(Note(message, message_zh))


def _joined(edge: Tree, node_key: str, pin_key: str) -> str | None:
    """Edges of four parts; their pin names mark items with `_$_` and fields with `_#_`."""
    node, pin = edge.get(node_key), edge.get(pin_key)
    if node is None or pin is None:
        return None if node is None else str(node)
    return f"{node}.{re.sub('_[$#]_', '.', str(pin))}"


def _in_our_words(constants: Tree, ours: Ours) -> Tree:
    words: Tree = {}
    for name, value in constants.items():
        our_name = ours.inputs.get(name, name)
        if our_name == "operation" and isinstance(value, str):
            value = ours.operations.get(value.lower(), value.lower())
        words[our_name] = value
    return words
