"""Who is next: owners take turns, and so do the runs of an owner; a run's calls go in order."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

_Runs = OrderedDict[str, deque[T]]


class Turns(Generic[T]):
    """A queue in which nobody who brings many waits less than who brings one."""

    def __init__(self) -> None:
        self._owners: OrderedDict[str, _Runs[T]] = OrderedDict()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[T]:
        """In no particular order."""
        for runs in self._owners.values():
            for items in runs.values():
                yield from items

    def add(self, owner: str, run: str, item: T) -> None:
        self._owners.setdefault(owner, OrderedDict()).setdefault(run, deque()).append(item)
        self._length += 1

    def first(self) -> T:
        """Whose turn it is. Raises `StopIteration` when nobody waits."""
        runs = next(iter(self._owners.values()))
        return next(iter(runs.values()))[0]

    def take(self) -> T:
        """The first one, away; its run and owner go to the end."""
        owner, runs = next(iter(self._owners.items()))
        run, items = next(iter(runs.items()))
        item = items.popleft()
        self._length -= 1
        if items:
            runs.move_to_end(run)
        else:
            del runs[run]
        if runs:
            self._owners.move_to_end(owner)
        else:
            del self._owners[owner]
        return item

    def remove(self, owner: str, run: str, item: T) -> None:
        """Takes one out that no longer wants to wait. Raises `KeyError` or `ValueError`."""
        runs = self._owners[owner]
        runs[run].remove(item)
        self._length -= 1
        if not runs[run]:
            del runs[run]
        if not runs:
            del self._owners[owner]
