"""`luban webhook` on a home of this machine, where no server is there to send."""

from __future__ import annotations

from tests.cli.kit import Luban


def test_a_webhook_is_added_tried_looked_at_and_removed(luban: Luban) -> None:
    made = luban("webhook", "add", "http://127.0.0.1:9/", "--event", "run.failed", "--json").json
    assert made["events"] == ["run.failed"] and made["secret"].startswith("whsec_")
    hook = made["id"]
    assert luban("webhook", "list", "--json").json["items"][0]["secret"] is None
    tried = luban("webhook", "test", hook, "--json").json
    assert tried["status"] == "waiting" and "127.0.0.1" in tried["answer"]["text"]
    listed = luban("webhook", "deliveries", hook, "--status", "waiting").out.split("\t")
    assert listed[0] == tried["id"] and listed[3] == "1"
    again = luban("webhook", "redeliver", tried["id"])
    assert again.code == 2 and "still being attempted" in again.err
    assert luban("webhook", "add", "ftp://example.com/").code == 2
    assert luban("webhook", "remove", hook).code == 0
    assert luban("webhook", "deliveries", hook).code == 2
