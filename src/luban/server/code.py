"""Where code of users runs, as the settings say."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from luban.ports.people import TeamStore
from luban.ports.sandbox import CodeRunner
from luban.ports.stores import RunStore
from luban.sandbox.command_boxes import BubblewrapCommands
from luban.sandbox.interpreters import Interpreters
from luban.sandbox.probing import Probe
from luban.sandbox.sandboxes import SandboxChoice, Sandboxes
from luban.sdk.files import Files
from luban.sdk.sandbox import Sandbox
from luban.server.settings import Settings
from luban.services.shell_permission import ShellPermission
from luban.services.step_sandbox import CodeCeilings, StepSandbox

log = logging.getLogger(__name__)

_CALM = 5.0
"""Seconds after the start."""


def open_sandboxes(settings: Settings) -> Sandboxes:
    """Nothing is started or asked yet."""
    choice = SandboxChoice(
        settings.code, shell=settings.code_shell == "admins", at_once=settings.code_at_once
    )
    path = settings.environment.get("PATH")
    return Sandboxes(choice, Probe(_hidden(settings)), Interpreters(settings.code_python, path))


def open_commands(settings: Settings, runner: CodeRunner) -> BubblewrapCommands:
    """Boxes for programs that stay; nothing is started yet."""
    return BubblewrapCommands(runner, _hidden(settings))


def _hidden(settings: Settings) -> list[Path]:
    """Folders that nothing in a box may see."""
    hidden = [settings.home.absolute(), Path("blocks").absolute()]
    hidden += [settings.archive_dir.absolute()] if settings.archive_dir else []
    return hidden + [path.absolute() for path in settings.blocks_path]


async def try_boxes(runner: CodeRunner) -> None:
    """Has the boxes tried when the server has calmed down; who needs one first has it done."""
    await asyncio.sleep(_CALM)
    for state in await runner.states():
        level = logging.INFO if state.on else logging.WARNING
        log.log(level, "code (%s): %s", state.name, state.by or state.reason)


class CodeOfSteps:
    """Makes what a context hands to a block."""

    def __init__(
        self, runner: CodeRunner, settings: Settings, teams: TeamStore, runs: RunStore
    ) -> None:
        self._runner = runner
        self._ceilings = CodeCeilings(float(settings.code_seconds), settings.code_memory)
        self._shell = ShellPermission(teams, runs)

    def of_step(self, owner: str, run: str, files: Files) -> Sandbox:
        return StepSandbox(
            self._runner, files, self._ceilings, lambda: self._shell.require(owner, run)
        )
