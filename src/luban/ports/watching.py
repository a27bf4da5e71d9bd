"""Who counts and follows requests: what the rings around the API tell, and to whom."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from luban.ports.limits import LimitUse
from luban.ports.overview import QueueDepth, WorkerRow


class Span(Protocol):
    """A piece of a trace that goes on."""

    def tell(self, name: str, **facts: Any) -> None:
        """Gives it its name, and what is known of it by now."""
        ...


class Watcher(Protocol):
    """Is told of every request."""

    def began(self) -> None: ...

    def record_request(
        self, method: str, endpoint: str, status: int, duration: float | None
    ) -> None:
        """`endpoint` is the address as the route has it; `status` 0 is one nobody waited for.

        `duration` is until the answer began, `None` where it was held back on purpose.
        """
        ...

    def span(self, parent: str) -> AbstractContextManager[Span]:
        """A span around the request; `parent` is its header `traceparent`, if it has one."""
        ...


class Collector(Protocol):
    """What is counted in this process, and the text that Prometheus reads."""

    def know(
        self, now: float, depth: QueueDepth, workers: list[WorkerRow], uses: Sequence[LimitUse]
    ) -> None:
        """What is asked of the store and of the limits of providers, once in a while."""
        ...

    def know_findings(self, count: int) -> None: ...

    def text(self) -> bytes: ...
