"""Passwords: which will do, and how they are kept and compared."""

from __future__ import annotations

import asyncio
import base64
import os
import sys
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from luban.model.errors import LubanError
from luban.services.accounts.common_passwords import is_common

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 1024
_AT_ONCE = 2
"""A hash takes 100 ms and 64 MB; more of them at a time would stall everything else."""
_YIELDING = 10
"""How much less urgent hashing is than everything else, where the system knows such a thing."""
_WAITING = 60
"""How many may wait for that before the next is told to come back."""

T = TypeVar("T")


class WeakPassword(LubanError):
    """A new password would be guessed too easily."""

    code = "weak_password"
    status = 422
    en = "This password cannot be taken: {cause}. Choose another; a few words will do."
    zh = "不能使用此密码：{cause_zh}。请换一个；几个词连起来即可。"

    def __init__(self, cause: str, cause_zh: str) -> None:
        super().__init__(cause=cause, cause_zh=cause_zh)


class SignInBusy(LubanError):
    """More people sign in than can be checked."""

    code = "sign_in_busy"
    status = 429
    retryable = True
    en = "Too many are signing in just now. Try again in a few seconds."
    zh = "当前登录的人过多。请几秒后重试。"


class Hasher(Protocol):
    """A slow function, its parameters and salt kept in what it gives."""

    @property
    def decoy(self) -> str:
        """A hash with today's parameters that no password has."""
        ...

    def hash(self, password: str) -> str: ...

    def is_right(self, stored: str, password: str) -> bool: ...

    def is_outdated(self, stored: str) -> bool:
        """Whether it was made with other parameters than today's."""
        ...


class Argon2:
    """Argon2id with 64 MB and 3 passes as RFC 9106 has it, but in one thread: others need some."""

    @cached_property
    def _hasher(self) -> PasswordHasher:
        from argon2 import PasswordHasher  # a program without accounts does not need it

        return PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)

    @property
    def decoy(self) -> str:
        return self._decoy

    @cached_property
    def _decoy(self) -> str:
        made = self._hasher

        def text(size: int) -> str:
            return base64.b64encode(os.urandom(size)).decode().rstrip("=")

        costs = f"m={made.memory_cost},t={made.time_cost},p={made.parallelism}"
        return f"$argon2id$v=19${costs}${text(made.salt_len)}${text(made.hash_len)}"

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def is_right(self, stored: str, password: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, stored: str) -> bool:
        return self._hasher.check_needs_rehash(stored)


class Verdict(NamedTuple):
    """Whether a password is right, and the hash to keep in place of an outdated one."""

    right: bool
    better: str | None = None


class Passwords:
    """Checks and keeps passwords, in threads and a few at a time."""

    def __init__(self, hasher: Hasher | None = None) -> None:
        self._hasher: Hasher = hasher or Argon2()
        self._threads = ThreadPoolExecutor(
            _AT_ONCE, thread_name_prefix="luban-passwords", initializer=_yield
        )
        self._waiting = 0

    def require_good(self, password: str, email: str = "") -> None:
        """Raises `WeakPassword`."""
        text = _plain(password)
        if len(text) < SHORTEST:
            raise WeakPassword(
                f"it needs at least {SHORTEST} characters", f"至少需要 {SHORTEST} 个字符"
            )
        if len(text) > LONGEST:
            raise WeakPassword(
                f"it may have at most {LONGEST} characters", f"最多 {LONGEST} 个字符"
            )
        if "\0" in text:
            raise WeakPassword("it holds a null character", "其中含有空字符")
        if _is_of(text, email):
            raise WeakPassword("it is the e-mail address", "与邮箱地址相同")
        if is_common(text):
            raise WeakPassword("it is among the first that are tried", "属于最先被尝试的密码")

    async def hash(self, password: str) -> str:
        """Raises `SignInBusy`."""
        return await self._in_turn(lambda: self._hasher.hash(_plain(password)))

    async def verify(self, stored: str | None, password: str) -> Verdict:
        """Takes as long for somebody without a password, or nobody. Raises `SignInBusy`."""
        text = _plain(password)
        usable = stored is not None and len(text) <= LONGEST
        against = stored if usable and stored is not None else self._hasher.decoy
        text = text[:LONGEST]

        def compare() -> Verdict:
            right = self._hasher.is_right(against, text) and usable
            better = right and self._hasher.is_outdated(against)
            return Verdict(right, self._hasher.hash(text) if better else None)

        return await self._in_turn(compare)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._waiting >= _WAITING:
            raise SignInBusy
        self._waiting += 1
        doing = asyncio.get_running_loop().run_in_executor(self._threads, work)
        doing.add_done_callback(self._done)
        return await asyncio.shield(doing)

    def _done(self, doing: asyncio.Future[Any]) -> None:
        """Also of who went away meanwhile: the thread goes on, and so does its turn."""
        self._waiting -= 1
        if not doing.cancelled():
            doing.exception()


def _yield() -> None:
    if sys.platform != "linux":  # elsewhere it would be that of the whole process
        return
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _YIELDING)


def _plain(password: str) -> str:
    """The same letters typed on another keyboard are the same password."""
    return unicodedata.normalize("NFKC", password)


def _is_of(password: str, email: str) -> bool:
    folded, address = password.casefold(), email.casefold()
    return bool(address) and folded in (address, address.partition("@")[0])
