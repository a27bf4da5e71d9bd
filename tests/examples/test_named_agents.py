"""The agents that requirements name, from short workflows, against servers on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from luban.client import Client
from luban.llm.scripted.script import Reply
from luban.llm.scripted.server import scripted_server
from luban.model.run import RunStatus
from luban.model.views import RunView
from tests.examples.site import Site, article
from tests.server.kit import server

NEWS = {
    "name": "今日热点",
    "nodes": [
        {
            "id": "search",
            "block_id": "web_search",
            "config": {"query": "今日热点新闻", "max_results": 10},
        },
        {"id": "scrape", "block_id": "web_scrape", "config": {"max_content_length": 5000}},
        {
            "id": "summary",
            "block_id": "llm_call",
            "config": {
                "model": "gpt-4o",
                "system_prompt": "用中文概括，不超过 200 字。",
                "temperature": 0.3,
            },
        },
        {"id": "show", "block_id": "display_result", "config": {}},
    ],
    "edges": [
        {"from": "search", "to": "scrape"},
        {"from": "scrape", "to": "summary"},
        {"from": "summary", "to": "show"},
    ],
}


def social(address: str) -> dict[str, Any]:
    """The agent that posts; its blocks are pointed at this machine."""
    local = {"address": address}
    return {
        "name": "社交媒体",
        "trigger": {
            "type": "schedule",
            "config": {"interval": "0 */6 * * *", "timezone": "Asia/Shanghai"},
        },
        "nodes": [
            {
                "id": "reddit",
                "block": "reddit_fetch",
                "config": {"subreddit": "technology", "sort": "hot", "limit": 10, **local},
            },
            {
                "id": "analyze",
                "block": "llm_call",
                "config": {
                    "model": "gpt-4o",
                    "temperature": 0.7,
                    "system_prompt": "Pick three topics; one lively post each, 280 letters.",
                },
            },
            {
                "id": "twitter",
                "block": "twitter_post",
                "config": {"integration": "twitter_oauth", **local},
            },
            {
                "id": "linkedin",
                "block": "linkedin_post",
                "config": {"integration": "linkedin_oauth", **local},
            },
            {
                "id": "logger",
                "block": "database_log",
                "config": {"collection": "social_media_logs"},
            },
        ],
        "edges": [
            {"from": "trigger", "to": "reddit"},
            {"from": "reddit", "to": "analyze"},
            {"from": "analyze", "to": "twitter"},
            {"from": "analyze", "to": "linkedin"},
            {"from": "twitter", "to": "logger"},
            {"from": "linkedin", "to": "logger"},
        ],
    }


class Networks(ThreadingHTTPServer):
    """What the agents ask on the web, as far as they need it; keeps what was posted."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.posted: list[tuple[str, str, dict[str, Any]]] = []
        self.found: list[dict[str, str]] = []
        """What a search finds."""

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    server: Networks  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        if self.path == "/v2/userinfo":
            self._answer(200, {"sub": "me"})
            return
        if self.path.startswith("/search?"):
            self._answer(200, {"results": self.server.found})
            return
        posts = [{"data": {"title": f"Topic {n}", "permalink": f"/{n}"}} for n in range(10)]
        self._answer(200, {"data": {"children": posts}})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.posted.append((self.path, self.headers["authorization"], body))
        if self.path == "/2/tweets":
            self._answer(201, {"data": {"id": "12", "text": body["text"]}})
        else:
            self._answer(201, {}, {"x-restli-id": "urn:li:share:7"})

    def _answer(self, status: int, told: Any, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def networks() -> Iterator[Networks]:
    with Networks() as served:
        thread = threading.Thread(target=served.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield served
        finally:
            served.shutdown()
            thread.join()


async def ended(client: Client, workflow: dict[str, Any], inputs: dict[str, Any]) -> RunView:
    """The workflow as somebody pastes it, and its run to the end."""
    agent = await client.agents.create(text=json.dumps(workflow, ensure_ascii=False))
    run = await client.runs.start(agent.id, inputs)
    return await client.runs.wait(run.id, timeout=60)


@pytest.fixture
def here() -> dict[str, str]:
    return {"LUBAN_ALLOW_HOSTS": "loopback"}


async def test_the_news_digest_of_its_short_workflow(
    site: Site, tmp_path: Path, here: dict[str, str]
) -> None:
    page = site.serve("/news", article("头条", "鲁班锁在京展出。" * 20))
    script = [Reply(when="鲁班锁在京展出", text="鲁班锁展览开幕。")]
    async with scripted_server(script) as model:
        with (
            networks() as served,
            server(tmp_path, OPENAI_BASE_URL=model.base_url, **here) as running,
        ):
            served.found = [{"title": "头条", "url": page, "content": "鲁班锁"}]
            async with running.client() as client:
                await client.credentials.create(
                    "searxng", "search", settings={"base_url": f"http://{served.host}"}
                )
                run = await ended(client, NEWS, {})
    assert run.status is RunStatus.COMPLETED, run.error
    assert list(run.outputs.values()) == ["鲁班锁展览开幕。"]
    (asked,) = model.requests
    assert asked.body["temperature"] == 0.3
    assert asked.body["model"] == "gpt-4o"


async def test_the_agent_that_posts_where_people_talk(tmp_path: Path, here: dict[str, str]) -> None:
    script = [Reply(when="Topic 3", text="🔒 Locks without keys! #luban")]
    async with scripted_server(script) as model:
        with (
            networks() as served,
            server(tmp_path, OPENAI_BASE_URL=model.base_url, **here) as running,
        ):
            async with running.client() as client:
                for name in ("twitter_oauth", "linkedin_oauth"):
                    await client.credentials.create(
                        "http",
                        name,
                        kind="api_key",
                        settings={"host": served.host},
                        secret={"api_key": f"key of {name}"},
                    )
                run = await ended(client, social(f"http://{served.host}"), {})
                assert run.status is RunStatus.COMPLETED, run.error
                rows = await client.stored.rows("social_media_logs")
    posted = {path: (key, body) for path, key, body in served.posted}
    assert posted["/2/tweets"] == (
        "Bearer key of twitter_oauth",
        {"text": "🔒 Locks without keys! #luban"},
    )
    key, body = posted["/rest/posts"]
    assert key == "Bearer key of linkedin_oauth"
    assert body["author"] == "urn:li:person:me"
    assert body["commentary"] == "🔒 Locks without keys! #luban"
    assert len(served.posted) == 2
    assert rows.total == 2


async def test_a_conversation_with_a_model_of_this_machine(
    tmp_path: Path, here: dict[str, str]
) -> None:
    script = [Reply(when="红楼梦", model="qwen2.5", text="曹雪芹。")]
    talk = {
        "name": "AI 对话",
        "nodes": [
            {
                "id": "talk",
                "block": "AIConversationBlock",
                "config": {
                    "messages": [
                        {"role": "user", "content": "你好，你知道《红楼梦》的作者是谁吗？"}
                    ],
                    "model": "ollama/qwen2.5",
                },
            }
        ],
    }
    async with scripted_server(script) as model:
        with server(tmp_path, OLLAMA_BASE_URL=model.base_url, **here) as running:
            async with running.client() as client:
                run = await ended(client, talk, {})
    assert run.status is RunStatus.COMPLETED, run.error
    assert "曹雪芹。" in run.outputs.values()
