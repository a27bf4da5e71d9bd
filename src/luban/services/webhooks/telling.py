"""What a webhook is told: one event, and how its run stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from luban.model.ids import new_id
from luban.model.run import Run
from luban.model.spending import known_usd
from luban.model.values import encode
from luban.model.views import moment
from luban.ports.webhooks import TEST_EVENT, Delivery, Happening, Webhook

_MOST = 64 << 10
"""Bytes of outputs that are sent along; whoever wants more asks for the run."""


def deliveries_of(
    happening: Happening, run: Run | None, webhooks: Sequence[Webhook]
) -> list[Delivery]:
    """One for each webhook that wants it; each has an id of its own, which receivers compare."""
    agent = run.agent_id if run else ""
    wanting = [each for each in webhooks if each.wants(happening.event, agent)]
    if not wanting:
        return []
    body = _body(happening.event, happening.at, _facts(happening, run))
    return [_delivery(each, happening.event, body, happening.at) for each in wanting]


def test_delivery(webhook: Webhook, at: float) -> Delivery:
    """What is sent to try a webhook."""
    facts = {"webhook_id": webhook.id, "message": "Luban can reach this address."}
    return _delivery(webhook, TEST_EVENT, _body(TEST_EVENT, at, facts), at)


def _delivery(webhook: Webhook, event: str, body: bytes, at: float) -> Delivery:
    return Delivery(
        id=new_id("msg"),
        owner=webhook.owner,
        webhook=webhook.id,
        event=event,
        body=body,
        next_at=at,
        created_at=at,
    )


def _body(event: str, at: float, facts: dict[str, Any]) -> bytes:
    return encode({"type": event, "timestamp": moment(at), "data": facts})


def _facts(happening: Happening, run: Run | None) -> dict[str, Any]:
    facts: dict[str, Any] = {"run_id": happening.run, "team_id": happening.owner}
    if run is None:  # it was deleted before anybody came to tell of it
        return facts
    facts |= {
        "agent_id": run.agent_id,
        "agent_name": run.agent_name,
        "version": run.version,
        "trigger": run.trigger,
        "created_at": moment(run.created_at),
        "started_at": None if run.started_at is None else moment(run.started_at),
    }
    if happening.event == "run.waiting":
        kinds = [{"kind": each.get("kind"), "node": each.get("node")} for each in _waits(happening)]
        return facts | {"waiting_for": kinds}
    if happening.event == "run.started":
        return facts
    error = None
    if run.error is not None:
        error = {name: run.error.get(name) for name in ("code", "message", "node", "block")}
    large = len(encode(run.outputs)) > _MOST
    return facts | {
        "ended_at": None if run.ended_at is None else moment(run.ended_at),
        "steps": run.steps,
        "tokens": run.tokens,
        "usd": known_usd(run.usd, run.unpriced),
        "unpriced": run.unpriced,
        "outputs": None if large else run.outputs,
        "outputs_left_out": large,
        "error": error,
    }


def _waits(happening: Happening) -> list[dict[str, Any]]:
    return [each for each in happening.waiting_for if isinstance(each, dict)]
