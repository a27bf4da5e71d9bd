"""The subset of Python: what it cannot reach, what it cannot take, and what it gives."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import time

import pytest

from luban.ports.sandbox import MIB
from luban.sdk.sandbox import SandboxOff
from tests.sandbox.kit import QUICK, Box

BRIEF = dataclasses.replace(QUICK, seconds=0.5, memory=64 * MIB)


async def say(subset: Box, code: str, **more: object) -> str:
    return await subset.failure(code, run_in="subset", **more)


@pytest.mark.parametrize(
    "code",
    [
        "open('/etc/passwd').read()",
        "import pathlib\npathlib.Path('/etc/passwd').read_text()",
        "import os\nos.listdir('/')",
        "import os\nos.environ['PATH']",
        "import os\nos.system('true')",
        "import os\nos.fork()",
        "import subprocess",
        "import socket",
        "import ctypes",
        "import urllib.request",
        "__import__('os').system('true')",
        "import importlib\nimportlib.import_module('os')",
        "import builtins\nbuiltins.open('/etc/passwd').read()",
        'eval(\'__import__("os").system("true")\')',
        "exec('import subprocess')",
        "().__class__.__bases__[0].__subclasses__()",
        "(lambda: 0).__globals__",
        "(lambda: 0).__code__",
        "[].__class__.__mro__[1].__subclasses__()",
        "''.format.__self__.__class__.__init__.__globals__",
        "'{0.__class__.__init__.__globals__}'.format([])",
        "f = print.__self__\nf.open('/etc/passwd').read()",
        "getattr((), '__cla' + 'ss__').__base__.__subclasses__()",
        "import sys\nsys.modules['os'].system('true')",
        "import sys\nsys._getframe().f_back.f_globals",
        "globals()['__builtins__'].open('/etc/passwd').read()",
        "type('X', (object,), {})().__reduce__()",
        "import asyncio\nasyncio.open_connection('127.0.0.1', 80)",
    ],
)
async def test_nothing_outside_can_be_reached(subset: Box, code: str) -> None:
    assert (await say(subset, code)).startswith("The code failed")


async def test_time_memory_and_output_have_an_end(subset: Box) -> None:
    async def limit(code: str) -> str:
        return await subset.limit(code, run_in="subset", bounds=BRIEF)

    assert await limit("while True: pass") == "time"
    assert await limit("a = [0]\nwhile True: a = a + a") == "memory"
    assert await limit("'a' * 10**10") == "memory"
    assert await limit("10 ** 10 ** 8") == "memory"
    assert await limit("while True: print('x' * 100)") in ("printed", "time")
    assert "Recursion" in await say(subset, "def f(): return f()\nf()")
    began = time.monotonic()
    code = "import re\nre.match('(a+)+$', 'a' * 40 + 'b')"
    await subset.result(code, run_in="subset", bounds=BRIEF)
    assert time.monotonic() - began < 1
    assert await limit("import time\nwhile True: time.sleep(0.2)") == "time"


async def test_results_are_data(subset: Box) -> None:
    async def result(code: str) -> object:
        return await subset.result(code, run_in="subset")

    assert await result("[1, 2.5, 'a', None, True, {'b': (1, 2)}]") == [
        *(1, 2.5, "a", None, True),
        {"b": [1, 2]},
    ]
    assert await result("result = 3") == 3
    assert await result("print('only printed')") is None
    assert await result("import datetime\ndatetime.date(2026, 1, 31)") == "2026-01-31"
    assert "is no data" in await say(subset, "{1, 2}")
    assert "64 bits" in await say(subset, "2 ** 200")
    assert "no JSON number" in await say(subset, "float('nan')")
    assert "nested" in await say(subset, "a = []\nfor n in range(100000): a = [a]\na")
    assert "nested" in await say(subset, "a = []\nfor n in range(150): a = [a]\na")


async def test_inputs_are_variables_and_stay_what_they_are(subset: Box) -> None:
    given = {"rows": [{"n": 1}], "strange name": 2}
    code = "rows[0]['n'] = 5\n[rows, inputs['strange name']]"
    assert await subset.result(code, run_in="subset", **given) == [[{"n": 5}], 2]
    assert given["rows"] == [{"n": 1}]


async def test_sessions_know_nothing_of_each_other(subset: Box) -> None:
    await subset.result("secret = 'mine'", run_in="subset")
    assert "NameError" in await say(subset, "secret")


async def test_an_error_names_its_line_and_the_way_out(subset: Box) -> None:
    said = await say(subset, "a = 1\nb = a.nothing")
    assert "in line 2: AttributeError" in said
    assert "Run Python" in said


async def test_what_is_beyond_the_subset_goes_to_a_box_if_there_is_one(box: Box) -> None:
    """And what failed in the subset fails in the box again, with Python's own words."""
    got = await box.run("def f():\n    yield 1\nlist(f())", run_in="auto")
    assert (got.result, got.run_in) == ([1], "full")
    assert (await box.run("1 + 1", run_in="auto")).run_in == "subset"
    assert "has no attribute 'nothing'" in await box.failure("x = 1\nx.nothing", run_in="auto")


async def test_without_a_box_the_reason_is_told_and_nothing_less_is_used(subset: Box) -> None:
    said = await subset.failure("import sqlite3", run_in="auto")
    assert "No safe box" in said
    with pytest.raises(SandboxOff, match="No safe box"):
        await subset.run("1 + 1", run_in="full")
    with pytest.raises(SandboxOff, match="JavaScript"):
        await subset.run("1 + 1", language="javascript")


ABORTS = """
import asyncio, sys
sys.path.insert(0, {root!r})
from tests.sandbox.kit import Box, sandboxes

async def main():
    box = Box("subset", sandboxes(""))
    assert await box.result("1 + 1", run_in="subset") == 2

asyncio.run(main())
"""


def test_the_process_ends_in_peace_with_a_pool_open() -> None:
    """The asynchronous pool of this library aborts one process in three."""
    from pathlib import Path

    program = ABORTS.format(root=str(Path(__file__).parents[2]))
    for _ in range(3):
        ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
        assert ended.returncode == 0, ended.stderr.decode()
