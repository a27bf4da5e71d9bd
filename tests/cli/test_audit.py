"""`luban audit` on a home of this machine."""

from __future__ import annotations

import json

from tests.cli.kit import Luban


def test_what_the_command_line_does_is_in_the_log(luban: Luban) -> None:
    done = luban("caps", "--queued", "7")
    assert done.code == 0, done.err
    (entry,) = luban("audit", "list", "--json").json["items"]
    assert entry["action"] == "caps.set" and entry["user_id"] == "local"
    exported = luban("audit", "export", "--action", "caps.set")
    assert [json.loads(each)["action"] for each in exported.out.splitlines()] == ["caps.set"]
    assert luban("audit", "export", "--since", "2999-01-01").out.strip() == ""
