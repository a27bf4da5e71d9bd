"""A machine without boxes."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

from luban.ports.sandbox import CommandNeeds


class NoBoxes:
    """`CommandBoxes` for tests that start no command."""

    def open(self, needs: CommandNeeds) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
        raise AssertionError(needs)
