"""How often somebody tried to prove who they are, and how long they wait before the next time.

Who guesses is slowed down, but nobody can lock out another: what counts is the pair of account and
address. Of guesses from many addresses an account knows only that there are too many; then those
addresses wait that it was never used from.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from math import ceil

from luban.model.errors import LubanError
from luban.ports.clock import Clock

FREE, FREE_OF_ADDRESS, FREE_OF_ACCOUNT = 5, 30, 100
"""Attempts before anybody waits: of a pair, of an address, of an account."""
_LONGEST = 900.0
_FORGOTTEN = 3600.0
_KEPT = 20_000


class TooManyAttempts(LubanError):
    """Too many wrong passwords or codes in a row."""

    code = "too_many_attempts"
    status = 429
    retryable = True
    en = "Too many attempts. Try again in {seconds} seconds, or reset the password."
    zh = "尝试次数过多。请在 {seconds} 秒后重试，或重设密码。"


@dataclass
class _Count:
    number: int = 0
    last: float = 0.0
    until: float = 0.0


class Attempts:
    """Counts in this process; a restart forgets."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def count(self, account: str, address: str, *, is_known: bool = False) -> None:
        """Notes an attempt before it is looked at, so that many at once count too.

        `is_known` says that the account was used from there. Raises `TooManyAttempts`.
        """
        now, place = self._clock.monotonic(), place_of(address)
        rules = [(f"{account}\n{place}", FREE), (f"\n{place}", FREE_OF_ADDRESS)]
        if not is_known:
            rules.append((f"{account}\n", FREE_OF_ACCOUNT))
        counts = [(self._of(key, now), free) for key, free in rules]
        wait = max(each.until for each, _ in counts) - now
        if wait > 0:
            raise TooManyAttempts(seconds=ceil(wait))
        for each, free in counts:
            each.number, each.last = each.number + 1, now
            if each.number > free:
                each.until = now + min(2.0 ** (each.number - free), _LONGEST)

    def is_pressed(self, account: str) -> bool:
        """Whether so many try this account that it matters from where."""
        found = self._counts.get(f"{account}\n")
        return found is not None and found.number >= FREE_OF_ACCOUNT

    def succeeded(self, account: str, address: str) -> None:
        """It was right: what this pair tried before was a person's mistake."""
        place = place_of(address)
        self._counts.pop(f"{account}\n{place}", None)
        for key in (f"\n{place}", f"{account}\n"):
            if (found := self._counts.get(key)) is not None:
                found.number = max(0, found.number - 1)

    def _of(self, key: str, now: float) -> _Count:
        found = self._counts.get(key)
        if found is None or now - found.last > _FORGOTTEN:
            found = self._counts[key] = _Count()
        self._counts.move_to_end(key)
        while len(self._counts) > _KEPT:
            self._counts.popitem(last=False)
        return found


def place_of(address: str) -> str:
    """Who has one IPv6 address has all of its network."""
    with suppress(ValueError):
        found = ipaddress.ip_address(address)
        if found.version == 6:
            mapped = found.ipv4_mapped
            return str(mapped or ipaddress.ip_network(f"{found}/64", strict=False))
    return address
