"""`luban usage`, `luban budget` and `luban run --estimate`: what models cost, over the commands."""

from __future__ import annotations

from tests.cli.kit import Luban

CHAT = """
luban: 1
name: Chat
nodes:
  text: { block: io.input_text, with: { name: text } }
  chat: { block: ai.chat, with: { model: demo/luban } }
  answer: { block: io.output, with: { name: answer } }
links:
  - text.value -> chat.prompt
  - chat.answer -> answer.value
"""


def test_a_budget_stops_a_run_and_is_told_with_the_way_out(luban: Luban) -> None:
    (luban.folder / "chat.yaml").write_text(CHAT, encoding="utf-8")
    before = luban("run", "chat.yaml", "-i", "text=hello", "--estimate")
    assert before.out.splitlines()[0].split("\t")[0] == "chat"
    assert before.out.splitlines()[-1].endswith("$0.00")
    assert luban("run", "chat.yaml", "-i", "text=hello").code == 0
    (row,) = luban("usage", "--by", "agent", "--json").json["items"]
    assert (row["title"], row["calls"], row["usd"]) == ("Chat", 1, 0.0)
    assert luban("budget", "set", "day", "--agent", "Chat", "--tokens", "1").code == 0
    stopped = luban("run", "chat.yaml", "-i", "text=hello", "--json")
    assert stopped.json["status"] == "waiting"
    shown = luban("runs", stopped.json["run_id"]).out
    assert "luban budget set day --agent" in shown
    assert "--resume" in shown
    assert luban("budget", "remove", "--agent", "Chat").code == 0
    resumed = luban("runs", stopped.json["run_id"], "--resume", "--json").json
    assert resumed["status"] == "completed"
