"""The first administrator: made in the browser with a printed code, or by settings."""

from __future__ import annotations

import base64
import secrets

from luban.model.access import ADMIN, Caller
from luban.model.errors import LubanError
from luban.ports.people import User, UserStore
from luban.services.accounts.attempts import Attempts
from luban.services.accounts.one_time import OneTimes
from luban.services.accounts.users import EmailTaken, UserDraft, Users

_KIND = "setup"
_KEPT = 30 * 86_400.0


class WrongCode(LubanError):
    """The setup code is not the one that was printed."""

    code = "wrong_setup_code"
    status = 403
    en = "This is not the setup code. It stands where the server was started: terminal or log."
    zh = "安装码不正确。它显示在启动服务器的终端或日志中。"


class NotFirst(LubanError):
    """There are users already."""

    code = "not_first"
    status = 409
    en = "There is an administrator already. Ask for an invitation, or sign in."
    zh = "已有管理员。请索取邀请，或直接登录。"


class First:
    """While there is no user; `code` is what to print, and empty when there is nothing to do."""

    def __init__(
        self, store: UserStore, users: Users, one_times: OneTimes, attempts: Attempts
    ) -> None:
        self._store = store
        self._users = users
        self._one_times = one_times
        self._attempts = attempts
        self.code = ""

    async def is_needed(self) -> bool:
        return await self._store.count() == 0

    async def prepare(self, email: str, password: str, *, required: bool) -> User | None:
        """Before the first request: the administrator of the settings, or else a code to print.

        Raises `WeakPassword` and `InvalidValue`.
        """
        if not await self.is_needed():
            return None
        if email and password:
            return await self._make(UserDraft(email, role=ADMIN.name, password=password))
        if required:
            self.code = _new_code()
            await self._one_times.make_known(_KIND, _plain(self.code), _KEPT)
        return None

    async def create(self, caller: Caller, email: str, password: str, name: str, code: str) -> User:
        """Whoever sits at the machine needs no code.

        Raises `WrongCode`, `NotFirst`, `TooManyAttempts` and as `Users.make`.
        """
        if not await self.is_needed():
            raise NotFirst
        if caller.by != "local":
            await self._require_code(caller, code)
        made = await self._make(UserDraft(email, name, ADMIN.name, password))
        if made is None:
            raise NotFirst
        await self._one_times.withdraw(_KIND, "")
        self.code = ""
        return made

    async def _require_code(self, caller: Caller, code: str) -> None:
        self._attempts.count(_KIND, caller.address)
        try:
            await self._one_times.look(_KIND, _plain(code))
        except LubanError as error:
            raise WrongCode from error

    async def _make(self, draft: UserDraft) -> User | None:
        try:
            return await self._users.make(draft, first=True)
        except EmailTaken:  # somebody was faster
            return None


def _new_code() -> str:
    """100 random bits, in groups that can be typed."""
    letters = base64.b32encode(secrets.token_bytes(15)).decode()[:20]
    return "-".join(letters[start : start + 5] for start in range(0, 20, 5))


def _plain(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())
