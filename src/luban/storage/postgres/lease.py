"""How long a worker may be silent before others may take its runs, and how long it has been."""

from __future__ import annotations

from luban.ports.clock import Clock

DEFAULT_LEASE = 10.0
_CERTAIN = 0.8
"""The part of a lease in which a worker need not fear that somebody declared it dead."""


class Lease:
    """Shared by the queue and the journal of one worker, which both renew it.

    The database's clock alone decides when a lease is over. A worker only measures how long ago it
    asked for the last renewal that it knows of, so clocks that differ do no harm.
    """

    def __init__(self, seconds: float, clock: Clock) -> None:
        self.seconds = seconds
        self.rhythm = seconds / 3
        self._clock = clock
        self._renewed_at = -seconds

    def now(self) -> float:
        return self._clock.monotonic()

    def renewed(self, asked_at: float) -> None:
        """A renewal that was asked for at this moment of `now` was granted."""
        self._renewed_at = max(self._renewed_at, asked_at)

    @property
    def age(self) -> float:
        return self._clock.monotonic() - self._renewed_at

    @property
    def doubtful(self) -> bool:
        """Whether somebody may have declared this worker dead."""
        return self.age > _CERTAIN * self.seconds
