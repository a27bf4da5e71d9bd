"""The HTTP application: all routes, and the rings around them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from luban.api import errors
from luban.api.body_limit import JSON_LIMIT, BodyLimit
from luban.api.docs_page import docs_file, docs_page
from luban.api.envelope import Envelope
from luban.api.idempotency import Idempotency
from luban.api.origins import Origins
from luban.api.owner import Identified, Identify, local_owner
from luban.api.routes import agents, blocks, catalogue, events, files, health, runs, versions
from luban.model.views import ErrorView
from luban.services.house import House

PREFIX = "/api/v1"
SCHEMA_PATH = f"{PREFIX}/openapi.json"


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
    for each in (versions, agents, runs, blocks, files, catalogue):
        app.include_router(each.router, prefix=PREFIX)
    app.add_route(PREFIX + events.PATH, events.follow_run, include_in_schema=False)
    app.add_route("/docs", docs_page, include_in_schema=False)
    app.add_route("/docs/{name}", docs_file, include_in_schema=False)
    errors.install(app)
    _document(app)
    return app


def create_app(
    house: House,
    *,
    hosts: Iterable[str] = (),
    identify: Identify = local_owner,
    json_limit: int = JSON_LIMIT,
    web: ASGIApp | None = None,
    closing: asyncio.Event | None = None,
) -> ASGIApp:
    """The whole application. `web` answers what no route does; `closing` ends open streams."""
    app = routes(house.about["version"])
    app.state.house = house
    app.state.closing = closing or asyncio.Event()
    app.state.began = time.monotonic()
    if web is not None:
        app.router.default = web
    return Envelope(
        Origins(
            Identified(
                BodyLimit(
                    Idempotency(app, house.replies),
                    file_limit=house.about["file_limit"],
                    json_limit=json_limit,
                ),
                identify,
            ),
            hosts,
        )
    )


def _document(app: FastAPI) -> None:
    """Adds to the generated description what is no FastAPI route."""
    generate = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = generate()
            schema["paths"][PREFIX + events.PATH] = events.DOCUMENTED
        return app.openapi_schema or {}

    app.openapi = described  # type: ignore[method-assign]
