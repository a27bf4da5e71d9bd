"""Runs, through the API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Literal

from luban.client.errors import Unreachable
from luban.client.events import Event, follow
from luban.client.transport import Transport
from luban.model.run import ENDED, RunStatus
from luban.model.views import PageView, RunView, StepView

_POLL = 1.0
_STILL = ENDED | {RunStatus.WAITING}
"""States a run does not leave by itself."""


class Runs:
    """The runs of a server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def start(
        self,
        agent_id: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        version: Literal["draft", "published"] | int = "draft",
        key: str | None = None,
    ) -> RunView:
        """A queued run; starting twice with the same `key` gives the same run."""
        headers = {} if key is None else {"idempotency-key": key}
        return await self._transport.ask(
            RunView,
            "POST",
            f"/agents/{agent_id}/runs",
            json={"inputs": dict(inputs or {}), "version": version},
            headers=headers,
        )

    async def get(self, run_id: str, *, with_document: bool = False) -> RunView:
        params = {"include": "document"} if with_document else None
        return await self._transport.ask(RunView, "GET", f"/runs/{run_id}", params=params)

    async def list(
        self,
        *,
        agent: str | None = None,
        status: RunStatus | None = None,
        page: int = 1,
        page_size: int = 50,
    ) -> PageView[RunView]:
        return await self._transport.ask(
            PageView[RunView],
            "GET",
            "/runs",
            params={"agent": agent, "status": status, "page": page, "page_size": page_size},
        )

    async def steps(
        self, run_id: str, *, node: str | None = None, page: int = 1, page_size: int = 50
    ) -> PageView[StepView]:
        return await self._transport.ask(
            PageView[StepView],
            "GET",
            f"/runs/{run_id}/steps",
            params={"node": node, "page": page, "page_size": page_size},
        )

    async def cancel(self, run_id: str) -> RunView:
        return await self._transport.ask(RunView, "POST", f"/runs/{run_id}/cancel")

    async def retry(self, run_id: str) -> RunView:
        """A new run of the same version with the same inputs."""
        return await self._transport.ask(RunView, "POST", f"/runs/{run_id}/retry")

    async def resume(self, run_id: str, limits: Mapping[str, float] | None = None) -> RunView:
        return await self._transport.ask(
            RunView, "POST", f"/runs/{run_id}/resume", json={"limits": dict(limits or {})}
        )

    def events(self, run_id: str, after: int = 0) -> AsyncGenerator[Event]:
        """What happens in a run, until it ends; broken connections are taken up again."""
        return follow(self._transport, run_id, after)

    async def wait(self, run_id: str, timeout: float | None = None) -> RunView:
        """The run once it has ended, or waits for its owner. Raises `TimeoutError`.

        Follows the event stream, and asks once a second where streams do not get through.
        """
        async with asyncio.timeout(timeout):
            try:
                async for event in self.events(run_id):
                    if event.kind in ("run_ended", "run_paused"):
                        run = await self.get(run_id)
                        if run.status in _STILL:
                            return run
            except Unreachable:
                pass  # asking below raises if there really is no server
            while True:
                run = await self.get(run_id)
                if run.status in _STILL:
                    return run
                await asyncio.sleep(_POLL)
