"""Every ring around the routes, in the order a request meets them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from starlette.types import ASGIApp

from luban.api.auditing import Audited
from luban.api.body_limit import JSON_LIMIT, BodyLimit
from luban.api.caller import Identified, Identify
from luban.api.cors import Cors
from luban.api.envelope import Envelope
from luban.api.forwarded import Forwarded, Network
from luban.api.idempotency import Idempotency
from luban.api.metrics_door import MetricsDoor
from luban.api.origins import Origins
from luban.api.rate_limit import AccountLimited, RateLimited, RefusalLimited
from luban.api.request_bounds import TIMEOUT, HeadBounds, JsonBounds, TimeBounds
from luban.api.revisions import Revisions
from luban.api.watched import Known, Watched
from luban.services.house import House


@dataclass(frozen=True)
class Door:
    """What an administrator decided about who comes in and how."""

    hosts: Iterable[str] = ()
    """Further names this server answers to."""
    origins: Iterable[str] = ()
    """Pages of other sites that may use it from a browser."""
    proxies: Iterable[Network] = ()
    """Whose word counts for where a request came from."""
    seconds: float = TIMEOUT
    json_limit: int = JSON_LIMIT
    metrics_token: str = field(default="", repr=False)
    """What opens /metrics without an account."""


def guarded(app: ASGIApp, house: House, identify: Identify, door: Door) -> ASGIApp:
    """The application behind its door.

    What costs nothing comes first; who asks is known before they are counted, they are counted
    before anything of the body is read, and the body is whole before it is looked into.
    """
    limits = house.rate_limits
    for ring in (
        Revisions,
        lambda inner: Idempotency(inner, house.replies),
        lambda inner: AccountLimited(inner, limits),
        JsonBounds,
        lambda inner: BodyLimit(
            inner, file_limit=house.about["upload_limit"], json_limit=door.json_limit
        ),
        lambda inner: RateLimited(inner, limits),
        Known,
        lambda inner: Identified(inner, identify),
        lambda inner: Audited(inner, house.audit),
        lambda inner: RefusalLimited(inner, limits),
        lambda inner: Origins(inner, door.hosts, door.origins),
        lambda inner: TimeBounds(inner, door.seconds),
        HeadBounds,
        lambda inner: MetricsDoor(inner, house.meters, door.metrics_token),
        lambda inner: Watched(inner, house.watcher),
        Envelope,
        lambda inner: Cors(inner, door.origins),
        lambda inner: Forwarded(inner, door.proxies),
    ):
        app = ring(app)
    return app
