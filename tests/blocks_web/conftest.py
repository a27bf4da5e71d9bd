"""A context whose HTTP is the guarded client over real sockets, loopback allowed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from luban.net import AllowList, GuardedHttp
from luban.sdk.testing import TestContext, run_block


@pytest.fixture
async def context() -> AsyncIterator[TestContext]:
    http = GuardedHttp(AllowList.parse("loopback"))
    yield TestContext(http=cast("Any", http))
    await http.aclose()


async def run(block: Any, context: TestContext, /, **inputs: Any) -> dict[str, list[Any]]:
    """One step; a test may run several in one context."""
    context.emitted.clear()
    return await run_block(block, context, **inputs)
