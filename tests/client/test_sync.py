"""The client that blocks: made from the other one, and as good."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import luban.client
from luban.client import Missing, Unreachable, sync
from tests.server.kit import server
from tests.services.kit import CALCULATOR


def test_a_run_from_its_start_to_its_end(tmp_path: Path) -> None:
    with server(tmp_path) as running, sync.Client(running.url) as client:
        agent = client.agents.create(document=CALCULATOR)
        run = client.runs.start(agent.id, {"a": 2, "b": 3})
        ended = client.runs.wait(run.id, timeout=30)
        assert (ended.status, ended.outputs) == ("completed", {"result": 5})
        kinds = [event.kind for event in client.runs.events(run.id)]
        assert (kinds[0], kinds[-1]) == ("run_started", "run_ended")
        file = client.files.upload(b"content", name="a.txt")
        assert b"".join(client.files.read(file.id)) == b"content"
        with pytest.raises(Missing):
            client.runs.get("r_none")


def test_waiting_ends_at_its_limit(tmp_path: Path) -> None:
    with server(tmp_path, LUBAN_SLOTS="0") as running, sync.Client(running.url) as client:
        agent = client.agents.create(document=CALCULATOR)
        run = client.runs.start(agent.id, {"a": 2, "b": 3})
        with pytest.raises(TimeoutError):
            client.runs.wait(run.id, timeout=0.3)
        assert client.runs.get(run.id).status == "queued"


def test_nobody_answers() -> None:
    with sync.Client("http://127.0.0.1:9") as client, pytest.raises(Unreachable):
        client.models()


def test_both_faces_offer_the_same() -> None:
    assert sync.__all__ == luban.client.__all__
    offered = {word for word, _ in inspect.getmembers(luban.client.Client)}
    blocking = {word for word, _ in inspect.getmembers(sync.Client)}
    asynchronous = {"aclose", "__aenter__", "__aexit__"}
    assert offered - asynchronous == blocking - {"close", "__enter__", "__exit__"}
