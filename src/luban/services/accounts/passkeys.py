"""Passkeys: what a browser is asked for, and whether what it gives is right (WebAuthn level 3).

Attestation is neither asked for nor judged: any authenticator that keeps a key will do.
"""

from __future__ import annotations

import ipaddress
import json
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from luban.model.errors import LubanError
from luban.services.accounts.web_address import parts_of

if TYPE_CHECKING:
    from fido2.server import Fido2Server
    from fido2.webauthn import AttestedCredentialData, AuthenticatorData, CollectedClientData

_LONGEST = 64_000
"""Characters of an answer; real ones have a few thousand."""

_BROKEN = (
    *(ValueError, LookupError, TypeError, AttributeError, AssertionError),
    *(ArithmeticError, NotImplementedError, RecursionError, struct.error),
)
"""What the library raises about bytes that are nothing it can read."""


class PasskeysNeedName(LubanError):
    """Passkeys belong to a name; an address of numbers has none."""

    code = "passkeys_need_name"
    status = 409
    en = (
        "Passkeys belong to a host name, and `{host}` is none. Open this server by a name over "
        "https (its name goes into LUBAN_HOSTS), or as http://localhost on its own machine."
    )
    zh = (
        "通行密钥与主机名绑定，而“{host}”不是主机名。请通过 https 以主机名打开此服务器"
        "（将主机名加入 LUBAN_HOSTS），或在本机使用 http://localhost。"
    )


class PasskeyRefused(LubanError):
    """What the browser gave for a passkey is not right."""

    code = "passkey_refused"
    status = 401
    en = "This passkey was not accepted: {cause}. Try again, or use another way to sign in."
    zh = "此通行密钥未被接受：{cause}。请重试，或使用其他登录方式。"


class Site(NamedTuple):
    """As whom we ask: `host` as the browser sent it, with a port if there is one."""

    host: str

    @property
    def name(self) -> str:
        """What passkeys are bound to. Raises `PasskeysNeedName`."""
        name = parts_of(f"http://{self.host}").hostname or ""
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name
        raise PasskeysNeedName(host=name)

    def is_origin(self, origin: str) -> bool:
        """Whether a page of ours asked; browsers offer passkeys over https and on localhost."""
        parts = parts_of(origin)
        if parts.netloc.lower() != self.host.lower() or parts.path or parts.query:
            return False
        name = parts.hostname or ""
        local = name == "localhost" or name.endswith(".localhost")
        return parts.scheme == "https" or (parts.scheme == "http" and local)


class Passkey(NamedTuple):
    """What is kept of a passkey: the site it is for, its id and public key, how it is reached."""

    site: str
    data: bytes
    transports: tuple[str, ...] = ()
    synced: bool = False

    def stored(self) -> bytes:
        fields = self._asdict() | {"data": self.data.hex()}
        return orjson.dumps(fields)

    @classmethod
    def read(cls, stored: bytes) -> Passkey:
        fields = orjson.loads(stored)
        data, transports = bytes.fromhex(fields["data"]), tuple(fields["transports"])
        return cls(**fields | {"data": data, "transports": transports})

    @property
    def credential_id(self) -> bytes:
        return _credential(self).credential_id


class Shown(NamedTuple):
    """That a passkey was shown, its own count, and whether its device checked who held it."""

    credential_id: bytes
    counter: int
    verified: bool


def registration_options(
    site: Site, challenge: bytes, user: tuple[str, str, str], known: Sequence[Passkey]
) -> dict[str, Any]:
    """What `navigator.credentials.create` is given; `user` is id, e-mail and name."""
    from fido2.webauthn import (
        PublicKeyCredentialUserEntity,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    user_id, email, name = user
    options, _ = _server(site).register_begin(
        PublicKeyCredentialUserEntity(id=user_id.encode(), name=email, display_name=name or email),
        [_descriptor(passkey) for passkey in known if passkey.site == site.name],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
        challenge=challenge,
    )
    return _as_json(options)


def register(site: Site, challenge: bytes, answer: Mapping[str, Any]) -> tuple[Passkey, int]:
    """The new passkey and its count. Raises `PasskeyRefused`."""
    from fido2.webauthn import RegistrationResponse

    try:
        response = RegistrationResponse.from_dict(_bounded(answer))
        _require_own_page(response.response.client_data)
        state = {"challenge": _websafe(challenge), "user_verification": None}
        made: AuthenticatorData = _server(site).register_complete(state, response)
        if made.credential_data is None:
            raise ValueError("it has no key")
        _require_usable(made.credential_data)
        data = bytes(made.credential_data)
    except _BROKEN as error:
        raise PasskeyRefused(cause=_cause(error)) from error
    passkey = Passkey(site.name, data, _transports(answer), made.is_backed_up())
    return passkey, made.counter


def assertion_options(
    site: Site, challenge: bytes, known: Sequence[Passkey] | None, *, verified: bool
) -> dict[str, Any]:
    """What `navigator.credentials.get` is given; without `known` the browser offers its own."""
    from fido2.webauthn import UserVerificationRequirement

    need = UserVerificationRequirement.REQUIRED if verified else None
    fitting = None
    if known is not None:
        fitting = [_descriptor(passkey) for passkey in known if passkey.site == site.name]
    options, _ = _server(site).authenticate_begin(
        fitting,
        user_verification=need or UserVerificationRequirement.PREFERRED,
        challenge=challenge,
    )
    return _as_json(options)


def check(
    site: Site,
    challenge: bytes,
    known: Sequence[Passkey],
    answer: Mapping[str, Any],
    *,
    verified: bool,
) -> Shown:
    """Which of the known passkeys was shown. Raises `PasskeyRefused`."""
    from fido2.webauthn import AuthenticationResponse, UserVerificationRequirement

    need = UserVerificationRequirement.REQUIRED if verified else None
    state = {"challenge": _websafe(challenge), "user_verification": need}
    try:
        response = AuthenticationResponse.from_dict(_bounded(answer))
        _require_own_page(response.response.client_data)
        fitting = [_credential(passkey) for passkey in known if passkey.site == site.name]
        used = _server(site).authenticate_complete(state, fitting, response)
    except _BROKEN as error:
        raise PasskeyRefused(cause=_cause(error)) from error
    about = response.response.authenticator_data
    return Shown(used.credential_id, about.counter, about.is_user_verified())


def challenge_in(answer: Mapping[str, Any]) -> bytes:
    """The challenge an answer says it is for, not yet checked. Raises `PasskeyRefused`."""
    from fido2.utils import websafe_decode

    try:
        told = json.loads(websafe_decode(_bounded(answer)["response"]["clientDataJSON"]))
        return websafe_decode(told["challenge"])
    except _BROKEN as error:
        raise PasskeyRefused(cause="it is incomplete") from error


def user_in(answer: Mapping[str, Any]) -> str:
    """Whose passkey an answer says it is, not yet checked; empty when it does not say."""
    from fido2.utils import websafe_decode

    try:
        return websafe_decode(answer["response"]["userHandle"]).decode()
    except _BROKEN:
        return ""


def _bounded(answer: Mapping[str, Any]) -> dict[str, Any]:
    try:
        if len(orjson.dumps(dict(answer))) <= _LONGEST:
            return dict(answer)
    except (TypeError, ValueError) as error:
        raise PasskeyRefused(cause="it is not JSON") from error
    raise PasskeyRefused(cause=f"it is longer than {_LONGEST} characters")


def _require_own_page(told: CollectedClientData) -> None:
    if told.cross_origin:
        raise ValueError("a page within a page asked for it")


def _require_usable(credential: AttestedCredentialData) -> None:
    """Raises `ValueError` and the like for a key by which nothing could ever be checked."""
    from cryptography.exceptions import InvalidSignature

    with suppress(InvalidSignature):
        credential.public_key.verify(b"", b"")


def _transports(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """How the browser may reach it; a hint only."""
    from fido2.webauthn import AuthenticatorTransport

    known = {each.value for each in AuthenticatorTransport}
    given = answer["response"].get("transports") or ()
    return tuple(sorted({each for each in given if isinstance(each, str)} & known))


def _server(site: Site) -> Fido2Server:
    from fido2.server import Fido2Server
    from fido2.webauthn import AttestationConveyancePreference, PublicKeyCredentialRpEntity

    return Fido2Server(
        PublicKeyCredentialRpEntity(id=site.name, name="Luban"),
        attestation=AttestationConveyancePreference.NONE,
        verify_origin=site.is_origin,
    )


def _credential(passkey: Passkey) -> AttestedCredentialData:
    from fido2.webauthn import AttestedCredentialData

    return AttestedCredentialData(passkey.data)


def _descriptor(passkey: Passkey) -> Any:
    from fido2.webauthn import (
        AuthenticatorTransport,
        PublicKeyCredentialDescriptor,
        PublicKeyCredentialType,
    )

    return PublicKeyCredentialDescriptor(
        type=PublicKeyCredentialType.PUBLIC_KEY,
        id=passkey.credential_id,
        transports=[AuthenticatorTransport(each) for each in passkey.transports] or None,
    )


def _as_json(options: Any) -> dict[str, Any]:
    """As browsers read it: `PublicKeyCredential.parse…OptionsFromJSON`."""
    return json.loads(json.dumps(options["publicKey"], default=dict))


def _websafe(content: bytes) -> str:
    from fido2.utils import websafe_encode

    return websafe_encode(content)


def _cause(error: Exception) -> str:
    text = str(error).rstrip(".")
    return text if isinstance(error, ValueError) and text else "it is incomplete"
