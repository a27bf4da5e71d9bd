"""Nothing stays behind: not after an end, a limit, a cancellation, nor when we are killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from luban.sandbox.cgroup import ControlGroups
from tests.sandbox.kit import Box

LINGERS = """
import os, sys, time
for _ in range(3):
    if not os.fork():
        os.setsid()
        if os.fork():
            os._exit(0)
        sys.argv[0:] = [mark]
        os.execv("/bin/sleep", [mark, "600"])
"""


def marked(mark: str) -> list[int]:
    """The processes of the machine that were started under this name."""
    found: list[int] = []
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                if mark.encode() in (each / "cmdline").read_bytes().split(b"\0"):
                    found.append(int(each.name))
            except OSError:
                continue
    return found


async def seen(mark: str, number: int) -> None:
    """Waits until so many are there."""
    async with asyncio.timeout(20):
        while len(marked(mark)) != number:  # noqa: ASYNC110 (processes of others tell nobody)
            await asyncio.sleep(0.02)


async def test_daemons_of_the_code_end_with_it(box: Box) -> None:
    mark = f"luban-daemon-{box.kind}-{os.getpid()}"
    assert (await box.run(LINGERS + "'done'", mark=mark)).result == "done"
    assert marked(mark) == []


async def test_a_cancelled_step_leaves_nothing(box: Box) -> None:
    mark = f"luban-cancel-{box.kind}-{os.getpid()}"
    going = asyncio.create_task(box.run(LINGERS + "time.sleep(60)", mark=mark))
    await seen(mark, 3)
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    assert marked(mark) == []


async def test_folders_and_groups_are_taken_away(box: Box) -> None:
    def there() -> set[str]:
        folder = Path(tempfile.gettempdir())
        ours = {each.name for kind in ("box", "files") for each in folder.glob(f"luban-{kind}-*")}
        for base in ControlGroups()._bases.values():
            ours |= {each.name for each in base.glob(f"luban-{os.getpid()}-*")}
        return ours

    before = there()
    await box.run("1")
    await box.failure("1 / 0")
    async with asyncio.timeout(30):  # boxes of other tests, at the same time, go too
        while there() - before:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_no_file_of_ours_stays_open(box: Box) -> None:
    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    await box.run("1")
    before = count()
    for _ in range(3):
        await box.run("print(1)")
        await box.failure("1 / 0")
    assert count() <= before


WORKER = """
import asyncio, sys
sys.path.insert(0, {root!r})
from tests.sandbox.kit import Box, sandboxes

async def main():
    box = Box({kind!r}, sandboxes({kind!r}))
    await box.run({code!r}, run_in="full", mark={mark!r})

asyncio.run(main())
"""


async def test_the_box_dies_with_a_killed_worker(box: Box) -> None:
    mark = f"luban-orphan-{box.kind}-{os.getpid()}"
    root = str(Path(__file__).parents[2])
    code = LINGERS + "time.sleep(60)"
    program = WORKER.format(root=root, kind=box.kind, code=code, mark=mark)
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stderr=subprocess.DEVNULL
    )
    await seen(mark, 3)
    worker.send_signal(signal.SIGKILL)
    await worker.wait()
    await seen(mark, 0)


async def test_waiting_jobs_are_cancelled_before_they_begin(box: Box) -> None:
    """There are two threads: the third waits, and may be given up at once."""
    busy = [asyncio.create_task(box.run("import time\ntime.sleep(0.5)")) for _ in range(2)]
    await asyncio.sleep(0)
    third = asyncio.create_task(box.run("open('out/x', 'w').close()"))
    await asyncio.sleep(0.05)
    third.cancel()
    with pytest.raises(asyncio.CancelledError):
        await third
    await asyncio.gather(*busy)


async def test_a_cancelled_subset_is_replaced(subset: Box) -> None:
    going = asyncio.create_task(subset.run("while True: pass", run_in="subset"))
    await asyncio.sleep(0.3)
    began = time.monotonic()
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    assert time.monotonic() - began < 2
    assert await subset.result("1 + 1", run_in="subset") == 2
