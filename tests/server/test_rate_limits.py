"""Two servers with one Redis count together; without it they go on, each for itself."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest

from tests.server.kit import ServerProcess
from tools import servers

pytestmark = pytest.mark.network

COUNTED = json.dumps({"local": True, "read": "6/hour"})


def asked(*running: ServerProcess, times: int) -> list[int]:
    """The answers, asking each server in turn."""
    return [
        httpx2.get(f"{running[n % len(running)].url}/api/v1/agents").status_code
        for n in range(times)
    ]


def test_two_servers_count_together_and_outlive_redis(tmp_path: Path) -> None:
    with servers.private("redis") as redis:
        if redis is None:
            pytest.skip("redis-server is missing on this machine")
        more = {"REDIS_URL": redis.address, "LUBAN_RATE_LIMITS": COUNTED}
        homes = [tmp_path / "a", tmp_path / "b"]
        for home in homes:
            home.mkdir()
        pair = [ServerProcess(home, **more) for home in homes]
        try:
            answers = asked(*pair, times=8)
            assert answers == [200] * 6 + [429] * 2

            redis.process.kill()
            redis.process.wait()
            alone = asked(pair[0], times=7)
            assert alone == [200] * 6 + [429]
        finally:
            said = [each.stop()[1] for each in pair]
        assert said[0].count("Redis cannot be reached") == 1
        assert "Traceback" not in said[0] + said[1]


def test_a_server_starts_though_redis_is_away(tmp_path: Path) -> None:
    more = {"LUBAN_REDIS_URL": "redis://127.0.0.1:1/0", "LUBAN_RATE_LIMITS": COUNTED}
    server = ServerProcess(tmp_path, **more)
    try:
        assert asked(server, times=7) == [200] * 6 + [429]
    finally:
        code, said = server.stop()
    assert code == 0
    assert said.count("Redis cannot be reached") == 1
