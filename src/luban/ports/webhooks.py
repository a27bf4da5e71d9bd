"""Outgoing webhooks: addresses that are told of events, and what became of each telling."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict

from luban.model.run import Run
from luban.ports.stores import Page, Slice
from luban.ports.vault import Sealed, SealedRecords

EVENTS = ("run.started", "run.waiting", "run.completed", "run.failed", "run.cancelled")
"""What there is to be told of."""
TEST_EVENT = "webhook.test"

DeliveryStatus = Literal["waiting", "delivered", "dead"]


class Webhook(BaseModel):
    """An address of an owner, without its signing secret. Empty `agents` are all of them.

    `failing_since` is when the first attempt failed after the last that did not.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    owner: str
    name: str = ""
    url: str
    events: tuple[str, ...] = EVENTS
    agents: tuple[str, ...] = ()
    enabled: bool = True
    disabled_because: str = ""
    failing_since: float | None = None
    made_by: str = ""
    created_at: float
    updated_at: float

    def wants(self, event: str, agent_id: str) -> bool:
        return self.enabled and event in self.events and agent_id in (self.agents or (agent_id,))


class Happening(NamedTuple):
    """Something that happened to a run of an owner with webhooks."""

    owner: str
    run: str
    event: str
    waiting_for: list[Any]
    at: float


class Delivery(BaseModel):
    """One event for one webhook. `answer` is what the last attempt met with."""

    model_config = ConfigDict(frozen=True)

    id: str
    owner: str
    webhook: str
    event: str
    body: bytes
    status: DeliveryStatus = "waiting"
    attempts: int = 0
    next_at: float | None = None
    answer: Mapping[str, Any] | None = None
    created_at: float
    ended_at: float | None = None


Render = Callable[[Happening, Run | None, Sequence[Webhook]], list[Delivery]]
"""The deliveries that come of a happening, for those of an owner's webhooks that want it."""


class WebhookStore(SealedRecords, Protocol):
    """Webhooks, what is to be told, and the log of what was."""

    async def create(self, webhook: Webhook, secret: Sealed) -> None: ...

    async def find(self, owner: str, webhook_id: str) -> Webhook | None: ...

    async def secret(self, owner: str, webhook_id: str) -> Sealed | None: ...

    async def list(self, owner: str, part: Slice) -> Page[Webhook]: ...

    async def change(
        self,
        owner: str,
        webhook_id: str,
        decide: Callable[[Webhook], Webhook],
        secret: Sealed | None = None,
    ) -> Webhook | None:
        """Replaces a webhook by what it should be, with nobody in between; `None` if it is gone."""
        ...

    async def delete(self, owner: str, webhook_id: str) -> bool: ...

    async def add(self, delivery: Delivery) -> None: ...

    async def spread(self, render: Render, limit: int) -> int:
        """Makes deliveries of what happened, each happening once; how many happenings.

        The happening goes and its deliveries come in one transaction.
        """
        ...

    async def due(self, now: float) -> bool:
        """Whether there is anything to spread or to send; asked often, so it must be cheap."""
        ...

    async def claim(self, now: float, until: float, limit: int, each: int) -> list[Delivery]:
        """Deliveries to be attempted now, at most `each` for one webhook, counted as attempts.

        Nobody else gets them before `until`: whoever took them may have died.
        """
        ...

    async def settle(self, delivery: Delivery) -> None:
        """What became of an attempt, unless the delivery was taken up again meanwhile."""
        ...

    async def deliveries(
        self, owner: str, webhook_id: str, part: Slice, *, status: DeliveryStatus | None = None
    ) -> Page[Delivery]:
        """Newest first."""
        ...

    async def find_delivery(self, owner: str, delivery_id: str) -> Delivery | None: ...

    async def redeliver(self, owner: str, delivery_id: str, now: float) -> bool:
        """Begins anew with a delivery that is over, under its own id."""
        ...

    async def forget(self, before: float, most: int) -> int:
        """Removes deliveries that ended earlier, and of each webhook those beyond the newest."""
        ...
