"""A reader who has just cloned the project: an empty home, the page's folder, and a terminal."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from tests.docs.pages import ROOT, Snippet, commands, fits
from tests.server.kit import ServerProcess
from tests.warm import on_path

_ADDRESS = "http://127.0.0.1:8123"
_PATIENCE = 90
_RUN = """#!/bin/sh
# Set up already: every word is one of luban.
exec luban "$@"
"""


class Reader:
    """Does what a page says, from its top to its end."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.clone = folder / "luban"
        self.home.mkdir()
        self.clone.mkdir()
        (self.clone / "examples").symlink_to(ROOT / "examples")
        run = self.clone / "run"
        run.write_text(_RUN)
        run.chmod(0o755)
        programs = folder / "programs"
        programs.mkdir()
        self._programs, self._variables = on_path(programs)
        self._server: ServerProcess | None = None

    def follow(self, snippet: Snippet) -> None:
        """Fails with the place on the page if something is not as it says."""
        if snippet.file is not None:
            path = self.clone / snippet.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self._addressed(snippet.text), encoding="utf-8")
        if "server" in snippet.words and self._server is None:
            aside = self.clone.parent / "server"
            aside.mkdir()
            self._server = ServerProcess(aside, **self._environment())
        if "run" not in snippet.words:
            return
        if snippet.language == "python":
            name = snippet.file or f"line_{snippet.line}.py"
            (self.clone / name).write_text(self._addressed(snippet.text), encoding="utf-8")
            self._try(shlex.join([sys.executable, name]), None, snippet.name)
            return
        for command in commands(snippet):
            place = f"{snippet.page.name}:{command.line}"
            self._try(command.text, command.expected or None, place)

    def close(self) -> None:
        if self._server is not None:
            self._server.kill()

    def _try(self, command: str, expected: str | None, place: str) -> None:
        done = subprocess.run(
            ["sh", "-c", self._addressed(command)],
            cwd=self.clone,
            env=self._environment(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_PATIENCE,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        told = f"{place}: {command}\n{done.stdout}{done.stderr}"
        assert done.returncode == 0, f"exit code {done.returncode} at {told}"
        if expected is not None:
            printed = done.stdout if self._server is None else self._plain(done.stdout)
            assert fits(expected, printed), f"{told}\nthe page shows:\n{expected}"

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("LUBAN_", "OPENAI_", "LC_", "OLLAMA_"))
        }
        others = str(Path(sys.executable).parent), kept.get("PATH", "")
        return {
            **kept,
            **self._variables,
            "HOME": str(self.home),
            "LUBAN_HOME": str(self.home / ".luban"),
            "LUBAN_BLOCKS_PATH": str(self.clone / "blocks"),
            "PATH": os.pathsep.join((str(self._programs), *others)),
            "LANG": "C.UTF-8",
        }

    def _addressed(self, text: str) -> str:
        return text if self._server is None else text.replace(_ADDRESS, self._server.url)

    def _plain(self, text: str) -> str:
        return text if self._server is None else text.replace(self._server.url, _ADDRESS)
