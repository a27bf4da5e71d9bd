"""Every row of the catalogue holds together: whoever adds one is told here what it lacks."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import jmespath
import pytest

from luban.ports.providers import Provider
from luban.providers.catalogue import catalogue, read_row
from luban.providers.filling import _matches  # pyright: ignore[reportPrivateUsage]
from luban.services.own_providers import check

ROWS = list(catalogue().values())
CHINESE = re.compile("[一-鿿]")
SLOT = re.compile(r"\{(\w+)\}")
TOKENS = {"access_token", "refresh_token", "client_id", "client_secret"}
PROVEN = {"openai", "anthropic", "github", "google", "slack", "smtp", "imap"}


def test_the_proven_ones_are_there() -> None:
    assert catalogue().keys() >= PROVEN


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_speaks_both_languages(row: Provider) -> None:
    assert row.title and row.title_zh
    assert row.docs.startswith("https://") or row.client != "http"
    for kind in row.kinds:
        assert kind.title and CHINESE.search(kind.title_zh), kind.kind
        for field in kind.fields:
            assert field.title and field.title_zh, field.name
            assert bool(field.help) == bool(CHINESE.search(field.help_zh)), field.name
    for scope in row.scopes:
        assert scope.help and CHINESE.search(scope.help_zh), scope.name


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_slot_is_a_field_and_every_field_has_a_use(row: Provider) -> None:
    for kind in row.kinds:
        probe = kind.probe or row.probe
        probed = f"{probe.url} {dict(probe.headers)}" if probe else ""
        said = " ".join([*kind.headers.values(), *kind.query.values(), *row.hosts, probed])
        slots, fields = set(SLOT.findall(said)), {field.name for field in kind.fields}
        made = {"access_token"} if kind.kind == "service_account" else set[str]()
        used = " ".join([*kind.headers.values(), *kind.query.values(), probed])
        assert set(SLOT.findall(used)) <= fields | made, kind.kind
        if row.client == "http" and kind.kind not in ("oauth2", "service_account"):
            assert fields <= slots, kind.kind


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_addresses_are_encrypted_and_tests_stay_at_home(row: Provider) -> None:
    probes = [kind.probe for kind in row.kinds if kind.probe] + ([row.probe] if row.probe else [])
    for probe in probes:
        for expression in (probe.ok, probe.account, probe.trouble, probe.scopes):
            assert not expression or jmespath.compile(expression)
        if probe.url.startswith("{"):
            continue
        parts = urlsplit(probe.url)
        assert parts.scheme == "https"
        host = parts.hostname or ""
        where = "oauth2.googleapis.com" if row.id == "google" else host
        assert any(_matches(where, each) or "{" in each for each in row.hosts), host
    if row.oauth is not None:
        addresses = [row.oauth.authorize, row.oauth.token, row.oauth.revoke, row.oauth.device]
        assert all(url.startswith("https://") for url in addresses if url)
        assert any(kind.kind in ("oauth2", "service_account") for kind in row.kinds)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_keys_are_sent_in_some_way(row: Provider) -> None:
    for kind in row.kinds:
        sent = bool(kind.headers or kind.query) or row.client != "http"
        probe = kind.probe or row.probe
        in_address = probe is not None and any(
            f"{{{field.name}}}" in probe.url for field in kind.fields if field.secret
        )
        assert sent or in_address, kind.kind


def test_a_row_could_be_a_teams_own() -> None:
    """What is built in is no other thing than what people define without code."""
    row = {
        "title": "Acme",
        "hosts": ["api.acme.example"],
        "kinds": [{"kind": "header", "headers": {"X-Key": "{acme_key}"}, "fields": []}],
        "probe": {"url": "https://api.acme.example/me"},
    }
    check(read_row("acme", row), lambda host, port: False)
