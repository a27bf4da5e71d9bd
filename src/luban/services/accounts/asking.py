"""What is asked of a provider to sign somebody in, and what can go wrong on the way."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from luban.model.errors import LubanError
from luban.services.accounts.person import Person
from luban.services.accounts.sign_in_settings import SignInProvider


class SignInFailed(LubanError):
    """A provider did not sign somebody in, or not in a way that can be believed."""

    code = "sign_in_failed"
    status = 401
    en = "{title} did not sign you in: {cause}. Start again."
    zh = "{title} 未能完成登录：{cause_zh}。请重新开始。"


class Asked(NamedTuple):
    """One sign-in on its way: where it comes back to, and what ties it to one browser."""

    redirect: str
    state: str
    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        """PKCE's S256 (RFC 7636)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


class SignInBy(Protocol):
    """Signs people in by one provider."""

    provider: SignInProvider

    async def address(self, asked: Asked) -> str:
        """Where the browser is sent. Raises `IssuerUnreachable`."""
        ...

    async def person(self, asked: Asked, answer: Mapping[str, str]) -> Person:
        """Who came back with this answer. Raises `SignInFailed` and `IssuerUnreachable`."""
        ...


def failed(provider: SignInProvider, cause: str, cause_zh: str) -> SignInFailed:
    return SignInFailed(title=provider.title, cause=cause, cause_zh=cause_zh)


def code_in(provider: SignInProvider, answer: Mapping[str, str]) -> str:
    """The code of an answer that refuses nothing. Raises `SignInFailed`."""
    error = answer.get("error", "")
    if error == "access_denied":
        raise failed(provider, "it was refused there", "对方拒绝了请求")
    if error:
        raise failed(provider, f"it says `{plain(error)}`", f"对方返回“{plain(error)}”")
    code = answer.get("code", "")
    if not code or len(code) > 4096:
        raise failed(provider, "its answer has no code", "应答中没有授权码")
    return code


def plain(word: object) -> str:
    """An error's name as a sentence may hold it: others choose it, and it is shown."""
    letters = word if isinstance(word, str) else ""
    return "".join(each for each in letters if each.isascii() and (each.isalnum() or each in "_-"))[
        :60
    ]
