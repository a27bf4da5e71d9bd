"""Working on both sides at once: the server restarts and the page reloads when a file changes."""

from __future__ import annotations

import shlex
import signal
import subprocess
from types import FrameType

from tools import webapp
from tools.setup.environment import PYTHON, ROOT, command_env, say, tool

WEB = ROOT / "web"
PORT = "8123"


def run(words: list[str]) -> int:
    """Both processes until one of them ends or the person stops them."""
    port = words[words.index("--port") + 1] if "--port" in words[:-1] else PORT
    rest = words if "--port" in words else [*words, "--port", port]
    server = shlex.join([tool("luban"), "up", *rest])
    # A restart costs no run: what was under way goes on from its journal.
    watch = [tool("watchfiles"), "--filter", "python", server, str(ROOT / "src" / "luban")]
    children = [subprocess.Popen(watch, cwd=ROOT, env=command_env())]
    node = webapp.find_node(str(PYTHON))
    if node is not None and (WEB / "package.json").exists():
        webapp.install(WEB, node, say)
        vite = [
            node.program,
            str(WEB / "node_modules" / "vite" / "bin" / "vite.js"),
            "--clearScreen=false",
        ]
        env = {**node.env(), "LUBAN_SERVER": f"http://127.0.0.1:{port}"}
        children.append(subprocess.Popen(vite, cwd=WEB, env=env))
    return _until_one_ends(children)


def _until_one_ends(children: list[subprocess.Popen[bytes]]) -> int:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        while all(child.poll() is None for child in children):
            try:
                children[0].wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                continue
    except KeyboardInterrupt:
        pass
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(timeout=20)
    return next((child.returncode for child in children if child.returncode > 0), 0)
