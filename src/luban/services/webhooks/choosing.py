"""Which addresses are told of what: made, changed, tried and looked at by their owners."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from luban.model.errors import InvalidValue, LubanError, NotFound
from luban.model.ids import new_id
from luban.ports.clock import Clock
from luban.ports.stores import Page, Slice
from luban.ports.vault import Sealing
from luban.ports.webhooks import EVENTS, Delivery, DeliveryStatus, Webhook, WebhookStore
from luban.services.webhooks.signing import Secrets, new_secret, packed, unpacked
from luban.services.webhooks.telling import test_delivery

DAY = 86_400.0
_LONGEST = 2000
_MOST = 100
_MOST_AGENTS = 200


class TooManyWebhooks(LubanError):
    """An owner has as many webhooks as allowed."""

    code = "too_many_webhooks"
    status = 409
    en = "There are already {count} webhooks, and {most} are allowed. Delete one first."
    zh = "已有 {count} 个 Webhook，上限为 {most}。请先删除一个。"


class DeliveryUnderWay(LubanError):
    """A delivery that is still being attempted is not begun anew."""

    code = "delivery_under_way"
    status = 409
    en = "The delivery `{name}` is still being attempted; the next attempt comes by itself."
    zh = "投递“{name}”仍在尝试中，下一次尝试会自动进行。"


class WebhookDraft(NamedTuple):
    """What a webhook is to be; `None` leaves it as it is."""

    name: str | None = None
    url: str | None = None
    events: Sequence[str] | None = None
    agents: Sequence[str] | None = None
    enabled: bool | None = None


class Chosen(NamedTuple):
    """A webhook, and its new secret when it got one: it is shown this once."""

    webhook: Webhook
    secret: str | None = None


class Webhooks:
    """The webhooks of owners. `nudge` is called when there is something to send."""

    def __init__(
        self, store: WebhookStore, sealing: Sealing, clock: Clock, nudge: Callable[[], None]
    ) -> None:
        self._store = store
        self._sealing = sealing
        self._clock = clock
        self._nudge = nudge

    async def create(self, owner: str, draft: WebhookDraft, made_by: str = "") -> Chosen:
        """Raises `InvalidValue` and `TooManyWebhooks`."""
        count = (await self._store.list(owner, Slice(1, 1))).total
        if count >= _MOST:
            raise TooManyWebhooks(count=count, most=_MOST)
        now, secret = self._clock.now(), new_secret()
        webhook = Webhook(
            id=new_id("wh"),
            owner=owner,
            url=draft.url or "",
            made_by=made_by,
            created_at=now,
            updated_at=now,
        )
        webhook = _changed(webhook, draft._replace(url=draft.url or ""), now)
        sealed = self._sealing.seal(packed(Secrets(secret)), *place_of(webhook))
        await self._store.create(webhook, sealed)
        return Chosen(webhook, secret)

    async def get(self, owner: str, webhook_id: str) -> Webhook:
        """Raises `NotFound`."""
        webhook = await self._store.find(owner, webhook_id)
        if webhook is None:
            raise _none("webhook", "Webhook", webhook_id)
        return webhook

    async def list(self, owner: str, part: Slice) -> Page[Webhook]:
        return await self._store.list(owner, part)

    async def change(
        self, owner: str, webhook_id: str, draft: WebhookDraft, *, new_secret: bool = False
    ) -> Chosen:
        """Switched on again, its failures are forgotten; a replaced secret signs for a day more.

        Raises `NotFound` and `InvalidValue`.
        """
        webhook, now = await self.get(owner, webhook_id), self._clock.now()
        _changed(webhook, draft, now)  # what is wrong is said before anything is written
        secrets = await self._rotated(webhook, now) if new_secret else None
        sealed = (
            None if secrets is None else self._sealing.seal(packed(secrets), *place_of(webhook))
        )
        changed = await self._store.change(
            owner, webhook_id, lambda before: _changed(before, draft, now), sealed
        )
        if changed is None:
            raise _none("webhook", "Webhook", webhook_id)
        return Chosen(changed, secrets.now if secrets else None)

    async def _rotated(self, webhook: Webhook, now: float) -> Secrets:
        sealed = await self._store.secret(webhook.owner, webhook.id)
        if sealed is None:
            return Secrets(new_secret())
        try:
            before = unpacked(self._sealing.open(sealed, *place_of(webhook)))
        except LubanError:  # the key is lost, or the record spoilt: this is the way out
            return Secrets(new_secret())
        return before.rotated(now + DAY)

    async def delete(self, owner: str, webhook_id: str) -> None:
        """With all its deliveries. Raises `NotFound`."""
        if not await self._store.delete(owner, webhook_id):
            raise _none("webhook", "Webhook", webhook_id)

    async def test(self, owner: str, webhook_id: str) -> Delivery:
        """Sends a test event. Raises `NotFound`."""
        delivery = test_delivery(await self.get(owner, webhook_id), self._clock.now())
        await self._store.add(delivery)
        self._nudge()
        return delivery

    async def deliveries(
        self, owner: str, webhook_id: str, part: Slice, *, status: DeliveryStatus | None = None
    ) -> Page[Delivery]:
        """Newest first. Raises `NotFound`."""
        await self.get(owner, webhook_id)
        return await self._store.deliveries(owner, webhook_id, part, status=status)

    async def delivery(self, owner: str, delivery_id: str) -> Delivery:
        """Raises `NotFound`."""
        found = await self._store.find_delivery(owner, delivery_id)
        if found is None:
            raise _none("delivery", "投递", delivery_id)
        return found

    async def redeliver(self, owner: str, delivery_id: str) -> Delivery:
        """Begins anew with what was delivered or given up. Raises `NotFound`."""
        await self.delivery(owner, delivery_id)
        if not await self._store.redeliver(owner, delivery_id, self._clock.now()):
            raise DeliveryUnderWay(name=delivery_id)
        self._nudge()
        return await self.delivery(owner, delivery_id)


def place_of(webhook: Webhook) -> tuple[str, str, str]:
    """What the secret is bound to."""
    return "webhooks", webhook.id, webhook.owner


def _changed(webhook: Webhook, draft: WebhookDraft, now: float) -> Webhook:
    update: dict[str, Any] = {}
    if draft.name is not None:
        update["name"] = draft.name.strip()
    if draft.url is not None:
        update["url"] = _address(draft.url)
    if draft.events is not None:
        update["events"] = _events(draft.events)
    if draft.agents is not None:
        update["agents"] = _few(tuple(dict.fromkeys(draft.agents)))
    if draft.enabled is not None:
        update["enabled"] = draft.enabled
        if draft.enabled and not webhook.enabled:
            update |= {"disabled_because": "", "failing_since": None}
    return webhook.model_copy(update={**update, "updated_at": now} if update else {})


def _address(url: str) -> str:
    url = url.strip()
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        parts, known = urlsplit(""), False
    if not known or len(url) > _LONGEST or parts.fragment or any(each.isspace() for each in url):
        raise _wrong(
            "url",
            url[:100],
            "it must be an address that begins with https:// (or http://)",
            "必须是以 https://（或 http://）开头的地址",
        )
    if parts.username is not None or parts.password is not None:
        raise _wrong(
            "url",
            "•••",
            "it must not hold a user and a password: requests are signed instead",
            "不能包含用户名和密码：请求会带有签名",
        )
    return url


def _events(events: Sequence[str]) -> tuple[str, ...]:
    unknown = [each for each in events if each not in EVENTS]
    if unknown or not events:
        raise _wrong(
            "events",
            ", ".join(unknown),
            f"it must be some of {', '.join(EVENTS)}",
            f"必须是其中一些：{'、'.join(EVENTS)}",
        )
    return tuple(each for each in EVENTS if each in events)


def _few(agents: tuple[str, ...]) -> tuple[str, ...]:
    if len(agents) > _MOST_AGENTS:
        raise _wrong(
            "agents",
            len(agents),
            f"it must be at most {_MOST_AGENTS}; leave it empty for all",
            f"最多 {_MOST_AGENTS} 个；留空表示全部",
        )
    return agents


def _wrong(name: str, value: object, expected: str, expected_zh: str) -> InvalidValue:
    return InvalidValue(name=name, value=value, expected=expected, expected_zh=expected_zh)


def _none(what: str, what_zh: str, name: str) -> NotFound:
    details: Mapping[str, str] = {
        "way_out": "`luban webhook list` shows those there are.",
        "way_out_zh": "`luban webhook list` 会列出现有的。",
    }
    return NotFound(what=what, what_zh=what_zh, name=name, **details)
