"""Guarded HTTP with loopback allowed, and services that play the real ones."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from luban.net import AllowList, GuardedHttp
from tests.providers.services import all_services
from tests.providers.wire import Service, served


@pytest.fixture
async def http() -> AsyncIterator[GuardedHttp]:
    made = GuardedHttp(AllowList.parse("loopback"))
    yield made
    await made.aclose()


@pytest.fixture
async def services() -> AsyncIterator[Service]:
    async with served(all_services()) as running:
        yield running


@pytest.fixture(scope="session")
def service_account_key() -> str:
    """The file that Google gives for a service account."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    account = "luban@project.iam.gserviceaccount.com"
    token_uri = "https://evil.example/token"  # where a key file must not lead us
    return json.dumps(
        {
            "type": "service_account",
            "client_email": account,
            "private_key_id": "k1",
            "private_key": pem,
            "token_uri": token_uri,
        }
    )
