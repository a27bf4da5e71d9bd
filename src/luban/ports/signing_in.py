"""What signing in asks of others: further proofs, tokens of other houses, and mail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from luban.model.access import Caller
from luban.ports.people import User


class SecondFactors(Protocol):
    """What some people show beside the password."""

    async def kinds(self, user_id: str) -> Sequence[str]:
        """Which they may show, such as `totp`; empty if the password is enough."""
        ...

    async def check(self, user_id: str, code: str) -> bool:
        """Whether a code is right; it is used up by that."""
        ...


class Tokens(Protocol):
    """Bearer tokens that are not ours."""

    async def caller(self, token: str) -> User | Caller | None:
        """Whose it is; `None` if it is none of this kind. Raises `LubanError` if it is wrong.

        A `User` gets what their roles permit, in the team they choose.
        """
        ...


class Mail(Protocol):
    """Letters to people."""

    async def send(self, to: str, subject: str, text: str) -> None:
        """Raises `MailNotSent`."""
        ...
