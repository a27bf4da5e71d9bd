"""What a start may not cost: libraries nobody has asked for yet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.kit import environment, server

HEAVY = (
    *("alembic", "sqlalchemy", "pydantic_ai", "openai", "httpx2", "ruamel.yaml", "packaging"),
    # what blocks, files and search load when they are used
    *("PIL", "aioclamd", "asyncmy", "cel", "defusedxml", "docx", "duckdb", "feedparser"),
    *("lxml", "markdown_it", "markdownify", "matplotlib", "nh3", "numpy", "obstore", "openpyxl"),
    *("playwright", "pptx", "protego", "pydantic_monty", "pypdf", "pytds", "reportlab", "segno"),
    *("selectolax", "trafilatura", "mcp", "mcp_types"),
)
_STARTED = """
import asyncio, sys
from luban.server import process
from luban.server.settings import read_settings
from luban.server.wiring import open_home

async def main():
    async with open_home(read_settings()):
        print(",".join(name for name in {heavy!r} if name in sys.modules))

asyncio.run(main())
"""


def loaded(code: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_second_start_loads_nothing_heavy(tmp_path: Path) -> None:
    code = _STARTED.format(heavy=HEAVY)
    loaded(code, tmp_path)  # the first makes the database, with Alembic
    assert loaded(code, tmp_path) == ""


def test_importing_luban_loads_none_of_it(tmp_path: Path) -> None:
    code = "import sys, luban; print([name for name in sys.modules if name.startswith('luban.')])"
    assert loaded(code, tmp_path) == "[]"


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_an_idle_server_is_small(tmp_path: Path) -> None:
    with server(tmp_path) as running:
        running.stop()
    with server(tmp_path, True) as running:
        status = Path(f"/proc/{running.process.pid}/status").read_text()
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        assert int(resident.split()[1]) < 115 * 1024
