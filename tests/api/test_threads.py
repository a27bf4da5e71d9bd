"""Talking with agents over the API: answers, branches, stopping, and whose threads they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from luban.llm.scripted.script import Reply
from luban.llm.scripted.server import ScriptedModel, scripted_server
from luban.server.wiring import Home
from tests.api.kit import V1, application, assert_error, http_client, make_agent
from tests.services.kit import CALCULATOR, one_step

Tree = dict[str, Any]
BOB = {"x-owner": "bob"}


def parrot(block: str = "ai.conversation", **more: Any) -> Tree:
    """An agent that can be talked to, with memory of the turns before."""
    return {
        "luban": 1,
        "name": "Parrot",
        "nodes": {
            "message": {"block": "io.input_text", "with": {"name": "message"}},
            "messages": {"block": "io.input_list", "with": {"name": "messages", "required": False}},
            "talk": {"block": block, "with": more},
            "answer": {"block": "io.output", "with": {"name": "answer"}},
        },
        "links": [
            "message.value -> talk.prompt",
            "messages.value -> talk.messages",
            "talk.answer -> answer.value",
        ],
    }


class Talk:
    """A thread, spoken to over HTTP."""

    def __init__(self, http: httpx2.AsyncClient, home: Home) -> None:
        self.http = http
        self.home = home
        self.id = ""

    async def begin(self, **new: Any) -> Tree:
        answer = await self.http.post(f"{V1}/threads", json=new)
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["id"]
        return answer.json()

    async def say(self, text: str, **more: Any) -> Tree:
        headers = {"idempotency-key": more.pop("key")} if "key" in more else {}
        path = f"{V1}/threads/{self.id}/messages"
        answer = await self.http.post(path, json={"text": text, **more}, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def whole(self, turn: Tree) -> Tree:
        """The answer of a turn when it is over."""
        run = turn.get("answer", turn)["run_id"]
        house = self.home.house
        await house.run_news.wait(await house.runs.get("local", run), 20)
        shown = await self.shown()
        return next(each for each in shown["messages"] if each["run_id"] == run)

    async def shown(self) -> Tree:
        answer = await self.http.get(f"{V1}/threads/{self.id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def texts(self) -> list[str]:
        return [each["text"] for each in (await self.shown())["messages"]]


@pytest.fixture
async def model() -> AsyncIterator[ScriptedModel]:
    replies = [
        Reply(text="Slowly, word by word, it is told.", gap=0.3, after="slowly"),
        Reply(text="Broken off, as services do.", cut_after=1, after="cut"),
        Reply(text="One", times=1),
        Reply(text="Two", times=1),
        Reply(text="Three", times=1),
        Reply(text="Four"),
    ]
    async with scripted_server(replies) as server:
        yield server


@pytest.fixture
async def talk(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[Talk]:
    environment = {
        "OPENAI_BASE_URL": model.base_url,
        "OPENAI_API_KEY": "k",
        "LUBAN_MODEL": "openai/m",
    }
    async with application(tmp_path, environment=environment) as (home, app):
        await home.start_worker()
        async with http_client(app) as http:
            yield Talk(http, home)


def said_to(model: ScriptedModel, number: int = -1) -> list[str]:
    """The turns of a request, as `role: text`."""
    return [
        f"{each['role']}: {each['content']}" for each in model.requests[number].body["messages"]
    ]


async def test_a_talk_goes_on_and_its_turns_are_told(talk: Talk, model: ScriptedModel) -> None:
    agent = await make_agent(talk.http, parrot())
    thread = await talk.begin(agent="Parrot")
    assert thread["agent_id"] == agent and thread["title"] == ""
    turn = await talk.say("Tell me\n  of {{ ducks }}", key="k1")
    assert turn["answer"]["status"] in ("queued", "running")
    whole = await talk.whole(turn)
    assert (whole["text"], whole["status"], whole["error"]) == ("One", "completed", None)
    assert whole["tokens"] > 0 and whole["streams"] == [{"node": "talk", "pin": "answer"}]
    assert (await talk.say("Tell me\n  of {{ ducks }}", key="k1")) == turn
    await talk.whole(await talk.say("And geese?"))
    shown = await talk.shown()
    assert shown["title"] == "Tell me of {{ ducks }}"
    assert [each["text"] for each in shown["messages"]] == [
        "Tell me\n  of {{ ducks }}", "One", "And geese?", "Two",
    ]  # fmt: skip
    assert said_to(model) == [
        "user: Tell me\n  of {{ ducks }}", "assistant: One", "user: And geese?",
    ]  # fmt: skip


async def test_a_model_itself_is_talked_to_and_its_agent_is_in_no_list(
    talk: Talk, model: ScriptedModel
) -> None:
    await talk.begin()
    first = await talk.whole(await talk.say("Hi {{ x }}"))
    assert first["text"] == "One" and first["agent_id"] == ""
    assert (await talk.http.get(f"{V1}/agents")).json()["total"] == 0
    run = (await talk.http.get(f"{V1}/runs/{first['run_id']}")).json()
    assert (run["agent_name"], run["trigger"]) == ("Chat", "chat")
    assert said_to(model) == ["user: Hi {{ x }}"]
    upload = await talk.http.post(f"{V1}/files", files={"file": ("a.png", b"\x89PNG\r\n\x1a\n")})
    await talk.whole(await talk.say("What is it?", files=[upload.json()["ref"]]))
    content = model.requests[-1].body["messages"][-1]["content"]
    assert [part["type"] for part in content] == ["text", "image_url"]


async def test_editing_and_retrying_make_branches_one_can_go_back_to(
    talk: Talk, model: ScriptedModel
) -> None:
    await make_agent(talk.http, parrot())
    await talk.begin(agent="Parrot")
    first = await talk.say("A")
    await talk.whole(first)
    again = await talk.http.post(
        f"{V1}/threads/{talk.id}/messages/{first['answer']['id']}/retry", json={}
    )
    other = await talk.whole(again.json())
    assert other["text"] == "Two" and other["beside"] == [first["answer"]["id"], other["id"]]
    assert await talk.texts() == ["A", "Two"]
    edited = await talk.say("B", edits=first["message"]["id"])
    await talk.whole(edited)
    assert await talk.texts() == ["B", "Three"]
    assert said_to(model) == ["user: B"]
    await talk.whole(await talk.say("C"))
    path = f"{V1}/threads/{talk.id}"
    await talk.http.patch(path, json={"shown": first["answer"]["id"]})
    assert await talk.texts() == ["A", "One"]
    await talk.http.patch(path, json={"shown": edited["message"]["id"]})
    assert await talk.texts() == ["B", "Three", "C", "Four"]
    refused = await talk.http.post(f"{path}/messages/{edited['message']['id']}/retry")
    assert_error(refused, 422, "invalid_value")


async def test_stopping_keeps_what_was_written(talk: Talk) -> None:
    await talk.begin()
    turn = await talk.say("slowly")
    run = turn["answer"]["run_id"]
    texts = talk.home.house.run_events.texts
    async for event in await talk.home.house.run_events.open("local", run):
        if event.kind == "step_delta" and len(event.values["text"]) >= 8:
            break
    assert texts.so_far(run)[0]["text"].startswith("Slowly, ")
    refused = await talk.http.post(f"{V1}/threads/{talk.id}/messages", json={"text": "More"})
    assert_error(refused, 409, "still_answering")
    stopped = (await talk.http.post(f"{V1}/threads/{talk.id}/stop")).json()
    assert stopped["status"] == "cancelled" and stopped["text"].startswith("Slowly, ")
    assert len(stopped["text"]) < len("Slowly, word by word, it is told.")
    assert (await talk.texts())[-1] == stopped["text"]
    assert (await talk.whole(await talk.say("go on")))["text"] == "One"
    assert texts.so_far(run) == []


async def test_who_comes_later_is_told_what_was_written_before(talk: Talk) -> None:
    await talk.begin()
    turn = await talk.say("slowly")
    events = talk.home.house.run_events
    run = turn["answer"]["run_id"]
    heard = 0
    async for event in await events.open("local", run):
        if event.kind == "step_delta":
            heard += len(event.values["text"])
            if heard >= 16:
                break
    pieces: list[tuple[int, str]] = []
    async for event in await events.open("local", run):
        if event.kind == "step_delta" and event.values["pin"] == "answer":
            pieces.append((event.values["offset"], event.values["text"]))
    assert pieces[0][0] == 0 and len(pieces[0][1]) >= 16
    assert "".join(text for _, text in pieces) == "Slowly, word by word, it is told."


async def test_an_answer_that_fails_says_why_and_can_be_asked_for_again(talk: Talk) -> None:
    await make_agent(talk.http, {**parrot(model="nobody/x"), "name": "Broken"})
    await talk.begin(agent="Broken")
    failed = await talk.whole(await talk.say("A"))
    assert failed["status"] == "failed" and failed["error"]["code"] and failed["text"] == ""
    again = await talk.http.post(
        f"{V1}/threads/{talk.id}/messages/{failed['id']}/retry", json={"model": "openai/m"}
    )
    assert (await talk.whole(again.json()))["text"] == "One"


async def test_an_answer_outlives_its_run_but_not_if_nobody_wrote_it_down(talk: Talk) -> None:
    await talk.begin()
    first = await talk.whole(await talk.say("A"))
    await talk.http.delete(f"{V1}/runs/{first['run_id']}")
    assert (await talk.texts()) == ["A", "One"]


async def test_a_question_on_the_way_is_told_and_answered(talk: Talk) -> None:
    document = {**one_step("test.ask"), "name": "Asker"}
    document["nodes"]["text"]["with"] = {"name": "message"}
    await make_agent(talk.http, document)
    await talk.begin(agent="Asker")
    turn = await talk.say("a letter")
    waiting: Tree = {}
    async for _ in await talk.home.house.run_events.open("local", turn["answer"]["run_id"]):
        waiting = (await talk.shown())["messages"][-1]
        if waiting["waiting_for"]:
            break
    (wait,) = waiting["waiting_for"]
    answer = {"choice": "yes", "values": {"amount": 3}}
    path = f"{V1}/approvals/{wait['details']['id']}"
    assert (await talk.http.post(path, json=answer)).status_code == 200
    assert (await talk.whole(turn))["text"] == "yes  3"


async def test_what_cannot_be_talked_to_says_what_it_lacks(talk: Talk) -> None:
    calculator = await make_agent(talk.http, CALCULATOR)
    body = assert_error(
        await talk.http.post(f"{V1}/threads", json={"agent": calculator}), 422, "not_talkable"
    )
    assert "`message`" in body["message"]
    deaf = parrot()
    deaf["nodes"]["more"] = {"block": "io.input_number", "with": {"name": "amount"}}
    body = assert_error(
        await talk.http.post(f"{V1}/threads", json={"agent": await make_agent(talk.http, deaf)}),
        422,
        "not_talkable",
    )
    assert "`amount`" in body["message"]
    mute = parrot()
    del mute["nodes"]["answer"]
    mute["links"].pop()
    body = assert_error(
        await talk.http.post(f"{V1}/threads", json={"agent": await make_agent(talk.http, mute)}),
        422,
        "not_talkable",
    )
    assert "`answer`" in body["message"]
    good = await make_agent(talk.http, {**parrot(), "name": "Good"})
    listed = (await talk.http.get(f"{V1}/threads/agents")).json()["items"]
    assert listed == [{"id": good, "name": "Good", "description": "", "takes_files": False}]
    await talk.begin(agent=good)
    refused = await talk.http.post(
        f"{V1}/threads/{talk.id}/messages", json={"text": "x", "files": [{"$file": "f_1"}]}
    )
    assert_error(refused, 422, "no_place_for_files")
    empty = await talk.http.post(f"{V1}/threads/{talk.id}/messages", json={"text": " "})
    assert_error(empty, 422, "invalid_value")


async def test_threads_are_found_pinned_renamed_put_away_and_deleted(talk: Talk) -> None:
    ids = [(await talk.begin(title=title))["id"] for title in ("Ducks", "Geese", "Swans")]
    await talk.http.patch(f"{V1}/threads/{ids[0]}", json={"pinned": True, "title": "Eider ducks"})
    await talk.http.patch(f"{V1}/threads/{ids[2]}", json={"archived": True})

    async def listed(**asked: Any) -> list[str]:
        page = (await talk.http.get(f"{V1}/threads", params=asked)).json()
        return [each["title"] for each in page["items"]]

    assert await listed() == ["Eider ducks", "Geese"]
    assert await listed(search="EIDER") == ["Eider ducks"]
    assert await listed(archived="true") == ["Swans"]
    talk.id = ids[1]
    turn = await talk.say("slowly")
    assert (await talk.http.delete(f"{V1}/threads/{ids[1]}")).status_code == 204
    run = await talk.home.house.runs.get("local", turn["answer"]["run_id"])
    assert (await talk.home.house.run_news.wait(run, 10)).status == "cancelled"
    assert_error(await talk.http.get(f"{V1}/threads/{ids[1]}"), 404, "not_found")


async def test_a_link_shows_a_thread_to_read(talk: Talk) -> None:
    await talk.begin()
    await talk.whole(await talk.say("A"))
    new = {"resource": "thread", "resource_id": talk.id}
    token = (await talk.http.post(f"{V1}/links", json=new)).json()["token"]
    shown = (await talk.http.get(f"{V1}/shared/{token}", headers={"x-owner": ""})).json()
    told = [(each["role"], each["text"]) for each in shown["thread"]["messages"]]
    assert (shown["thread"]["title"], told) == ("A", [("user", "A"), ("assistant", "One")])
    assert talk.id not in str(shown) and "run" not in str(shown["thread"])
    stolen = await talk.http.post(f"{V1}/links", json=new, headers=BOB)
    assert stolen.status_code in (403, 404)
    await talk.http.delete(f"{V1}/threads/{talk.id}")
    gone = await talk.http.get(f"{V1}/shared/{token}", headers={"x-owner": ""})
    assert gone.status_code == 404


async def test_a_stranger_has_nothing_of_it(talk: Talk) -> None:
    await talk.begin()
    turn = await talk.say("A")
    await talk.whole(turn)
    path, message = f"{V1}/threads/{talk.id}", turn["answer"]["id"]
    assert (await talk.http.get(f"{V1}/threads", headers=BOB)).json()["total"] == 0
    for method, where in (
        ("GET", path),
        ("PATCH", path),
        ("DELETE", path),
        ("POST", f"{path}/messages"),
        ("POST", f"{path}/messages/{message}/retry"),
        ("POST", f"{path}/stop"),
    ):
        body = {"text": "x"} if where.endswith("messages") else {}
        answer = await talk.http.request(method, where, json=body, headers=BOB)
        assert answer.status_code in (403, 404), (method, where, answer.text)
    mine = (await talk.http.post(f"{V1}/threads", json={}, headers=BOB)).json()["id"]
    stolen = {"text": "x", "edits": message}
    answer = await talk.http.post(f"{V1}/threads/{mine}/messages", json=stolen, headers=BOB)
    assert_error(answer, 404, "not_found")
