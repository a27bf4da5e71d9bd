# Generated from luban/client/runs.py by ./run fix.

"""Runs, through the API."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import httpx2

from luban.client.errors import Unreachable
from luban.client.sync.deadlines import Deadline
from luban.client.sync.events import Event, follow
from luban.client.sync.transport import Transport
from luban.model.bulk_views import OutcomesView
from luban.model.run import ENDED, RunOptions, RunStatus, WaitKind
from luban.model.state_views import ComparisonView, RunStateView
from luban.model.views import PageView, RunView, StepView

_POLL = 1.0
_PASSING = frozenset({WaitKind.SLEEP, WaitKind.RETRY, WaitKind.RUN})
"""Waits that are over without anybody doing anything about them."""
_TURNS = frozenset({"run_ended", "run_paused", "run_waiting"})
"""Events after which a run may stand still."""


class Runs:
    """The runs of a server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def start(
        self,
        agent_id: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        version: Literal["draft", "published"] | int = "draft",
        key: str | None = None,
        options: RunOptions | None = None,
    ) -> RunView:
        """A queued run; starting twice with the same `key` gives the same run."""
        headers = {} if key is None else {"idempotency-key": key}
        wanted: dict[str, Any] = {"inputs": dict(inputs or {}), "version": version}
        if options is not None:
            wanted["options"] = options.model_dump()
        return self._transport.ask(
            RunView,
            "POST",
            f"/agents/{agent_id}/runs",
            json=wanted,
            headers=headers,
        )

    def get(self, run_id: str, *, with_document: bool = False) -> RunView:
        params = {"include": "document"} if with_document else None
        return self._transport.ask(RunView, "GET", f"/runs/{run_id}", params=params)

    def list(
        self,
        *,
        agent: str | None = None,
        status: RunStatus | Sequence[RunStatus] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        trigger: str | None = None,
        page: int = 1,
        page_size: int = 50,
    ) -> PageView[RunView]:
        """Newest first; `status` may be several, `since` and `until` are of when they began."""
        params = {
            "agent": agent,
            "status": [status] if isinstance(status, str) else list(status or ()),
            "since": since.isoformat() if since else None,
            "until": until.isoformat() if until else None,
            "trigger": trigger,
            "page": page,
            "page_size": page_size,
        }
        return self._transport.ask(PageView[RunView], "GET", "/runs", params=params)

    def cancel_many(self, run_ids: Sequence[str]) -> OutcomesView:
        """Each for itself: what went wrong with one stops no other."""
        wanted = {"action": "cancel", "ids": list(run_ids)}
        return self._transport.ask(OutcomesView, "POST", "/runs/bulk", json=wanted)

    def delete_many(self, run_ids: Sequence[str]) -> OutcomesView:
        """Ended runs with all their events, each for itself."""
        wanted = {"action": "delete", "ids": list(run_ids)}
        return self._transport.ask(OutcomesView, "POST", "/runs/bulk", json=wanted)

    def steps(
        self, run_id: str, *, node: str | None = None, page: int = 1, page_size: int = 50
    ) -> PageView[StepView]:
        return self._transport.ask(
            PageView[StepView],
            "GET",
            f"/runs/{run_id}/steps",
            params={"node": node, "page": page, "page_size": page_size},
        )

    def cancel(self, run_id: str) -> RunView:
        return self._transport.ask(RunView, "POST", f"/runs/{run_id}/cancel")

    def retry(self, run_id: str, begin: Literal["failed", "start"] | None = None) -> RunView:
        """A new run of the same version and inputs, from the failed steps or from the start.

        Left out, a failed run begins at its failed steps, others at the start.
        """
        wanted = {} if begin is None else {"from": begin}
        return self._transport.ask(RunView, "POST", f"/runs/{run_id}/retry", json=wanted)

    def fork(
        self,
        run_id: str,
        *,
        from_node: str | None = None,
        from_step: tuple[str, int] | None = None,
        inputs: Mapping[str, Any] | None = None,
        constants: Mapping[str, Mapping[str, Any]] | None = None,
        version: Literal["draft", "published"] | int | None = None,
    ) -> RunView:
        """A new run that keeps the recorded results which still hold, and makes the rest again.

        `from_node` is a path such as `add` or `each[2]/add`, `from_step` one firing of a node;
        `constants` are by node and pin.
        """
        wanted: dict[str, Any] = {
            "from_node": from_node,
            "inputs": dict(inputs or {}),
            "constants": {node: dict(pins) for node, pins in (constants or {}).items()},
            "version": version,
        }
        if from_step is not None:
            wanted["from_step"] = {"node": from_step[0], "iteration": from_step[1]}
        return self._transport.ask(RunView, "POST", f"/runs/{run_id}/fork", json=wanted)

    def state(self, run_id: str, at: int | None = None) -> RunStateView:
        """The run as it stood right after an event, by its id; without one, as it stands now."""
        return self._transport.ask(RunStateView, "GET", f"/runs/{run_id}/state", params={"at": at})

    def compare(self, run_id: str, other: str) -> ComparisonView:
        """The steps in which another run differs from this one."""
        return self._transport.ask(
            ComparisonView, "GET", f"/runs/{run_id}/compare", params={"with": other}
        )

    def resume(self, run_id: str, limits: Mapping[str, float] | None = None) -> RunView:
        return self._transport.ask(
            RunView, "POST", f"/runs/{run_id}/resume", json={"limits": dict(limits or {})}
        )

    def pause(self, run_id: str) -> RunView:
        """Steps in flight finish, then the run waits for `resume`."""
        return self._transport.ask(RunView, "POST", f"/runs/{run_id}/pause")

    def signal(
        self, run_id: str, name: str, data: Any = None, *, once: str | None = None
    ) -> RunView:
        """Sends a message to a run; the second with the same `once` changes nothing."""
        return self._transport.ask(
            RunView,
            "POST",
            f"/runs/{run_id}/signals",
            json={"name": name, "data": data, "once": once},
        )

    def archive(self, run_id: str) -> Generator[bytes]:
        """The run as JSON lines, in pieces. Raises `ApiError` and `Unreachable`."""
        try:
            with self._transport.stream(f"/runs/{run_id}/archive", timeout=30) as response:
                for piece in response.iter_bytes():
                    yield piece
        except httpx2.TransportError as error:
            raise self._transport.unreachable(error) from error

    def delete(self, run_id: str) -> None:
        """Removes an ended run with all its events."""
        self._transport.send("DELETE", f"/runs/{run_id}")

    def events(self, run_id: str, after: int = 0) -> Generator[Event]:
        """What happens in a run, until it ends; broken connections are taken up again."""
        return follow(self._transport, run_id, after)

    def wait(self, run_id: str, timeout: float | None = None) -> RunView:
        """The run once it has ended, or stands still until somebody does something about it.

        Raises `TimeoutError`.

        Follows the event stream, and asks once a second where streams do not get through.
        """
        deadline = Deadline(timeout)
        try:
            for event in follow(self._transport, run_id, 0, deadline):
                if event.kind in _TURNS:
                    if _stands(run := self.get(run_id)):
                        return run
                    if event.kind == "run_paused":
                        break  # steps in flight finish first, and no event tells
        except Unreachable:
            pass  # asking below raises if there really is no server
        while True:
            if _stands(run := self.get(run_id)):
                return run
            deadline.pause(_POLL)


def _stands(run: RunView) -> bool:
    if run.status is not RunStatus.WAITING:
        return run.status in ENDED
    return any(wait.kind not in _PASSING for wait in run.waiting_for)
