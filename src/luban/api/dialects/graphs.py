"""`/api/v1/graphs` and `/api/v1/executions`: graphs, and executions of them.

States are written in upper case; refusals have Chinese sentences under `detail`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from luban.api.caller import Owner, TheCaller, TheHouse, needs
from luban.api.dialects.foreign_errors import ForeignRoute
from luban.api.dialects.foreign_runs import asked_only, outcome
from luban.model.errors import LubanError
from luban.model.run import Run, RunStatus
from luban.model.views import Tree, moment
from luban.ports.stores import Agent, Page, Slice
from luban.services.agents import AgentChange, AgentDraft
from luban.services.house import House
from luban.services.runs import is_over


class GraphNameless(LubanError):
    """A graph of this dialect must have a name."""

    code = "graph_nameless"
    status = 400
    en = "The graph has no name. Give it one in `name`."
    zh = "智能体名称不能为空"


class _Route(ForeignRoute):
    said: ClassVar[Mapping[str, tuple[int, str]]] = {
        "agent_inactive": (400, "智能体未激活"),
    }


class _OfGraphs(_Route):
    said: ClassVar[Mapping[str, tuple[int, str]]] = {
        **_Route.said,
        "not_found": (404, "智能体不存在"),
    }


class _OfExecutions(_Route):
    said: ClassVar[Mapping[str, tuple[int, str]]] = {
        **_Route.said,
        "not_found": (404, "执行记录不存在"),
    }


_TAGS = ["graphs (other dialect)"]
router = APIRouter(tags=[*_TAGS])
_graphs = APIRouter(prefix="/graphs", route_class=_OfGraphs)
_executions = APIRouter(prefix="/executions", route_class=_OfExecutions)

Number = Annotated[int, Query(ge=1, le=1_000_000)]
Size = Annotated[int, Query(ge=1, le=100)]


class GraphDraft(BaseModel):
    """`nodes` with `id`, `block_type` and `input_data`; `edges` with `from` and `to`."""

    name: Annotated[str, Field(max_length=200)]
    description: Annotated[str, Field(max_length=10_000)] = ""
    instructions: Annotated[str, Field(max_length=100_000)] = ""
    nodes: list[Tree] = Field(default_factory=list[Tree])
    edges: list[Tree] = Field(default_factory=list[Tree])
    is_active: bool = True


class GraphChange(BaseModel):
    """What is left out stays as it is; `nodes` and `edges` are replaced together."""

    name: Annotated[str, Field(max_length=200)] | None = None
    description: Annotated[str, Field(max_length=10_000)] | None = None
    instructions: Annotated[str, Field(max_length=100_000)] | None = None
    nodes: list[Tree] | None = None
    edges: list[Tree] | None = None
    is_active: bool | None = None


class Inputs(BaseModel):
    """What an execution is given, by the name of its input."""

    input_data: Tree = Field(default_factory=dict)


@_graphs.post("", dependencies=[needs("agent.create")])
async def create_graph(house: TheHouse, owner: Owner, caller: TheCaller, draft: GraphDraft) -> Tree:
    name = _named(draft.name)
    tree = _settled(
        {"nodes": draft.nodes, "edges": draft.edges}, draft.is_active, draft.instructions
    )
    agent = await house.agents.create(owner, AgentDraft(name, draft.description, tree))
    return _graph(agent, caller.user)


@_graphs.get("", dependencies=[needs("agent.read")])
async def list_graphs(
    house: TheHouse, owner: Owner, caller: TheCaller, page: Number = 1, page_size: Size = 20
) -> Tree:
    found = await house.agents.list(owner, Slice(page, page_size))
    shown = [_graph(detail.agent, caller.user) for detail in found.items]
    return _paged(Page(shown, found.total), page, page_size)


@_graphs.get("/{graph_id}", dependencies=[needs("agent.read")])
async def get_graph(house: TheHouse, owner: Owner, caller: TheCaller, graph_id: str) -> Tree:
    return _graph(await house.agents.get(owner, graph_id), caller.user)


@_graphs.put("/{graph_id}", dependencies=[needs("agent.update")])
async def change_graph(
    house: TheHouse, owner: Owner, caller: TheCaller, graph_id: str, change: GraphChange
) -> Tree:
    agent = await house.agents.get(owner, graph_id)
    tree = agent.document
    if change.nodes is not None:
        tree = house.checking.imported({"nodes": change.nodes, "edges": change.edges or []})
        kept = {
            name: agent.document[name] for name in ("settings", "meta") if name in agent.document
        }
        tree = {**tree, **kept}
    wanted = AgentChange(
        None if change.name is None else _named(change.name),
        change.description,
        _settled(tree, change.is_active, change.instructions),
    )
    return _graph(await house.agents.change(owner, graph_id, wanted), caller.user)


@_graphs.delete("/{graph_id}", dependencies=[needs("agent.delete")])
async def delete_graph(house: TheHouse, owner: Owner, graph_id: str) -> Tree:
    await house.agents.delete(owner, graph_id)
    return {"id": graph_id, "message": "智能体已删除"}


@_graphs.post("/{graph_id}/executions", dependencies=[needs("run.start")])
async def execute_graph(
    house: TheHouse, owner: Owner, graph_id: str, given: Inputs | None = None
) -> Tree:
    agent = await house.agents.get(owner, graph_id)
    inputs, unasked = asked_only(house, agent, (given or Inputs()).input_data)
    run = await house.runs.start(owner, graph_id, inputs, trigger="api")
    more = {"ignored_inputs": unasked} if unasked else {}
    return {"execution_id": run.id, "status": "QUEUED", "message": "智能体已提交执行", **more}


@_graphs.get("/{graph_id}/executions", dependencies=[needs("run.read")])
async def list_executions(
    house: TheHouse, owner: Owner, graph_id: str, page: Number = 1, page_size: Size = 20
) -> Tree:
    await house.agents.get(owner, graph_id)
    found = await house.runs.list(owner, Slice(page, page_size), agent_id=graph_id)
    shown = [told_execution(run, run.outputs) for run in found.items]
    return _paged(Page(shown, found.total), page, page_size)


@_executions.get("/{execution_id}", dependencies=[needs("run.read")])
async def get_execution(house: TheHouse, owner: Owner, execution_id: str) -> Tree:
    run = await house.runs.get(owner, execution_id)
    told = told_execution(run, await outcome(house, run))
    return told if is_over(run) else {**told, **await _place(house, run)}


@_executions.post("/{execution_id}/stop", dependencies=[needs("run.steer")])
async def stop_execution(house: TheHouse, owner: Owner, execution_id: str) -> Tree:
    run = await house.runs.cancel(owner, execution_id)
    return {"execution_id": run.id, "status": run.status.value.upper(), "message": "执行已停止"}


router.include_router(_graphs)
router.include_router(_executions)


def told_execution(run: Run, output: Tree) -> Tree:
    """A run in the words of this dialect; `progress` goes from 0 to 1."""
    over = is_over(run)
    return {
        "execution_id": run.id,
        "graph_id": run.agent_id,
        "status": run.status.value.upper(),
        "progress": 1.0 if run.status is RunStatus.COMPLETED else 0.0,
        "current_node": None,
        "input_data": run.inputs,
        "output": output if over else None,
        "result": output if over else None,
        "error": None if run.error is None else run.error.get("message"),
        "created_at": moment(run.created_at),
        "started_at": None if run.started_at is None else moment(run.started_at),
        "completed_at": None if run.ended_at is None else moment(run.ended_at),
    }


async def _place(house: House, run: Run) -> Tree:
    """How far a run has come: the share of its nodes that have been at work, and the last one."""
    version = await house.runs.version_of(run)
    nodes = house.checking.document(version.document).graph.nodes
    steps = (await house.steps.list(run.owner, run.id, Slice(1, 1000))).items
    touched = {step.node for step in steps if step.status != "running"}
    current = next((step.node for step in reversed(steps) if step.status == "running"), None)
    return {"progress": round(len(touched) / max(len(nodes), 1), 3), "current_node": current}


def _named(name: str) -> str:
    if not name.strip():
        raise GraphNameless
    return name


def _settled(tree: Tree, active: bool | None, instructions: str | None) -> Tree:
    """The document with what this dialect keeps outside of nodes and edges."""
    settings, meta = dict(tree.get("settings") or {}), dict(tree.get("meta") or {})
    if active is not None:
        settings.pop("active", None)
        settings |= {} if active else {"active": False}
    if instructions is not None:
        meta.pop("instructions", None)
        meta |= {"instructions": instructions} if instructions else {}
    kept = {name: value for name, value in tree.items() if name not in ("settings", "meta")}
    return {
        **kept,
        **({"settings": settings} if settings else {}),
        **({"meta": meta} if meta else {}),
    }


def _graph(agent: Agent, user: str) -> Tree:
    document = agent.document
    settings, meta = document.get("settings") or {}, document.get("meta") or {}
    return {
        "id": agent.id,
        "version": agent.latest_version or 1,
        "name": agent.name,
        "description": agent.description,
        "instructions": meta.get("instructions", ""),
        "nodes": [_node(name, node) for name, node in (document.get("nodes") or {}).items()],
        "edges": [_edge(link) for link in document.get("links") or []],
        "is_active": settings.get("active", True),
        "user_id": user,
        "created_at": moment(agent.created_at),
        "updated_at": moment(agent.updated_at),
    }


def _node(name: str, node: Any) -> Tree:
    node = node if isinstance(node, dict) else {}
    return {"id": name, "block_type": node.get("block"), "input_data": node.get("with") or {}}


def _edge(link: Any) -> Tree:
    if isinstance(link, str):
        source, _, target = link.partition("->")
        return {"from": source.strip(), "to": target.strip()}
    return dict(link) if isinstance(link, dict) else {}


def _paged(found: Page[Tree], page: int, page_size: int) -> Tree:
    return {
        "items": found.items,
        "total": found.total,
        "page": page,
        "page_size": page_size,
        "total_pages": -(-found.total // page_size),
    }
