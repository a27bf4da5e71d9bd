"""What code in a box may not take: processes, memory, time, output, disk, and more than data."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

from luban.ports.sandbox import MIB
from tests.sandbox.kit import QUICK, Box

BRIEF = dataclasses.replace(QUICK, seconds=0.6)


async def test_an_endless_loop_ends_at_its_time(box: Box) -> None:
    began = time.monotonic()
    assert await box.limit("while True: pass", bounds=BRIEF) == "time"
    assert time.monotonic() - began < 3


async def test_sleeping_is_time_too_and_no_signal_puts_it_off(box: Box) -> None:
    code = """
import signal, time
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
time.sleep(60)
"""
    assert await box.limit(code, bounds=BRIEF) == "time"


async def test_a_fork_bomb_stops_at_its_processes(box: Box) -> None:
    code = """
import os, time
made = 0
while made < 500:
    try:
        if not os.fork():
            time.sleep(30)
    except OSError:
        break
    made += 1
made
"""
    made = await box.result(code)
    assert 5 <= made <= QUICK.processes + 4


async def test_a_fork_bomb_that_forks_itself_is_gone_in_the_end(box: Box) -> None:
    code = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""
    assert await box.limit(code, bounds=BRIEF) == "time"
    assert await box.result("1 + 1") == 2


async def test_threads_are_processes_too(box: Box) -> None:
    code = """
import _thread, time
made = 0
try:
    while made < 500:
        _thread.start_new_thread(time.sleep, (30,))
        made += 1
except RuntimeError:
    pass
made
"""
    assert await box.result(code) <= QUICK.processes + 4


async def test_memory_has_an_end(box: Box) -> None:
    assert await box.limit("a = bytearray(10**9)") == "memory"
    grows = "a = []\nwhile True:\n    a.append(bytearray(10_000_000))"
    assert await box.limit(grows) == "memory"


async def test_memory_of_several_processes_counts_together(box: Box) -> None:
    code = """
import os, time
for _ in range(6):
    if not os.fork():
        break
held = bytearray(120 * 1024 * 1024)
for at in range(0, len(held), 4096):
    held[at] = 1
time.sleep(5)
"""
    assert await box.limit(code) == "memory"


async def test_what_is_printed_has_an_end(box: Box) -> None:
    assert await box.limit("while True: print('x' * 1000)") == "printed"
    loud = "import sys\nwhile True: sys.stderr.write('x' * 1000)"
    assert await box.limit(loud) == "printed"


async def test_files_have_an_end(box: Box) -> None:
    big = "with open('tmp/x', 'wb') as f:\n    while True:\n        f.write(bytes(1 << 20))"
    said = await box.failure(big)
    assert "No space" in said or "too large" in said or "ended by signal 25" in said
    many = """
import time
for number in range(200):
    with open("tmp/%d" % number, "wb") as f:
        f.write(bytes(1 << 20))
time.sleep(1)
"""
    said = await box.failure(many) if box.kind == "bubblewrap" else await box.limit(many)
    assert "No space" in said or said == "disk"


async def test_no_other_place_can_be_filled(box: Box) -> None:
    """Memory-backed places that boxes have by default, such as /dev, would have no bound."""
    code = """
import os
filled = {}
for place in ("/dev", "/dev/shm", "/", "/run", "/var/tmp", "/tmp", ".", "out"):
    try:
        written = 0
        with open(place + "/fill", "wb") as f:
            while written < 64:
                f.write(bytes(1 << 20))
                f.flush()
                written += 1
    except OSError:
        pass
    if written:
        filled[place] = written
    try:
        os.unlink(place + "/fill")
    except OSError:
        pass
filled
"""
    filled = await box.result("import signal\nsignal.signal(25, signal.SIG_IGN)\n" + code)
    assert set(filled) <= {"/dev/shm", "/tmp", ".", "out"}
    assert all(size <= 16 for size in filled.values())


async def test_empty_files_have_an_end_too(box: Box) -> None:
    code = "number = 0\nwhile True:\n    open('tmp/%d' % number, 'w').close()\n    number += 1"
    assert await box.limit(code, bounds=dataclasses.replace(QUICK, seconds=8)) == "disk"


async def test_files_that_leave_are_bounded(box: Box) -> None:
    many = "for n in range(150): open('out/%d' % n, 'w').close()"
    assert await box.limit(many) == "files"
    large = "open('out/x', 'wb').write(bytes(6 << 20))"
    assert await box.limit(large) == "files"


async def test_a_result_is_data_of_a_size(box: Box) -> None:
    assert await box.limit("'x' * (9 << 20)", bounds=dataclasses.replace(QUICK, disk=32 * MIB)) in (
        "result",
        "disk",
    )
    deep = "a = []\nfor n in range(100000): a = [a]\na"
    assert "nested" in await box.failure(deep) or "Recursion" in await box.failure(deep)
    assert "is no data" in await box.failure("{1, 2}")
    assert "64 bits" in await box.failure("2 ** 200")
    assert "no JSON number" in await box.failure("float('nan')")
    assert "no JSON" in await box.failure("'\\ud800'")
    assert await box.result("({1: (2, 3.5)}, None, True)") == [{"1": [2, 3.5]}, None, True]


async def test_open_files_have_an_end(box: Box) -> None:
    code = """
held = []
try:
    while len(held) < 5000:
        held.append(open("/dev/null"))
except OSError:
    pass
len(held)
"""
    assert await box.result(code) < 300


async def test_an_error_names_the_line_of_the_code(box: Box) -> None:
    assert "in line 4: KeyError: 'name'" in await box.failure(
        "def f(row):\n    x = 1\n    # here:\n    return row['name']\nf({})"
    )
    assert "in line 2: SyntaxError" in await box.failure("a = 1\nb = = 2")
    assert "in line 1" in await box.failure("import numpy")


async def test_an_exit_is_no_error_unless_it_says_so(box: Box) -> None:
    assert (await box.run("import sys\nprint('hi')\nsys.exit()")).stdout == "hi\n"
    assert "exit code 3: bye" in await box.failure(
        "import sys\nprint('bye', file=sys.stderr)\nsys.exit(3)"
    )
    assert "signal 9" in await box.failure("import os\nos.kill(os.getpid(), 9)")


async def test_files_go_in_and_can_only_be_read(box: Box, tmp_path: Path) -> None:
    given = tmp_path / "数据 1.csv"
    given.write_text("a,b\n1,2\n")
    code = """
text = open("files/数据 1.csv").read()
changed = []
import os
for work in (lambda: open("files/数据 1.csv", "w"), lambda: os.unlink("files/数据 1.csv"),
             lambda: open("files/other", "w")):
    try:
        work()
        changed.append(True)
    except OSError:
        pass
open("out/copy.csv", "w").write(text.upper())
[text, changed, os.listdir("files")]
"""
    got = await box.run(code, files=(given,))
    assert got.result == ["a,b\n1,2\n", [], ["数据 1.csv"]]
    assert got.files == [("copy.csv", b"A,B\n1,2\n")]
    assert given.read_text() == "a,b\n1,2\n"
