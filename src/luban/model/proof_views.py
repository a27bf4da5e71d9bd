"""What the API answers about second factors, passkeys and linked accounts."""

from __future__ import annotations

from typing import Literal

from luban.model.views import Moment, View


class FactorView(View):
    """A second factor. Codes on paper are one; `left` says how many of them are not used."""

    id: str
    kind: Literal["totp", "passkey", "recovery"]
    name: str
    confirmed: bool
    created_at: Moment
    last_used_at: Moment | None
    left: int | None = None


class NewCodeAppView(View):
    """What an app for codes is told, as text and as the address that a QR code holds.

    It counts once a code of it was sent.
    """

    id: str
    secret: str
    uri: str


class RecoveryCodesView(View):
    """Codes to write down; they are told only here."""

    codes: list[str]


class IdentityView(View):
    """An account of another house that one may sign in with."""

    issuer: str
    subject: str
    title: str
    email: str
    created_at: Moment


class GreetingView(View):
    """A word for who is signed in."""

    message: str
