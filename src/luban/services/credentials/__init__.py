"""Credentials: entered, granted, tested, chosen by nodes, opened for their blocks."""

from luban.services.credentials.credentials import (
    CredentialChange,
    CredentialDraft,
    Credentials,
    Grant,
)
from luban.services.credentials.opening import Opened
from luban.services.credentials.rotation import KeyRotation
from luban.services.credentials.use import Use
from luban.services.credentials.uses import Uses

__all__ = [
    "CredentialChange",
    "CredentialDraft",
    "Credentials",
    "Grant",
    "KeyRotation",
    "Opened",
    "Use",
    "Uses",
]
