"""`/webhooks` and `/deliveries`: where events are sent, and what became of each."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from luban.api.caller import Owner, TheCaller, TheHouse, needs
from luban.api.paging import Part, paged
from luban.model.values import decode
from luban.model.views import PageView, moment
from luban.model.watching_views import AnswerView, DeliveryView, WebhookView
from luban.ports.webhooks import EVENTS, Delivery, Webhook
from luban.services.webhooks import Chosen, WebhookDraft

router = APIRouter(tags=["webhooks"])

Event = Literal["run.started", "run.waiting", "run.completed", "run.failed", "run.cancelled"]


class NewWebhook(BaseModel):
    """Where to, and of what; without `agents` of all of them."""

    url: str = Field(min_length=1, max_length=2000)
    name: str = Field(default="", max_length=200)
    events: list[Event] = Field(default_factory=lambda: list(EVENTS))  # type: ignore[arg-type]
    agents: list[str] = Field(default_factory=list)
    enabled: bool = True


class ChangedWebhook(BaseModel):
    """What is given is changed; `new_secret` replaces the secret, the old one signs a day more."""

    url: str | None = Field(default=None, min_length=1, max_length=2000)
    name: str | None = Field(default=None, max_length=200)
    events: list[Event] | None = None
    agents: list[str] | None = None
    enabled: bool | None = None
    new_secret: bool = False


@router.get("/webhooks", dependencies=[needs("webhook.read")])
async def list_webhooks(house: TheHouse, owner: Owner, part: Part) -> PageView[WebhookView]:
    return paged(await house.webhooks.list(owner, part), part, _view)


@router.post("/webhooks", dependencies=[needs("webhook.write")], status_code=201)
async def create_webhook(
    house: TheHouse, owner: Owner, caller: TheCaller, new: NewWebhook
) -> WebhookView:
    """The answer holds the signing secret, this once."""
    draft = WebhookDraft(**new.model_dump())
    return _shown(await house.webhooks.create(owner, draft, made_by=caller.user))


@router.get("/webhooks/{webhook_id}", dependencies=[needs("webhook.read")])
async def get_webhook(house: TheHouse, owner: Owner, webhook_id: str) -> WebhookView:
    return _view(await house.webhooks.get(owner, webhook_id))


@router.patch("/webhooks/{webhook_id}", dependencies=[needs("webhook.write")])
async def change_webhook(
    house: TheHouse, owner: Owner, webhook_id: str, change: ChangedWebhook
) -> WebhookView:
    draft = WebhookDraft(**change.model_dump(exclude={"new_secret"}))
    return _shown(
        await house.webhooks.change(owner, webhook_id, draft, new_secret=change.new_secret)
    )


@router.delete("/webhooks/{webhook_id}", dependencies=[needs("webhook.write")], status_code=204)
async def delete_webhook(house: TheHouse, owner: Owner, webhook_id: str) -> None:
    """With the log of its deliveries."""
    await house.webhooks.delete(owner, webhook_id)


@router.post("/webhooks/{webhook_id}/test", dependencies=[needs("webhook.write")], status_code=202)
async def test_webhook(house: TheHouse, owner: Owner, webhook_id: str) -> DeliveryView:
    """Sends an event `webhook.test`; look at its delivery for what came of it."""
    return _delivery(await house.webhooks.test(owner, webhook_id))


@router.get("/webhooks/{webhook_id}/deliveries", dependencies=[needs("webhook.read")])
async def list_deliveries(
    house: TheHouse,
    owner: Owner,
    webhook_id: str,
    part: Part,
    status: Annotated[Literal["waiting", "delivered", "dead"] | None, Query()] = None,
) -> PageView[DeliveryView]:
    """Newest first; those that are over are kept for 30 days, at most 1,000 of a webhook."""
    found = await house.webhooks.deliveries(owner, webhook_id, part, status=status)
    return paged(found, part, _delivery)


@router.post(
    "/deliveries/{delivery_id}/redeliver", dependencies=[needs("webhook.write")], status_code=202
)
async def redeliver(house: TheHouse, owner: Owner, delivery_id: str) -> DeliveryView:
    """Begins anew with one that is over, under the same id."""
    return _delivery(await house.webhooks.redeliver(owner, delivery_id))


def _shown(chosen: Chosen) -> WebhookView:
    return _view(chosen.webhook).model_copy(update={"secret": chosen.secret})


def _view(webhook: Webhook) -> WebhookView:
    return WebhookView.model_validate(
        webhook.model_dump(exclude={"owner"})
        | {
            "failing_since": _moment(webhook.failing_since),
            "created_at": moment(webhook.created_at),
            "updated_at": moment(webhook.updated_at),
        }
    )


def _delivery(delivery: Delivery) -> DeliveryView:
    answer = delivery.answer
    return DeliveryView(
        id=delivery.id,
        webhook_id=delivery.webhook,
        event=delivery.event,
        status=delivery.status,
        attempts=delivery.attempts,
        next_at=_moment(delivery.next_at),
        answer=AnswerView.model_validate({**answer, "at": moment(answer["at"])})
        if answer
        else None,
        body=decode(delivery.body),
        created_at=moment(delivery.created_at),
        ended_at=_moment(delivery.ended_at),
    )


def _moment(at: float | None) -> str | None:
    return None if at is None else moment(at)
