"""What was asked of providers and is not answered yet, and for a while how it ended.

Kept for ten minutes under the digest of a random state, so that the database tells nobody what an
answer would have to be; what proves a question lies there sealed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, NamedTuple

from luban.model.access import Caller
from luban.model.errors import LubanError
from luban.ports.clock import Clock
from luban.ports.people import OneTime, SessionStore
from luban.ports.providers import Asking
from luban.ports.vault import Sealed, Sealing

ASKED, ANSWERED = "oauth", "oauth_answered"
SECONDS = 600.0
_PLACE = "oauth"


class AnswerOver(LubanError):
    """Nobody asked for this answer, or it was given already, or it is too late."""

    code = "oauth_answer_over"
    status = 410
    en = (
        "This answer was used already, came after more than ten minutes, or was never asked for. "
        "Connect the account again from the page Credentials."
    )
    zh = "此应答已被使用、已超过十分钟，或并非由此发起。请在“凭据”页面重新连接账号。"


class AnswerNotYours(LubanError):
    """The answer came with another user or another browser than the question."""

    code = "oauth_answer_not_yours"
    status = 403
    en = (
        "This answer belongs to another browser or another user. Connect the account again, in "
        "this browser."
    )
    zh = "此应答属于另一个浏览器或另一个用户。请在当前浏览器中重新连接账号。"


class Outcome(NamedTuple):
    """How a connection ended; neither is set while it has not."""

    credential_id: str | None = None
    error: Mapping[str, Any] | None = None


class AskedGrants:
    """Questions and answers, each for the user who asked."""

    def __init__(self, sessions: SessionStore, sealing: Sealing, clock: Clock) -> None:
        self._sessions = sessions
        self._sealing = sealing
        self._clock = clock

    async def keep(
        self, caller: Caller, state: str, data: Mapping[str, Any], *, browser: str = ""
    ) -> None:
        """With `browser`, only who shows it again in the same session may answer."""
        now = self._clock.now()
        bound = {
            "browser": hashlib.sha256(browser.encode()).hexdigest() if browser else "",
            "session": caller.grant if browser and caller.by == "session" else "",
        }
        await self._sessions.offer(
            OneTime(
                digest=_digest(state),
                kind=ASKED,
                subject=caller.user,
                data={**data, **bound},
                created_at=now,
                expires_at=now + SECONDS,
            )
        )

    async def take(self, state: str) -> OneTime:
        """Of two who try at once only one gets it. Raises `AnswerOver`."""
        asked = await self._sessions.redeem(ASKED, _digest(state), self._clock.now())
        if asked is None:
            raise AnswerOver
        return asked

    async def look(self, caller: Caller, state: str) -> OneTime:
        """Leaves it where it is. Raises `AnswerOver` also for what another asked."""
        asked = await self._sessions.look(ASKED, _digest(state), self._clock.now())
        if asked is None or asked.subject != caller.user:
            raise AnswerOver
        return asked

    async def give_back(self, asked: OneTime, **changes: Any) -> None:
        """It is still open; the time it was given goes on."""
        data = {**asked.data, **changes}
        await self._sessions.offer(asked.model_copy(update={"data": data}))

    async def answered(self, asked: OneTime, credential_id: str) -> None:
        await self._note(asked, {"credential_id": credential_id})

    async def failed(self, asked: OneTime, error: LubanError) -> None:
        told = error.as_json()
        shown = {name: told[name] for name in ("code", "message", "message_zh")}
        await self._note(asked, {"error": shown})

    async def outcome(self, caller: Caller, state: str) -> Outcome:
        """Raises `AnswerOver` for what nobody asked, or another did."""
        answered = await self._sessions.look(ANSWERED, _digest(state), self._clock.now())
        if answered is not None and answered.subject == caller.user:
            return Outcome(answered.data.get("credential_id"), answered.data.get("error"))
        await self.look(caller, state)
        return Outcome()

    def sealed(self, asking: Asking) -> str:
        """The verifier and a secret that was given wait in the database as ciphertext."""
        return self.seal(asking.state, asking.model_dump_json())

    def asking(self, asked: OneTime) -> Asking:
        return Asking.model_validate_json(self.open(asked, asked.data["asking"]))

    def seal(self, state: str, text: str) -> str:
        sealed = self._sealing.seal(text.encode(), _PLACE, _digest(state).hex())
        return base64.b64encode(sealed.box).decode("ascii")

    def open(self, asked: OneTime, sealed: str) -> str:
        box = Sealed.of(base64.b64decode(sealed))
        return self._sealing.open(box, _PLACE, asked.digest.hex()).decode()

    async def _note(self, asked: OneTime, data: Mapping[str, Any]) -> None:
        now = self._clock.now()
        await self._sessions.offer(
            OneTime(
                digest=asked.digest,
                kind=ANSWERED,
                subject=asked.subject,
                data=data,
                created_at=now,
                expires_at=now + SECONDS,
            )
        )


def check_browser(caller: Caller, asked: OneTime, browser: str) -> None:
    """Raises `AnswerNotYours`."""
    shown = hashlib.sha256(browser.encode()).hexdigest()
    bound = asked.data["browser"]
    same = bool(bound) and hmac.compare_digest(shown, bound)
    session = asked.data["session"]
    if not same or asked.subject != caller.user or (session and session != caller.grant):
        raise AnswerNotYours


def _digest(state: str) -> bytes:
    return hashlib.sha256(state[:200].encode()).digest()
