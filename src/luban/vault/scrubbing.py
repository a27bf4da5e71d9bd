"""Secrets that are open in this process, kept out of its logs and of what it prints.

A value is known while a run uses it, and for some minutes more, because logs come late. While no
credential is open, a log line costs one look at an empty list.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, TextIO, cast

from luban.model.hiding import Hidden

LINGER = 600.0
"""Seconds for which a value is still hidden after nobody uses it."""
_LOGGERS = ("", "uvicorn", "uvicorn.access", "uvicorn.error")


class Scrubber:
    """Which values are open, counted by who uses them."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._users: dict[str, int] = {}
        self._left: dict[str, float] = {}
        self._hidden = Hidden()

    def hold(self, values: Iterable[str]) -> Callable[[], None]:
        """Hides values from now on; what is returned says that one user needs them no more."""
        held = tuple(values)
        with self._lock:
            self._forget_old()
            for value in held:
                self._users[value] = self._users.get(value, 0) + 1
                self._left.pop(value, None)
            self._hidden.add(held)
        returned = False

        def done() -> None:
            nonlocal returned
            if not returned:
                returned = True
                self._return(held)

        return done

    def text(self, text: str) -> str:
        return self._hidden.text(text) if self._hidden else text

    def value(self, value: Any) -> Any:
        return self._hidden.value(value) if self._hidden else value

    def _return(self, values: Iterable[str]) -> None:
        with self._lock:
            for value in values:
                self._users[value] -= 1
                if not self._users[value]:
                    del self._users[value]
                    self._left[value] = self._monotonic()
            self._forget_old()

    def _forget_old(self) -> None:
        before = self._monotonic() - LINGER
        old = [value for value, at in self._left.items() if at < before]
        if old:
            for value in old:
                del self._left[value]
            # Others may read the one there is now; they keep it until they are done.
            self._hidden = Hidden([*self._users, *self._left])


class ScrubbedFormatter(logging.Formatter):
    """Whatever another formatter makes of a record, without secrets; its traceback too."""

    def __init__(self, inner: logging.Formatter | None, scrubber: Scrubber) -> None:
        super().__init__()
        self.inner = inner or logging.Formatter()
        self.scrubber = scrubber

    def format(self, record: logging.LogRecord) -> str:
        return self.scrubber.text(self.inner.format(record))


class ScrubbedStream:
    """Standard output or error: what a block prints, and what Python prints of its errors."""

    def __init__(self, inner: TextIO, scrubber: Scrubber) -> None:
        self._inner = inner
        self._scrubber = scrubber

    def write(self, text: str) -> int:
        self._inner.write(self._scrubber.text(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def scrub_logs(scrubber: Scrubber) -> None:
    """Wraps the formatters of all handlers there are now; asked again, those that came since."""
    for name in _LOGGERS:
        for handler in logging.getLogger(name).handlers:
            if not isinstance(handler.formatter, ScrubbedFormatter):
                handler.setFormatter(ScrubbedFormatter(handler.formatter, scrubber))


def scrub_streams(scrubber: Scrubber) -> None:
    """Wraps what the process prints to, for processes that are ours from the beginning."""
    if not isinstance(sys.stdout, ScrubbedStream):
        sys.stdout = cast("TextIO", ScrubbedStream(sys.stdout, scrubber))
        sys.stderr = cast("TextIO", ScrubbedStream(sys.stderr, scrubber))
