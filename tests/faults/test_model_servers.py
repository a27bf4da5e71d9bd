"""Models that are busy, stall, talk nonsense or are killed: what runs make of that."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from datetime import datetime
from pathlib import Path
from typing import Any

from luban.client import Client
from luban.llm.scripted.script import Reply
from luban.llm.scripted.server import ScriptedModel, scripted_server
from luban.model.run import RunStatus
from luban.model.views import RunView
from tests.server.kit import server
from tests.warm import Process

FAULTS: dict[str, Reply] = {
    "busy": Reply(times=2, status=429, retry_after=1, error="slow down"),
    "down": Reply(times=2, status=503, error="overloaded"),
    "malformed": Reply(times=2, text="never read", pieces=("ne", "ver"), malformed_after=1),
    "cut": Reply(times=2, text="never read", pieces=("ne", "ver"), cut_after=1),
    "stalled": Reply(times=2, text="never read", pieces=("ne", "ver"), stall_after=1),
}


def agent(**settings: Any) -> dict[str, Any]:
    """Asks once; what goes wrong for a while is tried again."""
    return {
        "luban": 1,
        "name": "Asks",
        "nodes": {
            "ask": {
                "block": "ai.chat",
                "with": {"prompt": "Hi", "timeout": 3, **settings},
                "retry": {"attempts": 4, "delay": 0.05},
            },
            "out": {"block": "io.output", "with": {"name": "answer"}},
        },
        "links": ["ask.answer -> out.value"],
    }


async def ended(client: Client, document: dict[str, Any]) -> RunView:
    made = await client.agents.create(document=document)
    run = await client.runs.start(made.id, {})
    return await client.runs.wait(run.id, timeout=60)


async def test_what_goes_wrong_for_a_while_is_tried_again(tmp_path: Path) -> None:
    script = [reply.model_copy(update={"when": f"<{fault}>"}) for fault, reply in FAULTS.items()]
    async with scripted_server([*script, Reply(text="Hello")]) as model:
        with server(tmp_path, OPENAI_BASE_URL=model.base_url) as running:
            async with running.client() as client:
                runs = await asyncio.gather(
                    *(ended(client, agent(prompt=f"<{fault}>")) for fault in FAULTS)
                )
                made = dict(zip(FAULTS, runs, strict=True))
                steps = {fault: (await client.runs.steps(made[fault].id)).items for fault in FAULTS}
    for fault, run in made.items():
        assert run.status is RunStatus.COMPLETED, (fault, run.error)
        assert run.outputs == {"answer": "Hello"}, fault
        (step,) = (each for each in steps[fault] if each.node == "ask")
        assert [bool(each.error) for each in step.attempts] == [True, True, False], fault
        if fault == "busy":
            first, second = (
                datetime.fromisoformat(str(each.started_at)) for each in step.attempts[:2]
            )
            assert (second - first).total_seconds() >= 1
    assert len(model.requests) == 3 * len(FAULTS)


async def test_a_storm_of_refusals_passes_and_each_answer_is_paid_once(tmp_path: Path) -> None:
    storm = Reply(status=429, retry_after=0.2, error="slow down", times=6)
    async with scripted_server([storm, Reply(text="Hello")]) as model:
        with server(tmp_path, OPENAI_BASE_URL=model.base_url) as running:
            async with running.client() as client:
                document = agent()
                document["nodes"]["ask"]["retry"] = {"attempts": 20, "delay": 0.02}
                made = await client.agents.create(document=document)
                runs = [await client.runs.start(made.id, {}) for _ in range(20)]
                done = [await client.runs.wait(run.id, timeout=60) for run in runs]
    assert {run.status for run in done} == {RunStatus.COMPLETED}
    assert len(model.requests) == 26


async def test_a_model_server_that_is_killed_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"pieces": ["Hel", "lo"] * 20, "gap": 0.2}]))
    port = _free_port()
    first = _serving(script, port)
    await _listens(port)
    address = f"http://127.0.0.1:{port}/v1"
    with server(tmp_path, OPENAI_BASE_URL=address) as running:
        async with running.client() as client:
            document = agent(timeout=30)
            document["nodes"]["ask"]["retry"] = {"attempts": 100, "delay": 0.2, "factor": 1}
            made = await client.agents.create(document=document)
            run = await client.runs.start(made.id, {})
            async for event in client.runs.events(run.id):
                if event.kind == "step_delta":
                    break
            first.kill()
            first.communicate()
            script.write_text(json.dumps([{"text": "Hello at last"}]))
            second = _serving(script, port)
            try:
                run = await client.runs.wait(run.id, timeout=60)
            finally:
                second.kill()
                second.communicate()
    assert run.status is RunStatus.COMPLETED, run.error
    assert run.outputs == {"answer": "Hello at last"}


async def test_another_model_stands_in_while_one_is_down(tmp_path: Path) -> None:
    async with (
        scripted_server([Reply(status=503, error="down")]) as broken,
        scripted_server([Reply(text="From the other")]) as other,
    ):
        (tmp_path / "luban.toml").write_text(_two_models(broken, other))
        with server(tmp_path) as running:
            async with running.client() as client:
                run = await ended(client, agent(model="one/m"))
                steps = await client.runs.steps(run.id, node="ask")
    assert run.status is RunStatus.COMPLETED, run.error
    assert run.outputs == {"answer": "From the other"}
    assert (len(broken.requests), len(other.requests)) == (1, 1)
    assert len(steps.items[0].attempts) == 1


def _two_models(broken: ScriptedModel, other: ScriptedModel) -> str:
    return (
        f'[[models]]\nid = "one/m"\nbase_url = "{broken.base_url}"\nfallback = ["two/m"]\n'
        f'[[models]]\nid = "two/m"\nbase_url = "{other.base_url}"\n'
    )


def _serving(script: Path, port: int) -> Process:
    words = ["model", "serve-scripted", "--script", str(script), "--port", str(port)]
    return Process(["luban.cli", *words], cwd=script.parent, env=os.environ)


async def _listens(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionError:
                await asyncio.sleep(0.02)  # until it listens; there is nobody to tell us
            else:
                writer.close()
                return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
