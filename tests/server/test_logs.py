"""Lines of the log: one line each, and what they say of where they were made."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from luban.api.app import create_app
from luban.server.logs import install
from luban.server.settings import Settings
from tests.api.kit import V1, http_client, make_agent
from tests.services.kit import CALCULATOR, ME, memory_home

LOGS = '''
"""A block whose code writes into the log, in the loop and in a thread."""
import logging
from luban.sdk import block

log = logging.getLogger("my.block")


@block(id="test.tell")
async def tell(value: str) -> str:
    """Says it in the log."""
    log.warning("told %s", value)
    return value


@block(id="test.tell_in_thread")
def tell_in_thread(value: str) -> str:
    """Says it in the log, from a thread."""
    log.warning("told %s", value)
    return value
'''


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield io.StringIO()
    root.handlers[:] = before
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [each for each in found if not each["logger"].startswith("httpx")]


async def test_lines_of_a_request_say_which_and_whose(stream: io.StringIO, tmp_path: Path) -> None:
    async with memory_home(tmp_path) as home, http_client(create_app(home.house)) as http:
        install(Settings(log_format="json"), stream=stream)
        await make_agent(http, CALCULATOR)
        await http.get(f"{V1}/agents/a_none", headers={"x-request-id": "mine-1"})
    audit, created, missed = lines(stream)
    assert audit["logger"] == "audit" and audit["message"] == "agent.create done"
    assert audit["request_id"] == created["request_id"] and audit["action"] == "agent.create"
    assert created["logger"] == "luban.access" and created["status"] == 201
    assert (missed["request_id"], missed["status"], missed["level"]) == ("mine-1", 404, "info")
    assert missed["path"] == f"{V1}/agents/a_none"


async def test_lines_of_a_step_say_run_agent_and_node(stream: io.StringIO, tmp_path: Path) -> None:
    (tmp_path / "blocks").mkdir(exist_ok=True)
    (tmp_path / "blocks" / "telling.py").write_text(LOGS)
    document = {
        "luban": 1,
        "name": "Telling",
        "nodes": {
            "here": {"block": "test.tell", "with": {"value": "a\n2026 ERROR forged"}},
            "there": {"block": "test.tell_in_thread", "with": {"value": "b"}},
        },
    }
    async with memory_home(tmp_path) as home, http_client(create_app(home.house)) as http:
        agent = await make_agent(http, document)
        run = await home.house.runs.start(ME, agent, {})
        install(Settings(log_format="json"), stream=stream)
        await home.worker.run_one(run.id)
    told = {each["node"]: each for each in lines(stream) if each["logger"] == "my.block"}
    assert told.keys() == {"here", "there"}
    for each in told.values():
        assert each["run_id"] == run.id and each["agent_id"] == agent
    runs = [each for each in lines(stream) if each["message"].startswith("agent_run")]
    assert [each["message"].split()[1] for each in runs] == ["started", "completed"]
    assert runs[1]["status"] == "completed" and runs[1]["run_id"] == run.id


def test_text_stays_one_line_whatever_is_written_into_it(stream: io.StringIO) -> None:
    install(Settings(), stream=stream)
    log = logging.getLogger("some.where")
    log.info("a\n2026-01-01 ERROR forged\r\x1b[31m red\u2028%s", "x\ny")
    log.debug("not at this level")
    logging.getLogger("audit").info("{}")  # a terminal need not see every click
    logging.getLogger("luban.access").info("GET / 200", extra={"told": {"status": 200}})
    (line,) = stream.getvalue().splitlines()
    assert line.endswith(r"INFO some.where a\n2026-01-01 ERROR forged\r\x1b[31m red\u2028x\ny")


def test_filters_see_lines_first(stream: io.StringIO) -> None:
    class NoSecret(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            record.msg, record.args = record.getMessage().replace("hunter2", "•••"), ()
            return True

    install(Settings(log_format="json"), stream=stream, filters=[NoSecret()])
    logging.getLogger("x").warning("the password is %s", "hunter2")
    (line,) = lines(stream)
    assert line["message"] == "the password is •••"
