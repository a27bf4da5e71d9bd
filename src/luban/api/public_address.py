"""Where providers send people back to."""

from __future__ import annotations

from fastapi import Request

from luban.api.signing_in import base_of

CALLBACK = "/api/v1/credentials/oauth/callback"


def callback_of(request: Request) -> str:
    """It is registered at the provider letter by letter, and sent there as it stands."""
    return base_of(request) + CALLBACK
