"""Starting a run without the framework in between: it is what programs ask for most often.

The framework's route stays the reference, and has every request that is not plain: another
content type, other parameters, a body that needs a refusal explained. Both answer the same, which
`tests/api/test_quick_runs.py` compares.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from luban.api.caller import CALLER, require
from luban.api.idempotency import KEY
from luban.api.routes import runs
from luban.model.access import Caller
from luban.services.house import House
from luban.services.run_news import LONGEST_WAIT

PERMISSION = "run.start"
_PATH = re.compile(r"/api/v1/agents/([\w-]{1,128})/runs", re.ASCII)
_WAIT = re.compile(rb"(?:wait=(\d{1,6}(?:\.\d{1,6})?))?")
_ROUTE: Any = next(each for each in runs.router.routes if getattr(each, "name", "") == "start_run")
_HEADERS = (b"content-type", b"application/json")


class QuickRuns:
    """Stands before the routes and answers one of them itself."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = _plain(scope)
        if asked is None:
            await self._app(scope, receive, send)
            return
        agent_id, wait = asked
        body = await receive()
        new = None if body.get("more_body") else _read(body.get("body", b""))
        if new is None:
            await self._app(scope, _again(body, receive), send)
            return
        scope["route"], scope["path_params"] = _ROUTE, {"agent_id": agent_id}
        caller: Caller = scope[CALLER]
        require(caller, PERMISSION)
        key = scope.get(KEY)
        view = await runs.started(
            self._house, caller.team, agent_id, new, wait, f"{scope['path']} {key}" if key else None
        )
        content = view.model_dump_json(by_alias=True).encode()
        length = (b"content-length", b"%d" % len(content))
        await send({"type": "http.response.start", "status": 201, "headers": [_HEADERS, length]})
        await send({"type": "http.response.body", "body": content})


def _plain(scope: Scope) -> tuple[str, float] | None:
    """The agent and how long to wait, if this is a plain request to start a run."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return None
    path = _PATH.fullmatch(scope["path"])
    wait = _WAIT.fullmatch(scope["query_string"])
    if path is None or wait is None or not _is_json(scope):
        return None
    seconds = float(wait[1]) if wait[1] else 0.0
    return (path[1], seconds) if seconds <= LONGEST_WAIT else None


def _is_json(scope: Scope) -> bool:
    return any(name == b"content-type" and value == _HEADERS[1] for name, value in scope["headers"])


def _read(body: bytes) -> runs.NewRun | None:
    if not body:
        return runs.NewRun()
    try:
        return runs.NewRun.model_validate_json(body)
    except ValidationError:
        return None  # the framework's route explains it


def _again(message: Message, receive: Receive) -> Receive:
    """The message that was taken, then the rest."""
    taken = [message]

    async def next_message() -> Message:
        return taken.pop() if taken else await receive()

    return next_message
