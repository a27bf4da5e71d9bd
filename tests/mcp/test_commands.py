"""Commands that serve tools: run in a box of the system, or not at all."""

from __future__ import annotations

import json
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from luban.mcp import McpSessions
from luban.mcp.errors import ToolServerUnreachable
from luban.net.allow_list import AllowList
from luban.ports.tool_servers import ServerAccess, ToolServer
from luban.sandbox.cgroup import descendants
from luban.sandbox.command_boxes import BubblewrapCommands
from luban.sandbox.interpreters import Interpreters
from luban.sandbox.probing import Probe
from luban.sandbox.sandboxes import SandboxChoice, Sandboxes
from luban.sdk.sandbox import SandboxOff

SPEAKING = Path(__file__).with_name("speaking.py")


@pytest.fixture
async def runner() -> AsyncIterator[Sandboxes]:
    made = Sandboxes(SandboxChoice("full"), Probe(kinds=("bubblewrap",)), Interpreters())
    if not next(each for each in await made.states() if each.name == "full").on:
        pytest.skip("bubblewrap does not hold on this machine")
    yield made
    await made.aclose()


def reach(folder: Path, **more: Any) -> ServerAccess:
    """The server, its program copied to a folder that everybody may read."""
    folder.chmod(0o755)
    program = folder / "speaking.py"
    shutil.copy(SPEAKING, program)
    program.chmod(0o644)
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin") or "python3"
    server = ToolServer(
        id="s_1",
        owner="me",
        name="boxed",
        command=(python, "-I", str(program)),
        folders=(str(folder),),
        **more,
    )

    async def nothing() -> Mapping[str, str]:
        return {}

    return ServerAccess(server, nothing)


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that is no test's own: those only we may enter."""
    with tempfile.TemporaryDirectory(prefix="luban-mcp-") as made:
        yield Path(made)


async def test_a_command_sees_nothing_it_was_not_given(runner: Sandboxes, folder: Path) -> None:
    sessions = McpSessions(AllowList(), BubblewrapCommands(runner), opening=10)
    secret = folder.with_name(folder.name + "-secret")
    secret.write_text("x")
    with socket.create_server(("127.0.0.1", 0)) as line:
        port = str(line.getsockname()[1])
        given = {"PORT": port, "SECRET_FILE": str(secret), "API_KEY": "k"}
        try:
            to = reach(folder, environment=given)
            assert [each.name for each in (await sessions.listing(to)).tools] == ["look", "die"]
            seen = json.loads((await sessions.call(to, "look", {}, timeout=5)).text)
        finally:
            secret.unlink()
    assert seen["files"] == []
    assert not seen["network"]
    assert seen["environment"]["API_KEY"] == "k"
    assert seen["environment"].keys() <= {
        *given,
        "PATH",
        "HOME",
        "TMPDIR",
        "LANG",
        "PWD",
        "LC_CTYPE",
    }
    with pytest.raises(ToolServerUnreachable, match="enough"):
        await sessions.call(to, "die", {}, timeout=5)
    assert (await sessions.call(to, "look", {}, timeout=5)).text  # it was begun anew
    await sessions.aclose()
    assert not [pid for pid in descendants(os.getpid()) if _is_ours(pid)]


async def test_with_the_network_it_reaches_what_is_there(runner: Sandboxes, folder: Path) -> None:
    sessions = McpSessions(AllowList(), BubblewrapCommands(runner), opening=10)
    with socket.create_server(("127.0.0.1", 0)) as line:
        given = {"PORT": str(line.getsockname()[1])}
        to = reach(folder, environment=given, network=True)
        assert json.loads((await sessions.call(to, "look", {}, timeout=5)).text)["network"]
    await sessions.aclose()


async def test_where_there_is_no_safe_box_it_is_refused(folder: Path) -> None:
    none = Sandboxes(SandboxChoice("off"), Probe(), Interpreters())
    sessions = McpSessions(AllowList(), BubblewrapCommands(none), opening=10)
    with pytest.raises(SandboxOff, match="LUBAN_CODE=off"):
        await sessions.listing(reach(folder))
    await sessions.aclose()
    await none.aclose()


def _is_ours(pid: int) -> bool:
    try:
        return b"speaking.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
