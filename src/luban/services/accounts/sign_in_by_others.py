"""From the button of a provider to whoever came back: each way tied to one browser and used once.

Nothing of it is stored that could be used: of the state only its digest, and nonce and PKCE's
verifier are made of the state and of a secret that only the browser has, as a cookie.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from luban.model.errors import LubanError, NotFound
from luban.services.accounts.asking import Asked, SignInBy
from luban.services.accounts.one_time import LinkOver, OneTimes
from luban.services.accounts.person import Person
from luban.services.accounts.sign_in_settings import SignInProvider

KIND = "away"
MINUTES = 10
_LONGEST_BACK = 500


class SignInLost(LubanError):
    """Somebody came back from a provider whom we did not send there, or too late."""

    code = "sign_in_lost"
    status = 400
    en = (
        "This sign-in was not begun in this browser, was used already, or took longer than ten "
        "minutes. Start again."
    )
    zh = "此次登录不是在此浏览器中发起、已被使用，或超过了十分钟。请重新开始。"


class Returned(NamedTuple):
    """Who came back, where they wanted to go, and which user began it if one did."""

    person: Person
    back: str
    user: str


class SignInByOthers:
    """The providers there are, and those on their way to and from them."""

    def __init__(self, ways: Iterable[SignInBy], one_times: OneTimes) -> None:
        self._ways = {way.provider.id: way for way in ways}
        self._one_times = one_times

    @property
    def providers(self) -> list[SignInProvider]:
        return [way.provider for way in self._ways.values()]

    async def start(
        self, provider_id: str, redirect: str, back: str, browser: str, user: str = ""
    ) -> str:
        """Where the browser goes; `browser` is its secret, `user` who links an account.

        Raises `NotFound`, `SignInFailed` and `IssuerUnreachable`.
        """
        way = self._way(provider_id)
        promised = {
            "redirect": redirect,
            "back": local_path(back),
            "browser": _digest(browser),
            "user": user,
        }
        state, _ = await self._one_times.make(KIND, provider_id, promised, MINUTES * 60)
        return await way.address(_asked(redirect, state, browser))

    async def finish(
        self, provider_id: str, answer: Mapping[str, str], browser: str, user: str = ""
    ) -> Returned:
        """Raises `NotFound`, `SignInLost`, `SignInFailed` and `IssuerUnreachable`."""
        way = self._way(provider_id)
        state = answer.get("state", "")
        try:
            sent = await self._one_times.redeem(KIND, state)
        except LinkOver as error:
            raise SignInLost from error
        same_browser = hmac.compare_digest(str(sent.data["browser"]), _digest(browser))
        if not browser or not same_browser or sent.subject != provider_id:
            raise SignInLost
        if sent.data["user"] and sent.data["user"] != user:
            raise SignInLost
        asked = _asked(sent.data["redirect"], state, browser)
        person = await way.person(asked, answer)
        return Returned(person, sent.data["back"], sent.data["user"])

    def _way(self, provider_id: str) -> SignInBy:
        way = self._ways.get(provider_id)
        if way is None:
            raise NotFound(
                what="way to sign in",
                what_zh="登录方式",
                name=provider_id,
                way_out=f"There are: {', '.join(self._ways) or 'none'}.",
                way_out_zh=f"可用的有：{'、'.join(self._ways) or '无'}。",
            )
        return way


def new_browser() -> str:
    """A secret for a browser that has none yet."""
    return secrets.token_urlsafe(32)


def local_path(back: str) -> str:
    """A path on this server, or its beginning: nobody is sent elsewhere after signing in."""
    ours = back.startswith("/") and not back.startswith("//") and "\\" not in back
    return back if ours and back.isprintable() and len(back) <= _LONGEST_BACK else "/"


def _asked(redirect: str, state: str, browser: str) -> Asked:
    return Asked(redirect, state, _bound(browser, "nonce", state), _bound(browser, "code", state))


def _bound(browser: str, purpose: str, state: str) -> str:
    """64 letters that only who has both can know; PKCE wants 43 to 128."""
    return hmac.new(browser.encode(), f"{purpose}\n{state}".encode(), hashlib.sha256).hexdigest()


def _digest(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()
