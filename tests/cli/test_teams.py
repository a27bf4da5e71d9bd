"""`luban team` and `luban share`, on this machine and by a server with accounts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.kit import Luban

PASSWORD = "nine wet umbrellas"


@pytest.fixture
def signed_in(luban: Luban, tmp_path: Path) -> Iterator[Luban]:
    """The command line of an administrator, who is signed in to a server elsewhere."""
    there = Luban(tmp_path / "server", luban.folder)
    there.env |= {
        "LUBAN_AUTH": "required",
        "LUBAN_ADMIN_EMAIL": "ann@example.com",
        "LUBAN_ADMIN_PASSWORD": PASSWORD,
    }
    server = there.start("up", "--port", "0")
    try:
        address = next(line for line in server.stdout if "http://" in line).split()[-1]
        words = ("login", address, "--email", "ann@example.com", "--password-stdin")
        assert luban(*words, given=PASSWORD).code == 0
        luban.env["LUBAN_SERVER"] = address
        yield luban
    finally:
        server.terminate()
        server.communicate(timeout=30)


def test_teams_and_roles_of_a_server(signed_in: Luban) -> None:
    luban = signed_in
    (own,) = luban("team", "list", "--json").json
    assert own["role"] == "admin"
    (member,) = luban("team", "members", "--json").json
    assert member["user"]["email"] == "ann@example.com"
    assert luban("team", "role", "define", "reader", "agent.read", "run.read").code == 0
    shown = luban("team", "role", "list").out
    assert "reader\tagent.read run.read" in shown
    invited = luban("team", "invite", "bob@example.com", "--role", "reader")
    assert "/invitations/" in invited.out
    assert luban("team", "create", "Mill").out.endswith("\tMill\n")
    assert luban("team", "role", "remove", "reader").code == 0
    alone = luban("team", "remove", "ann@example.com")
    assert alone.code == 2
    assert "own team" in alone.err
    assert luban("team", "members", "--team", "nowhere").code == 2


def test_shared_by_a_server_and_ended(signed_in: Luban, calculator: Path) -> None:
    luban = signed_in
    assert luban("agent", "import", calculator).code == 0
    shared = luban("share", "agent", "Calculator", "--run", "--for", "7d")
    assert shared.out.startswith(luban.env["LUBAN_SERVER"] + "/s/"), shared.err
    (link,) = luban("share", "list", "--json").json
    assert (link["resource"], link["scopes"]) == ("agent", ["run", "see"])
    assert link["expires_at"]
    assert luban("share", "end", link["id"]).code == 0
    assert luban("share", "list", "--json").json == []
    assert luban("share", "end", link["id"]).code == 2


def test_on_ones_own_machine_there_is_one_team(luban: Luban) -> None:
    assert [each["id"] for each in luban("team", "list", "--json").json] == ["local"]
    refused = luban("team", "create", "Mill")
    assert refused.code == 2
    assert "account" in refused.err
    luban.env["LANG"] = "zh_CN.UTF-8"
    assert "创建" in luban("team", "role", "permissions").out


@pytest.mark.parametrize("time", ["7", "-1d"])
def test_how_long_is_a_number_and_a_unit(luban: Luban, time: str) -> None:
    refused = luban("share", "run", "r_1", f"--for={time}")
    assert refused.code == 2
    assert "30m" in refused.err
