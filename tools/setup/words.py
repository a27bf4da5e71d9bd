"""The words `./run` understands and what each does; every other word goes to `luban`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from tools import webapp
from tools.setup import environment
from tools.setup.environment import ROOT, SetupError, command_env, say, tool

HELP = """\
./run [--no-browser --port N --data DIR …]  set up what is missing, start Luban, open the browser
./run test [PYTEST ARGUMENTS]    everything that proves the project; with arguments those tests only
./run check                      formatting, lint, types, floors, sizes, glossary, generated files
./run fix                        let formatters, linters and generators repair what they can
./run dev [--port N --data DIR]  server and web app, both reloading on change
./run bench NAME [--json]        one benchmark of benchmarks/
./run lock [--upgrade]           make the lock files again
./run setup [--dev]              only set up
./run WORD …                     the luban command: run FILE, check FILE, agent, blocks, logs …
"""


def main(words: list[str]) -> int:
    try:
        return _dispatch(words)
    except (SetupError, webapp.WebAppError) as error:
        print(f"./run: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _dispatch(words: list[str]) -> int:
    first = words[0] if words else ""
    if first in ("help", "-h", "--help"):
        print(HELP, end="")
        return 0
    if not words or first.startswith("-") or first == "up":
        return start(words[1:] if first == "up" else words)
    own: dict[str, Callable[[list[str]], int]] = {
        "test": test, "check": check, "fix": fix, "dev": dev, "bench": bench, "lock": lock,
        "setup": setup,
    }  # fmt: skip
    # `./run check` proves the project, `./run check FILE` is luban's word for agent files.
    if first in own and not (
        first == "check" and any(not word.startswith("-") for word in words[1:])
    ):
        return own[first](words[1:])
    environment.prepare(dev=False)
    return become([tool("luban"), *words])


def setup(words: list[str]) -> int:
    environment.prepare(dev="--dev" in words)
    build_web()
    return 0


def start(words: list[str]) -> int:
    setup([])
    return become([tool("luban"), "up", *up_words(words)])


def up_words(words: list[str]) -> list[str]:
    """What `luban up` is told: to open the browser, unless that is unwanted or cannot be seen."""
    rest = [word for word in words if word != "--no-browser"]
    return rest if rest != words or not has_display() else ["--browser", *rest]


def has_display() -> bool:
    """True where a browser window could appear."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def test(words: list[str]) -> int:
    from tools.setup import proof

    setup(["--dev"])
    return proof.run(words)


def check(words: list[str]) -> int:
    from tools.setup import checks

    environment.prepare(dev=True)
    return checks.run(checks.all_checks(), fail_fast="--fast" in words)


def fix(words: list[str]) -> int:
    from tools.setup import checks

    environment.prepare(dev=True)
    return checks.run(checks.repairs())


def bench(words: list[str]) -> int:
    environment.prepare(dev=True)
    return become([str(environment.PYTHON), "-m", "benchmarks", *words])


def lock(words: list[str]) -> int:
    from tools import locks

    environment.prepare(dev=False)
    locks.make(tool("uv"), upgrade="--upgrade" in words)
    return locks.main()


def dev(words: list[str]) -> int:
    from tools.setup import development

    setup(["--dev"])
    return development.run(words)


def node() -> webapp.Node:
    """Node from the machine, else from PyPI into the virtual environment."""
    found = webapp.find_node(str(environment.PYTHON))
    if found is None:
        say("no Node 20.19 or newer on PATH: fetching one from PyPI")
        environment.install(environment.NODE_LOCK)
        found = webapp.find_node(str(environment.PYTHON))
    if found is None:
        raise SetupError("Node from PyPI is installed but its program was not found in .venv")
    return found


def build_web() -> None:
    if os.environ.get("LUBAN_SKIP_UI") == "1" or webapp.is_fresh(ROOT):
        return
    webapp.build(ROOT, node() if (ROOT / "web/package.json").exists() else None, say)


def become(command: list[str]) -> int:
    """Hand the process over; Windows cannot, so there the command runs as a child."""
    if os.name != "nt":
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(command[0], command, command_env())
    return subprocess.call(command, env=command_env())
