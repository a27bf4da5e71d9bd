"""By whom people may be signed in, as settings say it."""

from __future__ import annotations

from typing import Any

import pytest

from luban.model.errors import InvalidValue
from luban.services.accounts.sign_in_settings import hosts_of, read_providers


def test_rows_and_variables_together() -> None:
    rows = [
        {"id": "google", "client_id": "g"},
        {"id": "acme", "title": "Acme", "issuer": "https://id.acme.example/r", "client_id": "a"},
    ]
    environment = {
        "LUBAN_SIGN_IN_ACME_CLIENT_SECRET": "from the environment",
        "LUBAN_SIGN_IN_MY_IDP_ISSUER": "http://localhost:9000",
        "LUBAN_SIGN_IN_MY_IDP_CLIENT_ID": "m",
        "LUBAN_SIGN_IN_GITHUB_CLIENT_ID": "h",
        "LUBAN_SIGN_IN_GITHUB_CLIENT_SECRET": "hs",
        "LUBAN_OTHER": "x",
    }
    google, acme, mine, github = read_providers(environment, rows)
    assert (google.kind, google.title, google.issuer) == (
        "oidc",
        "Google",
        "https://accounts.google.com",
    )
    assert (acme.title, acme.client_secret) == ("Acme", "from the environment")
    assert (mine.id, mine.title, mine.issuer) == ("my-idp", "my-idp", "http://localhost:9000")
    assert (github.kind, github.issuer, github.api) == (
        "github",
        "https://github.com",
        "https://api.github.com",
    )
    assert "from the environment" not in repr(acme)
    assert hosts_of([acme, mine]) == ["id.acme.example:443", "localhost:9000"]


@pytest.mark.parametrize(
    "row",
    [
        {"id": "Acme", "issuer": "https://id.example", "client_id": "a"},
        {"id": "../x", "issuer": "https://id.example", "client_id": "a"},
        {"issuer": "https://id.example", "client_id": "a"},
        {"id": "acme", "client_id": "a"},
        {"id": "acme", "issuer": "https://id.example"},
        {"id": "acme", "issuer": "http://id.example", "client_id": "a"},
        {"id": "acme", "issuer": "https://id.example?x=1", "client_id": "a"},
        {"id": "acme", "issuer": "https://id.example", "client_id": 5},
        {"id": "acme", "issuer": "https://id.example", "client_id": "a", "kind": "saml"},
        {"id": "acme", "issuer": "https://id.example", "client_id": "a", "scopes": 5},
        {"id": "acme", "issuer": "https://id.example", "client_id": "a", "clientid": "a"},
    ],
)
def test_rows_that_are_no_good(row: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        read_providers({}, [row])
