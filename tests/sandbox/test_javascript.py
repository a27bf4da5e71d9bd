"""JavaScript and shell in a box: the same walls, and what they give."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest

from luban.ports.sandbox import MIB
from luban.sandbox.interpreters import Interpreters
from tests.sandbox.kit import QUICK, Box

BRIEF = dataclasses.replace(QUICK, seconds=1.0)
node = pytest.mark.skipif(Interpreters().node is None, reason="Node is missing")


async def js(box: Box, code: str, **more: Any) -> Any:
    return await box.result(code, language="javascript", **more)


ESCAPES = """
const fs = require("node:fs"), net = require("node:net"), child = require("node:child_process");
const reached = [];
const attempt = (name, work) => { try { work(); reached.push(name); } catch {} };
for (const path of paths) attempt(path, () => fs.readFileSync(path));
for (const path of ["/usr/x", "/etc/x", "/x", "/dev/x"])
  attempt(path, () => fs.writeFileSync(path, "x"));
attempt("signal", () => process.kill(pid, 0));
attempt("binding", () => process.binding("spawn_sync") && fs.readFileSync("/etc/passwd"));
const own = () => this.constructor.constructor("return process")().mainModule.require("fs");
attempt("own doors", () => own().readFileSync("/etc/passwd"));
const connect = (options) => new Promise((done) => {
  try {
    const socket = net.connect(options, () => done("connected"));
    socket.on("error", () => done(""));
  } catch { done(""); }
});
const metadata = { port: 80, host: "169.254.169.254" };
for (const options of [{ port, host: "127.0.0.1" }, metadata, { path: sock }])
  if (await connect(options)) reached.push(options);
const seen = child.spawnSync("/bin/cat", ["/etc/passwd"]);
if (String(seen.stdout)) reached.push("a child");
return [reached, Object.keys(process.env).filter((name) => /LUBAN|SECRET|KEY/.test(name))];
"""


@node
async def test_nothing_outside_can_be_reached(box: Box, tmp_path: Path) -> None:
    import socket

    (tmp_path / "secret").write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as named:
        named.bind(str(tmp_path / "s"))
        named.listen()
        paths = ["/etc/passwd", "/root/.bashrc", str(tmp_path / "secret"), str(Path(__file__))]
        paths.append(f"/proc/{os.getpid()}/environ")
        given = {"paths": paths, "pid": os.getpid(), "port": server.getsockname()[1]}
        reached, variables = await js(box, ESCAPES, sock=str(tmp_path / "s"), **given)
    # A number of a process says nothing where processes are counted anew.
    assert [each for each in reached if each != "signal" or box.kind == "landlock"] == []
    assert variables == []


@node
async def test_limits_hold(box: Box) -> None:
    async def limit(code: str, bounds: Any = BRIEF) -> str:
        return await box.limit(code, language="javascript", bounds=bounds)

    assert await limit("while (true) {}") == "time"
    assert await limit("setInterval(() => {}, 10); 0") == "time"
    patient = dataclasses.replace(QUICK, memory=192 * MIB)
    assert (
        await limit("let a = []; while (true) a.push(new Array(1e5).fill(1))", patient) == "memory"
    )
    assert await limit("let a = []; while (true) a.push(Buffer.alloc(1e7, 1))", patient) == "memory"
    loud = await limit("while (true) console.log('x'.repeat(1000))", patient)
    assert loud in ("printed", "memory")  # Node keeps what is not taken from it at once
    bomb = """
const { spawn } = require("child_process");
let n = 0;
while (n < 200 && spawn("/bin/sleep", ["30"]).on("error", () => {}).pid) n++;
setTimeout(() => process.exit(0), 100);
n
"""
    assert (await box.run(bomb, language="javascript")).result <= QUICK.processes


@node
async def test_results_errors_and_files(box: Box, tmp_path: Path) -> None:
    assert await js(box, "const a = x.map((n) => n * 2);\na", x=[1, 2]) == [2, 4]
    assert await js(box, "const result = { a: undefined, b: 1n > 0 }") == {"b": True}
    assert await js(box, "return await Promise.resolve(inputs['a b'])", **{"a b": 7}) == 7
    said = await box.failure("const a = {};\n\na.b.c", language="javascript")
    assert "in line 3: TypeError" in said
    assert "in line 2: SyntaxError" in await box.failure("let a;\nlet b = ;", language="javascript")
    assert "in line 1: Error: no" in await box.failure(
        "Promise.reject(new Error('no'))", language="javascript"
    )
    given = tmp_path / "a.txt"
    given.write_text("hello")
    got = await box.run(
        "const { readFileSync: read, writeFileSync: write } = require('fs');\n"
        "write('out/b.txt', read('files/a.txt') + '!')",
        language="javascript",
        files=(given,),
    )
    assert got.files == [("b.txt", b"hello!")]


async def test_a_shell_has_the_same_walls(box: Box) -> None:
    code = """
cat /etc/passwd 2>/dev/null && echo reached
ls /root 2>/dev/null && echo reached
cat "$secret" 2>/dev/null && echo reached
(exec 3<>/dev/tcp/127.0.0.1/22) 2>/dev/null && echo reached
touch /usr/x 2>/dev/null && echo reached
env | grep -q LUBAN && echo reached
echo "$n $list" | tr a-z A-Z
echo "for a file" > out/a.txt
"""
    given = {"secret": str(Path(__file__)), "n": 5, "list": ["a"], "PATH": "/x", "LD_PRELOAD": "x"}
    got = await box.run(code, language="shell", **given)
    assert got.stdout == '5 ["A"]\n'
    assert got.files == [("a.txt", b"for a file\n")]
    assert (await box.run("exit 3", language="shell", check=False)).exit_code == 3
    assert "exit code 2" in await box.failure("ls nothing", language="shell")
    assert await box.limit(":(){ :|:& };:; sleep 30", language="shell", bounds=BRIEF) == "time"
