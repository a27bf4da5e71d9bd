"""What people show beside the password: codes of an app, passkeys, codes on paper."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any, NamedTuple

from luban.model.errors import LubanError, NotFound
from luban.model.ids import new_id
from luban.ports.clock import Clock
from luban.ports.people import SecondFactor, User, UserStore
from luban.ports.sealed_bytes import packed, unpacked
from luban.ports.vault import KeyLost, SealBroken, Sealing
from luban.services.accounts import one_time_codes, passkeys, recovery_codes
from luban.services.accounts.emails import clean_name
from luban.services.accounts.one_time import LinkOver, OneTimes
from luban.services.accounts.passkeys import Passkey, PasskeyRefused, Site

ISSUER = "Luban"
_CHALLENGE = "challenge"
_CHALLENGE_SECONDS = 300.0
_MOST = 20
"""Factors of one kind that a person may have."""
_REAL = ("totp", "passkey")
_LONGEST_CODE = 64


class WrongCode(LubanError):
    """Neither a code of the app nor one on paper, or one that was used."""

    code = "wrong_code"
    status = 401
    en = "That code is not right, or was used already. Wait for the next one, or use another way."
    zh = "验证码不正确或已被使用。请等待下一个验证码，或使用其他方式。"


class TooManyFactors(LubanError):
    """More ways to confirm than anybody needs."""

    code = "too_many_factors"
    status = 409
    en = "There are {number} of these already. Remove one that you no longer use."
    zh = "已有 {number} 个。请先移除不再使用的。"


class NewCodeApp(NamedTuple):
    """What an app for codes is told; it counts once a code of it was shown."""

    id: str
    secret: str
    uri: str


class Challenge(NamedTuple):
    """What a passkey is to sign, and for what: by whom, in which session, for which purpose."""

    user: str
    purpose: str
    grant: str = ""


class SecondFactors:
    """Each person's own; who may ask is for those who call to say."""

    def __init__(
        self, users: UserStore, one_times: OneTimes, sealing: Sealing, clock: Clock
    ) -> None:
        self._users, self._one_times = users, one_times
        self._sealing, self._clock = sealing, clock

    async def list(self, user_id: str) -> list[SecondFactor]:
        """Those that count: apps and passkeys, and codes on paper that were not used."""
        found = await self._users.factors(user_id)
        return [each for each in found if each.confirmed and not _is_used(each)]

    async def kinds(self, user_id: str) -> list[str]:
        """Of which kinds there are; empty when a password is enough."""
        found = {each.kind for each in await self.list(user_id)}
        if not found & set(_REAL):
            return []
        return [kind for kind in (*_REAL, "recovery") if kind in found]

    async def begin_code_app(self, user: User, name: str) -> NewCodeApp:
        """A new app for codes. Raises `TooManyFactors`."""
        for each in await self._users.factors(user.id):
            if each.kind == "totp" and not each.confirmed:
                await self._users.remove_factor(user.id, each.id)
        secret, factor_id = one_time_codes.new_secret(), new_id("f")
        sealed = self._sealing.seal(secret, *_place(user.id, factor_id))
        await self._add(user.id, factor_id, "totp", name, packed(sealed))
        address = one_time_codes.address(secret, user.email, ISSUER)
        return NewCodeApp(factor_id, one_time_codes.as_text(secret), address)

    async def confirm_code_app(self, user_id: str, factor_id: str, code: str) -> None:
        """The app works: it shows the right code. Raises `NotFound` and `WrongCode`."""
        factor = await self._find(user_id, factor_id)
        if factor.kind != "totp" or not await self._is_code_of(factor, code):
            raise WrongCode

    async def check(self, user_id: str, code: str) -> bool:
        """Whether it is a code of any app, or one on paper; it is used up by that.

        Raises `KeyLost` and `SealBroken` when it is none and an app's secret does not open.
        """
        if len(code) > _LONGEST_CODE:
            return False
        lost: LubanError | None = None
        for factor in await self.list(user_id):
            try:
                if factor.kind == "totp" and await self._is_code_of(factor, code):
                    return True
            except (KeyLost, SealBroken) as error:
                lost = error
            if factor.kind == "recovery" and await self._is_paper(factor, code):
                return True
        if lost is not None:
            raise lost
        return False

    async def new_codes(self, user_id: str) -> list[str]:
        """Codes to write down, in place of those before."""
        old = [each for each in await self._users.factors(user_id) if each.kind == "recovery"]
        codes = recovery_codes.new_codes()
        for code in codes:
            await self._users.add_factor(
                SecondFactor(
                    id=new_id("f"),
                    user=user_id,
                    kind="recovery",
                    secret=recovery_codes.digest(code),
                    confirmed=True,
                    created_at=self._clock.now(),
                )
            )
        for each in old:
            await self._users.remove_factor(user_id, each.id)
        return codes

    async def remove(self, user_id: str, factor_id: str) -> None:
        """Raises `NotFound`. Codes on paper go with the last of what they stand in for."""
        factor = await self._find(user_id, factor_id)
        await self._users.remove_factor(user_id, factor.id)
        left = await self._users.factors(user_id)
        if factor.kind == "recovery" or not any(each.kind in _REAL for each in left):
            for each in left:
                if each.kind == "recovery":
                    await self._users.remove_factor(user_id, each.id)

    async def clear(self, user_id: str) -> None:
        """For who lost them all: the password is enough again."""
        for each in await self._users.factors(user_id):
            await self._users.remove_factor(user_id, each.id)

    async def begin_passkey(self, user: User, site: Site, grant: str) -> dict[str, Any]:
        """What the browser is asked to make a passkey with."""
        challenge = await self._challenge(Challenge(user.id, "make", grant))
        known = [Passkey.read(each.secret) for each in await self._passkeys(user.id)]
        about = (user.id, user.email, user.name)
        return passkeys.registration_options(site, challenge, about, known)

    async def add_passkey(
        self, user_id: str, site: Site, grant: str, name: str, answer: Mapping[str, Any]
    ) -> SecondFactor:
        """Raises `PasskeyRefused` and `TooManyFactors`."""
        challenge = await self._answered(answer, Challenge(user_id, "make", grant))
        passkey, counter = passkeys.register(site, challenge, answer)
        for each in await self._passkeys(user_id):
            if Passkey.read(each.secret).credential_id == passkey.credential_id:
                raise PasskeyRefused(cause="it is enrolled already")
        stored, factor_id = passkey.stored(), new_id("f")
        return await self._add(user_id, factor_id, "passkey", name, stored, counter)

    async def ask_passkey(self, user_id: str, site: Site, purpose: str) -> dict[str, Any]:
        """What the browser is asked to show a passkey with; of anybody when no user is named."""
        challenge = await self._challenge(Challenge(user_id, purpose))
        known = [Passkey.read(each.secret) for each in await self._passkeys(user_id)]
        return passkeys.assertion_options(
            site, challenge, known if user_id else None, verified=not user_id
        )

    async def check_passkey(
        self, user_id: str, site: Site, purpose: str, answer: Mapping[str, Any]
    ) -> str:
        """Whose passkey was shown; with no user named, its device checked the person too.

        Raises `PasskeyRefused`.
        """
        challenge = await self._answered(answer, Challenge(user_id, purpose))
        owner = user_id or passkeys.user_in(answer)
        factors = await self._passkeys(owner) if owner else []
        known = [Passkey.read(each.secret) for each in factors]
        shown = passkeys.check(site, challenge, known, answer, verified=not user_id)
        for factor, passkey in zip(factors, known, strict=True):
            if passkey.credential_id == shown.credential_id:
                now = self._clock.now()
                if await self._users.use_factor(factor.id, shown.counter, now):
                    return owner
        raise PasskeyRefused(cause="its count went back, so it may have been copied")

    async def _add(
        self, user_id: str, factor_id: str, kind: Any, name: str, secret: bytes, counter: int = 0
    ) -> SecondFactor:
        same = [each for each in await self._users.factors(user_id) if each.kind == kind]
        if len(same) >= _MOST:
            raise TooManyFactors(number=len(same))
        factor = SecondFactor(
            id=factor_id,
            user=user_id,
            kind=kind,
            name=clean_name(name),
            secret=secret,
            counter=counter,
            confirmed=kind == "passkey",
            created_at=self._clock.now(),
        )
        await self._users.add_factor(factor)
        return factor

    async def _find(self, user_id: str, factor_id: str) -> SecondFactor:
        factor = await self._users.find_factor(factor_id)
        if factor is None or factor.user != user_id:
            raise NotFound(what="second factor", what_zh="第二因素", name=factor_id)
        return factor

    async def _passkeys(self, user_id: str) -> list[SecondFactor]:
        return [each for each in await self.list(user_id) if each.kind == "passkey"]

    async def _is_code_of(self, factor: SecondFactor, code: str) -> bool:
        now = self._clock.now()
        place = _place(factor.user, factor.id)
        secret = self._sealing.open(unpacked(factor.secret), *place)
        period = one_time_codes.matching_period(secret, code, now, beyond=factor.counter)
        return period is not None and await self._users.use_factor(factor.id, period, now)

    async def _is_paper(self, factor: SecondFactor, code: str) -> bool:
        is_it = hmac.compare_digest(factor.secret, recovery_codes.digest(code))
        return is_it and await self._users.use_factor(factor.id, 1, self._clock.now())

    async def _challenge(self, challenge: Challenge) -> bytes:
        token, _ = await self._one_times.make(
            _CHALLENGE, challenge.user, challenge._asdict(), _CHALLENGE_SECONDS
        )
        return token.encode("ascii")

    async def _answered(self, answer: Mapping[str, Any], wanted: Challenge) -> bytes:
        """The challenge an answer is for, which thereby is used up. Raises `PasskeyRefused`."""
        challenge = passkeys.challenge_in(answer)
        try:
            offered = await self._one_times.redeem(_CHALLENGE, challenge.decode("ascii"))
        except (LinkOver, UnicodeDecodeError) as error:
            raise PasskeyRefused(cause="it took too long, or was used already") from error
        if Challenge(**offered.data) != wanted:
            raise PasskeyRefused(cause="it was asked for something else")
        return challenge


def _is_used(factor: SecondFactor) -> bool:
    return factor.kind == "recovery" and factor.counter > 0


def _place(user_id: str, factor_id: str) -> tuple[str, ...]:
    """What the secret of an app is bound to: it opens in no other row, and for nobody else."""
    return ("factors", factor_id, user_id)
