"""From threads and messages to the views that travel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from luban.model.run import Run, RunStatus
from luban.model.spending import known_usd
from luban.model.thread_views import PinPlace, ThreadDetailView, ThreadMessageView, ThreadView
from luban.model.views import moment
from luban.ports.threads import Thread, ThreadMessage
from luban.services.threads import ThreadDetail


def thread_view(thread: Thread) -> ThreadView:
    return ThreadView(**_of_thread(thread))


def detail_view(detail: ThreadDetail) -> ThreadDetailView:
    messages = [message_view(each.message, each.run, each.beside) for each in detail.messages]
    return ThreadDetailView(**_of_thread(detail.thread), messages=messages)


def message_view(
    message: ThreadMessage, run: Run | None = None, beside: Sequence[str] = ()
) -> ThreadMessageView:
    """`run` is that of an answer on its way; one that was just begun is queued."""
    return ThreadMessageView(
        id=message.id,
        parent=message.parent,
        role=message.role,
        text=message.text,
        files=message.files,
        run_id=message.run,
        agent_id=message.agent,
        model=message.model,
        version=message.version,
        status=_status(message, run),
        error=message.error,
        waiting_for=run.waiting_for if run else [],
        streams=[PinPlace(node=node, pin=pin) for node, pin in message.streams],
        tokens=run.tokens if run else message.tokens,
        usd=known_usd(run.usd, run.unpriced) if run else message.usd,
        proposal=message.proposal,
        beside=list(beside) or [message.id],
        created_at=moment(message.created_at),
        ended_at=None if message.ended_at is None else moment(message.ended_at),
    )


def _status(message: ThreadMessage, run: Run | None) -> Any:
    if message.role == "user":
        return None
    if run is not None:
        return run.status
    return message.ending or RunStatus.QUEUED


def _of_thread(thread: Thread) -> dict[str, Any]:
    return {
        "id": thread.id,
        "title": thread.title,
        "agent_id": thread.agent,
        "model": thread.model,
        "pinned": thread.pinned,
        "archived": thread.archived,
        "created_at": moment(thread.created_at),
        "updated_at": moment(thread.updated_at),
    }
