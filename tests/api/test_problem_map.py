"""Which status stands for which kind of trouble (P-API-26, P-ERR)."""

from __future__ import annotations

import logging

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from luban.api.envelope import Envelope
from luban.model.errors import Conflict, LubanError, NotFound
from luban.storage.errors import StorageBroken, StorageConflict, ValueRefused
from tests.api.kit import HOST, assert_error

CONFLICT = Conflict(what="The agent", what_zh="智能体", name="a", revision=2, sent=1)


@pytest.mark.parametrize(
    ("error", "status", "code", "chinese"),
    [
        (ValueRefused(cause="NUL"), 400, "value_refused", "数据格式错误"),
        (NotFound(what="agent", what_zh="智能体", name="a"), 404, "not_found", "没有"),
        (CONFLICT, 409, "conflict", "已被别处修改"),
        (StorageConflict(cause="unique"), 409, "data_conflict", "数据冲突"),
        (StorageBroken(place="x", cause="io"), 500, "storage_broken", "无法读写"),
        (TimeoutError(), 504, "outside_too_slow", "外部服务超时"),
        (httpx2.ReadTimeout("late"), 504, "outside_too_slow", "外部服务超时"),
        (ConnectionRefusedError(), 502, "outside_unavailable", "外部服务不可用"),
        (httpx2.ConnectError("gone"), 502, "outside_unavailable", "外部服务不可用"),
        (RuntimeError("secret detail"), 500, "internal", "意外错误"),
    ],
)
async def test_each_kind_of_trouble_has_its_status(
    error: Exception, status: int, code: str, chinese: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def raising(scope: Scope, receive: Receive, send: Send) -> None:
        raise error

    transport = httpx2.ASGITransport(Envelope(raising), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=HOST) as http:
        body = assert_error(await http.get("/x"), status, code)
    assert chinese in body["message_zh"]
    assert "secret detail" not in str(body)
    logged = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert bool(logged) is not isinstance(error, LubanError)  # what nobody expected is in the log
