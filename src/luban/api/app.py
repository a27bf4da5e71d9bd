"""The HTTP application: all routes, and the rings around them."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from fastapi import FastAPI
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from luban.api import errors
from luban.api.caller import Identify, local_caller
from luban.api.description import describe
from luban.api.dialects import agents as foreign_agents
from luban.api.dialects import graphs as foreign_graphs
from luban.api.dialects import socket
from luban.api.docs_page import docs_file, docs_page
from luban.api.door import Door, guarded
from luban.api.mcp.door import PATH as MCP_PATH
from luban.api.mcp.door import McpDoor
from luban.api.openai_door import chat as openai_chat
from luban.api.openai_door import embeddings as openai_embeddings
from luban.api.openai_door import models as openai_models
from luban.api.openai_door import responses as openai_responses
from luban.api.quick_runs import QuickRuns
from luban.api.routes import (
    admin,
    agents,
    api_keys,
    approvals,
    audit,
    auth,
    blocks,
    bulk,
    caps,
    catalogue,
    connecting,
    credentials,
    events,
    factors,
    files,
    findings,
    forks,
    health,
    keys,
    me,
    memories,
    models,
    proposals,
    providers,
    rates,
    roles,
    run_archives,
    runs,
    sharing,
    sign_in_by_others,
    stored,
    teams,
    threads,
    tickets,
    token_users,
    tool_servers,
    usage,
    users,
    versions,
    webhooks,
)
from luban.model.views import ErrorView
from luban.services.house import House

PREFIX = "/api/v1"
SCHEMA_PATH = f"{PREFIX}/openapi.json"


_NOUNS = (
    bulk,
    versions,
    agents,
    runs,
    forks,
    run_archives,
    approvals,
    proposals,
    threads,
    blocks,
    files,
    stored,
    memories,
    findings,
    catalogue,
    models,
    caps,
    usage,
    rates,
    audit,
    admin,
    webhooks,
    sharing,
    teams,
    roles,
    auth,
    factors,
    sign_in_by_others,
    token_users,
    me,
    api_keys,
    users,
    tickets,
    providers,
    connecting,
    tool_servers,
    credentials,
    keys,
)
"""The routes of each noun, in the order in which they are asked."""


def routes(version: str) -> FastAPI:
    """The routes alone, without anything behind them."""
    app = FastAPI(
        title="Luban",
        version=version,
        description="Build agents out of blocks, run them, look inside every step.",
        openapi_url=SCHEMA_PATH,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        responses={"4XX": {"model": ErrorView}, "5XX": {"model": ErrorView}},
    )
    app.include_router(health.router)
    for each in _NOUNS:
        app.include_router(each.router, prefix=PREFIX)
    app.include_router(foreign_agents.router)
    app.include_router(foreign_graphs.router, prefix=PREFIX)
    for door in (openai_models, openai_chat, openai_responses, openai_embeddings):
        app.include_router(door.router)
    app.router.routes.append(WebSocketRoute(socket.PATH, socket.follow_executions))
    app.add_route(PREFIX + events.PATH, events.follow_run, include_in_schema=False)
    app.router.routes.append(Route(MCP_PATH, McpDoor(), include_in_schema=False))
    app.add_route("/docs", docs_page, include_in_schema=False)
    app.add_route("/docs/{name}", docs_file, include_in_schema=False)
    errors.install(app)
    _document(app)
    return app


def create_app(
    house: House,
    *,
    door: Door | None = None,
    identify: Identify = local_caller,
    web: ASGIApp | None = None,
    closing: asyncio.Event | None = None,
) -> ASGIApp:
    """The whole application. `web` answers what no route does; `closing` ends open streams."""
    app = routes(house.about["version"])
    app.state.house = house
    app.state.closing = closing or asyncio.Event()
    app.state.began = time.monotonic()
    app.state.identify = identify
    if web is not None:
        app.router.default = web
    return guarded(QuickRuns(app, house), house, identify, door or Door())


def _document(app: FastAPI) -> None:
    """Adds to the generated description what is no FastAPI route."""
    generate = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = generate()
            schema["paths"][PREFIX + events.PATH] = events.DOCUMENTED
            describe(schema, app.routes)
        return app.openapi_schema or {}

    app.openapi = described  # type: ignore[method-assign]
