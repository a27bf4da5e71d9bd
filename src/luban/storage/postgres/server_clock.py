"""What the server's clock says, as near as a process can know it without asking."""

from __future__ import annotations

from luban.ports.clock import Clock

_KEPT = 10.0
"""Seconds for which a reading is preferred to one that took longer."""


class ServerClock:
    """Goes on from the last reading by measuring durations only.

    So it does not matter what the clock of this machine says, nor when somebody sets it. A reading
    is as wrong as half the time it took; the quickest of late counts.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = clock.now() - clock.monotonic()
        self._read_at: float | None = None
        self._slack = 0.0

    def now(self) -> float:
        return self._clock.monotonic() + self._ahead

    def told(self, now: float, asked_at: float) -> None:
        """The server answered `now` to a question asked at this moment of the monotonic clock."""
        read_at = self._clock.monotonic()
        slack = (read_at - asked_at) / 2
        if self._read_at is None or slack <= self._slack or read_at - self._read_at > _KEPT:
            self._ahead, self._slack = now - (asked_at + slack), slack
            self._read_at = read_at
