"""The lines of the log: each says in which request, run and step it was made.

What is known of the place is read when a line is made, so that nothing costs anything where none
is. Lines are text for a terminal or one JSON object each; either way a line stays one line,
whatever a user wrote into it.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Iterable
from typing import Any, TextIO

import orjson

from luban.engine import whose
from luban.ports.asking import ASKING, UNDER_WAY
from luban.server.settings import Settings

AUDIT, ACCESS = "audit", "luban.access"
_FAILED = 400
_TEXT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_BREAKS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")


def install(
    settings: Settings,
    *,
    stream: TextIO | None = None,
    filters: Iterable[logging.Filter] = (),
    process: str = "",
) -> logging.Handler:
    """Writes every line to `stream`, as the settings want it.

    `filters` see a line before it is written, such as one that takes secrets out of it.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    as_json = settings.log_format == "json"
    handler.setFormatter(JsonLines(process) if as_json else TextLines(process))
    for each in filters:
        handler.addFilter(each)
    if not as_json and settings.log_level != "debug":
        handler.addFilter(_is_for_a_terminal)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return handler


def facts_here() -> dict[str, str]:
    """What is known of the place a line is made in."""
    facts: dict[str, str] = {}
    asking, run, doing = ASKING.get(), UNDER_WAY.get(), whose.DOING.get()
    if asking is not None:
        facts["request_id"] = asking.request
        if asking.user:
            facts |= {"user_id": asking.user, "team_id": asking.team}
    if run is not None:
        facts |= {"run_id": run.run, "agent_id": run.agent}
    if doing is not None:
        facts |= {"run_id": doing.run_id, "agent_id": doing.agent_id, "node": doing.firing.path}
    return facts


class TextLines(logging.Formatter):
    """For people: the facts stand behind the sentence."""

    def __init__(self, process: str = "") -> None:
        super().__init__(_TEXT.replace("%(name)s", f"{process} %(name)s".strip()))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the library's name)
        record.message = one_line(record.message)
        line = super().formatMessage(record)
        facts = " ".join(f"{name}={one_line(value)}" for name, value in facts_here().items())
        return f"{line} [{facts}]" if facts else line


class JsonLines(logging.Formatter):
    """For collectors: one object per line, with what the place of the line is known by."""

    def __init__(self, process: str = "") -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": _time(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **({"process": self._process} if self._process else {}),
            **facts_here(),
        }
        told = getattr(record, "told", None)
        if isinstance(told, dict):
            line |= told
            if record.name == AUDIT:
                line["message"] = f"{told.get('action', '')} {told.get('outcome', '')}".strip()
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def one_line(text: str) -> str:
    """The text with breaks and control characters written out, so that nobody forges a line."""
    return _BREAKS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _time(at: float) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))
    return f"{whole}.{int(at % 1 * 1000):03d}Z"


def _is_for_a_terminal(record: logging.LogRecord) -> bool:
    """Not what every click in the page brings; requests that fail are shown."""
    if record.name == ACCESS:
        return getattr(record, "told", {}).get("status", 0) >= _FAILED
    return record.name != AUDIT
