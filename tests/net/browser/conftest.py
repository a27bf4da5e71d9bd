"""The browser of this machine, behind a gate that tests can move."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from luban.net import AllowList
from luban.net.browser import Chromium
from luban.net.browser.chromium import PageLimits
from luban.net.gate import system_resolver
from tools import prerequisites

MakeBrowser = Callable[..., Chromium]


@pytest.fixture(scope="session")
def program() -> str:
    found = prerequisites.find_browser()
    if found is None:
        if prerequisites.strict():
            pytest.fail("there is no browser on this machine")
        pytest.skip("there is no browser on this machine")
    return found


@pytest.fixture
def make_browser(program: str) -> MakeBrowser:
    """`make_browser("loopback:80", names={"a.test": [["127.0.0.1"], ["10.0.0.1"]]})`.

    The lists of addresses of a name are given in turn, the last one for good.
    """

    def make(
        allow: str = "",
        *,
        names: dict[str, list[list[str]]] | None = None,
        limits: PageLimits | None = None,
    ) -> Chromium:
        left = {name: list(answers) for name, answers in (names or {}).items()}

        async def resolve(host: str, port: int) -> list[str]:
            answers = left.get(host)
            if answers is None:
                return await system_resolver(host, port)
            return answers.pop(0) if len(answers) > 1 else answers[0]

        return Chromium(AllowList.parse(allow), program, resolve=resolve, limits=limits)

    return make
