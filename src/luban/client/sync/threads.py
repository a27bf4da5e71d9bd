# Generated from luban/client/threads.py by ./run fix.

"""Conversations with agents, through the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luban.client.sync.transport import Transport
from luban.model.thread_views import ThreadDetailView, ThreadMessageView, ThreadView, TurnView
from luban.model.views import PageView


class Threads:
    """The conversations of a server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, agent: str = "", *, model: str = "", title: str = "") -> ThreadView:
        """With an agent, by id or name, or else with a model; without both, the default one."""
        wanted = {"agent": agent, "model": model, "title": title}
        return self._transport.ask(ThreadView, "POST", "/threads", json=wanted)

    def list(
        self,
        *,
        search: str | None = None,
        agent: str | None = None,
        archived: bool = False,
        page: int = 1,
        page_size: int = 50,
    ) -> PageView[ThreadView]:
        """Pinned ones first, then those in which something was said last."""
        params = {
            "search": search,
            "agent": agent,
            "archived": archived,
            "page": page,
            "page_size": page_size,
        }
        return self._transport.ask(PageView[ThreadView], "GET", "/threads", params=params)

    def get(self, thread_id: str) -> ThreadDetailView:
        """With the messages of the branch that is looked at, each as it stands now."""
        return self._transport.ask(ThreadDetailView, "GET", f"/threads/{thread_id}")

    def change(self, thread_id: str, **changes: Any) -> ThreadView:
        """What is to be different: `title pinned archived agent model shown`."""
        return self._transport.ask(ThreadView, "PATCH", f"/threads/{thread_id}", json=changes)

    def delete(self, thread_id: str) -> None:
        self._transport.send("DELETE", f"/threads/{thread_id}")

    def say(
        self,
        thread_id: str,
        text: str,
        *,
        files: Sequence[Mapping[str, Any]] = (),
        edits: str | None = None,
        key: str | None = None,
    ) -> TurnView:
        """The message and the answer on its way; saying it twice with one `key` says it once.

        Follow `answer.run_id` with `runs.events`.
        """
        headers = {} if key is None else {"idempotency-key": key}
        said = {"text": text, "files": [dict(each) for each in files], "edits": edits}
        return self._transport.ask(
            TurnView, "POST", f"/threads/{thread_id}/messages", json=said, headers=headers
        )

    def retry(
        self, thread_id: str, message_id: str, *, agent: str = "", model: str = ""
    ) -> ThreadMessageView:
        """Another answer beside one there is, by another agent or model if one is named."""
        return self._transport.ask(
            ThreadMessageView,
            "POST",
            f"/threads/{thread_id}/messages/{message_id}/retry",
            json={"agent": agent, "model": model},
        )

    def stop(self, thread_id: str) -> ThreadMessageView:
        """Ends the answer that is on its way; what was written of it is kept."""
        return self._transport.ask(ThreadMessageView, "POST", f"/threads/{thread_id}/stop")
