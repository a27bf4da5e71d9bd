"""Sessions of browsers: begun with a new token each time, listed, and ended."""

from __future__ import annotations

import secrets

from luban.model.access import Caller
from luban.model.errors import LubanError, NotFound
from luban.model.ids import new_id
from luban.ports.clock import Clock
from luban.ports.people import Session, SessionStore, User, UserStore
from luban.services.accounts.one_time import BYTES, digest_of
from luban.services.accounts.recent import Recent

CONFIRMED_FOR = 900.0
"""Seconds for which proving who one is counts for what is grave."""
_TOUCHED = 60.0
"""Seconds between two notes of when a session was last used."""
_LONGEST_AGENT = 300


class AccountDisabled(LubanError):
    """An administrator disabled the account."""

    code = "account_disabled"
    status = 403
    en = "This account is disabled. Ask an administrator."
    zh = "此账号已被停用。请联系管理员。"


class ConfirmFirst(LubanError):
    """What is grave needs a fresh proof that it is still the same person."""

    code = "confirm_first"
    status = 403
    en = "Confirm first that it is you: enter your password again."
    zh = "请先确认是您本人：重新输入密码。"


class NotForPrograms(LubanError):
    """Something only a person may do, in a browser."""

    code = "not_for_programs"
    status = 403
    en = "API keys and tokens may not do this: sign in with the password."
    zh = "API 密钥和令牌不能执行此操作：请用密码登录。"


class Sessions:
    """One for each browser that is signed in."""

    def __init__(
        self,
        store: SessionStore,
        users: UserStore,
        recent: Recent,
        clock: Clock,
        *,
        idle: float = 14 * 86_400,
        longest: float = 90 * 86_400,
    ) -> None:
        self._store = store
        self._users = users
        self._recent = recent
        self._clock = clock
        self._idle = idle
        self.longest = longest
        """Seconds after which even a session in use ends."""

    async def begin(self, user: User, address: str, agent: str) -> str:
        """The token of a new session; whoever calls this has proved who the user is.

        Raises `AccountDisabled`.
        """
        if user.disabled:
            raise AccountDisabled
        token, now = secrets.token_urlsafe(BYTES), self._clock.now()
        await self._store.begin(
            Session(
                id=new_id("s"),
                user=user.id,
                digest=digest_of(token),
                team=user.team,
                address=address,
                agent=agent[:_LONGEST_AGENT],
                created_at=now,
                last_used_at=now,
                expires_at=now + min(self._idle, self.longest),
                confirmed_at=now,
            )
        )
        await self._users.seen(user.id, now)
        return token

    async def find(self, token: str) -> Session | None:
        """The session of a token, if it is not over."""
        session = await self._store.find(digest_of(token))
        if session is None or session.expires_at <= self._clock.now():
            return None
        return session

    async def used(self, session: Session, address: str, agent: str) -> None:
        """Keeps a session alive that is in use."""
        now = self._clock.now()
        if now - session.last_used_at < _TOUCHED:
            return
        until = min(now + self._idle, session.created_at + self.longest)
        where = {"address": address, "agent": agent[:_LONGEST_AGENT]}
        await self._store.touch(
            session.model_copy(update={**where, "last_used_at": now, "expires_at": until})
        )
        await self._users.seen(session.user, now)

    async def list(self, user_id: str) -> list[Session]:
        now = self._clock.now()
        return [each for each in await self._store.list(user_id) if each.expires_at > now]

    async def end(self, user_id: str, session_id: str) -> None:
        """Raises `NotFound`."""
        ended = await self._store.end(user_id, session_id)
        self._recent.forget()
        if not ended:
            raise NotFound(what="session", what_zh="会话", name=session_id)

    async def end_all(self, user_id: str, *, but: str = "") -> int:
        ended = await self._store.end_all(user_id, but=but)
        self._recent.forget()
        return ended

    async def leave(self, caller: Caller) -> None:
        """Ends the session the caller came with, if it was one."""
        if caller.by == "session":
            await self._store.end(caller.user, caller.grant)
            self._recent.forget()

    async def choose(self, caller: Caller, team: str) -> None:
        """From now on the caller's session is about this team, of which they must be a member."""
        await self._store.choose(caller.grant, team)
        self._recent.forget()

    async def confirm(self, caller: Caller) -> None:
        """The caller just proved who they are."""
        if caller.by == "session":
            await self._store.confirm(caller.grant, self._clock.now())
            self._recent.forget()

    async def confirmed_until(self, caller: Caller) -> float | None:
        """Until when the caller may do what is grave; `None` if that takes a new proof."""
        if caller.by != "session":
            return None
        for each in await self._store.list(caller.user):
            until = each.confirmed_at + CONFIRMED_FOR
            if each.id == caller.grant and until > self._clock.now():
                return until
        return None

    async def require_recent(self, caller: Caller) -> None:
        """For what is grave: whoever uses a browser must have proved lately who they are.

        Programs have a key, whose scopes say whether they may. Raises `ConfirmFirst`.
        """
        if caller.by == "session" and await self.confirmed_until(caller) is None:
            raise ConfirmFirst

    async def require_person(self, caller: Caller) -> None:
        """As `require_recent`, for what no program may do: one's own ways to sign in.

        Raises `ConfirmFirst` and `NotForPrograms`.
        """
        if caller.by not in ("session", "local"):
            raise NotForPrograms
        await self.require_recent(caller)
