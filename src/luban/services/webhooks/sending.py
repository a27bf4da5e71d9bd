"""Sends what webhooks want, from any process, until it arrives or is given up."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter
from typing import Any, NamedTuple

from luban.engine.findings import Findings, seen
from luban.model.errors import LubanError
from luban.model.finding import Remark, Severity
from luban.ports.clock import Clock
from luban.ports.vault import Sealing
from luban.ports.webhooks import Delivery, Webhook, WebhookStore
from luban.sdk.http import Http
from luban.services.webhooks.choosing import place_of
from luban.services.webhooks.retrying import Verdict, judge
from luban.services.webhooks.signing import headers, unpacked
from luban.services.webhooks.telling import deliveries_of

log = logging.getLogger(__name__)

DAY = 86_400.0
FAILING_DAYS = 5
"""Days of nothing but failures after which a webhook is switched off."""
KEPT_DAYS, KEPT = 30, 1000
"""How long, and how many of each webhook, deliveries that are over are kept."""
_AT_ONCE, _EACH = 16, 4
_PATIENCE = 15.0
_LEASE = 60.0
"""Seconds after which a delivery that was taken is anybody's again; longer than any attempt."""
_SPREAD_AT_ONCE = 200
_POLL = 1.0
_CLEAN = 3600.0
_SHOWN = 500

SWITCHED_OFF = Remark(
    "webhook_switched_off",
    "The webhook `{name}` was switched off: {why}.",
    "Webhook“{name}”已被停用：{why_zh}。",
    "Repair its receiver, then switch it on again and redeliver what is dead.",
    "请修复其接收端，再重新启用它，并重新投递失败的内容。",
    Severity.WARNING,
)


class _Met(NamedTuple):
    """What an attempt met with."""

    status: int | None
    text: str
    wait: float | None = None


class Sending:
    """Of any number of processes each delivery is attempted by one; `called` makes it look."""

    def __init__(
        self,
        store: WebhookStore,
        sealing: Sealing,
        http: Http,
        clock: Clock,
        findings: Findings,
        called: asyncio.Event,
        *,
        counted: Callable[[str], None] = lambda outcome: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._sealing = sealing
        self._http = http
        self._clock = clock
        self._findings = findings
        self._counted = counted
        self._chance = chance
        self._called = called
        self._under_way: set[asyncio.Task[None]] = set()
        self._cleaned: float | None = None

    async def go_on(self) -> None:
        """Sends until it is cancelled; attempts under way are then others' after their lease."""
        try:
            while True:
                self._called.clear()
                try:
                    await self._pass()
                except LubanError as error:
                    log.warning("webhooks wait: %s", error)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._called.wait(), _POLL)
        finally:
            for task in self._under_way:
                task.cancel()

    async def send_due(self) -> int:
        """Makes what happened into deliveries and attempts all that are due; how many."""
        await self._spread()
        sent = 0
        while claimed := await self._claim(_AT_ONCE):
            await asyncio.gather(*(self._attempt(each) for each in claimed))
            sent += len(claimed)
        return sent

    async def clean(self) -> int:
        """Forgets what is over and old."""
        return await self._store.forget(self._clock.now() - KEPT_DAYS * DAY, KEPT)

    async def _pass(self) -> None:
        now = self._clock.monotonic()
        if self._cleaned is None or now - self._cleaned >= _CLEAN:
            self._cleaned = now
            await self.clean()
        if not await self._store.due(self._clock.now()):
            return
        await self._spread()
        while (free := _AT_ONCE - len(self._under_way)) > 0:
            claimed = await self._claim(free)
            if not claimed:
                return
            for each in claimed:
                task = asyncio.create_task(self._attempt(each))
                self._under_way.add(task)
                task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._called.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("what became of a delivery could not be stored: %s", error)

    async def _spread(self) -> None:
        while await self._store.spread(deliveries_of, _SPREAD_AT_ONCE) == _SPREAD_AT_ONCE:
            pass

    async def _claim(self, limit: int) -> list[Delivery]:
        now = self._clock.now()
        return await self._store.claim(now, now + _LEASE, limit, _EACH)

    async def _attempt(self, delivery: Delivery) -> None:
        webhook = await self._store.find(delivery.owner, delivery.webhook)
        if webhook is None:
            return  # it was deleted, and its deliveries with it
        began = perf_counter()
        met = await self._met(webhook, delivery)
        seconds = round(perf_counter() - began, 3)
        now = self._clock.now()
        verdict = judge(delivery.attempts, met.status, self._chance(), asked_to_wait=met.wait)
        answer = {"status": met.status, "text": met.text, "seconds": seconds, "at": now}
        waits = verdict.status == "waiting"
        await self._store.settle(
            delivery.model_copy(
                update={
                    "status": verdict.status,
                    "next_at": now + verdict.again_in if waits else None,
                    "answer": answer,
                    "ended_at": None if waits else now,
                }
            )
        )
        self._counted(verdict.status if not waits else "failed")
        await self._keep_account(webhook, verdict, now)

    async def _met(self, webhook: Webhook, delivery: Delivery) -> _Met:
        """The answer, or in words why there is none."""
        if not webhook.enabled and delivery.event != "webhook.test":
            return _Met(None, "the webhook is switched off")
        try:
            sealed = await self._store.secret(webhook.owner, webhook.id)
            if sealed is None:
                return _Met(None, "it has no secret")
            kept = unpacked(self._sealing.open(sealed, *place_of(webhook)))
            now = self._clock.now()
            answer = await self._http.request(
                "POST",
                webhook.url,
                headers={
                    "content-type": "application/json",
                    "user-agent": "Luban-Webhooks/1",
                    **headers(delivery.id, int(now), delivery.body, kept.valid(now)),
                },
                content=delivery.body,
                timeout=_PATIENCE,
                max_bytes=1 << 20,
                follow_redirects=False,
            )
        except LubanError as error:
            return _Met(None, str(error)[:_SHOWN])
        except Exception as error:  # noqa: BLE001 (whatever refuses an address is its answer)
            return _Met(None, f"{type(error).__name__}: {error}"[:_SHOWN])
        return _Met(answer.status, answer.text[:_SHOWN], _asked(answer.headers.get("retry-after")))

    async def _keep_account(self, webhook: Webhook, verdict: Verdict, now: float) -> None:
        """Since when it fails, and whether it has failed for long enough."""
        if verdict.status == "delivered" and webhook.failing_since is None:
            return
        if verdict.status != "delivered" and webhook.failing_since is not None:
            long = now - webhook.failing_since >= FAILING_DAYS * DAY
            if not (long or verdict.gone):
                return
        after = await self._store.change(
            webhook.owner, webhook.id, lambda before: _accounted(before, verdict, now)
        )
        if after is not None and webhook.enabled and not after.enabled:
            self._tell(after, now)

    def _tell(self, webhook: Webhook, now: float) -> None:
        why, why_zh = _WHY[webhook.disabled_because]
        finding = SWITCHED_OFF.at(name=webhook.name or webhook.id, why=why, why_zh=why_zh)
        self._findings.note(seen(finding, since=now, now=now, block=webhook.id))


_WHY = {
    "gone": ("its receiver answered that it is gone", "其接收端答复它已不存在"),
    "failing": (
        f"nothing has arrived for {FAILING_DAYS} days",
        f"连续 {FAILING_DAYS} 天没有成功投递",
    ),
}


def _accounted(webhook: Webhook, verdict: Verdict, now: float) -> Webhook:
    if verdict.status == "delivered":
        return webhook.model_copy(update={"failing_since": None})
    since = now if webhook.failing_since is None else webhook.failing_since
    update: dict[str, Any] = {"failing_since": since}
    if webhook.enabled and (verdict.gone or now - since >= FAILING_DAYS * DAY):
        why = "gone" if verdict.gone else "failing"
        update |= {"enabled": False, "disabled_because": why}
    return webhook.model_copy(update=update)


def _asked(header: str | None) -> float | None:
    """How long the receiver asks to wait, where it says so in seconds."""
    text = (header or "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
