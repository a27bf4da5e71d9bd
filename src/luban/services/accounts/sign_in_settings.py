"""By whom people may be signed in: rows of luban.toml and variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from luban.model.errors import InvalidValue
from luban.services.accounts.web_address import parts_of, place_of

Kind = Literal["oidc", "github"]

GOOGLE, GITHUB = "google", "github"
_GOOGLE_ISSUER = "https://accounts.google.com"
_GITHUB_ISSUER = "https://github.com"
_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
_VARIABLE = re.compile(r"LUBAN_SIGN_IN_([A-Z0-9_]+?)_(ISSUER|CLIENT_ID|CLIENT_SECRET|TITLE|SCOPES)")
_FIELDS = ("id", "kind", "title", "issuer", "client_id", "client_secret", "scopes", "api")


@dataclass(frozen=True)
class SignInProvider:
    """One of them. `api` is where a GitHub of one's own answers."""

    id: str
    kind: Kind
    title: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ()
    api: str = ""


def read_providers(
    environment: Mapping[str, str], rows: Iterable[Mapping[str, Any]] = ()
) -> list[SignInProvider]:
    """Rows, changed and added to by variables, in their order. Raises `InvalidValue`."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        given = dict(row)
        for name in given.keys() - set(_FIELDS):
            raise _bad("sign_in", name, f"known are {', '.join(_FIELDS)}")
        found[str(given.get("id", ""))] = given
    for variable, value in environment.items():
        match = _VARIABLE.fullmatch(variable)
        if match and value.strip():
            provider = match[1].lower().replace("_", "-")
            found.setdefault(provider, {"id": provider})[match[2].lower()] = value.strip()
    return [_provider(given) for given in found.values()]


def hosts_of(providers: Iterable[SignInProvider]) -> list[str]:
    """What the administrator named, and so may be reached wherever it is: `host:port`."""
    urls = (url for each in providers for url in (each.issuer, each.api) if url)
    return list(dict.fromkeys(place_of(url) for url in urls))


def _provider(given: Mapping[str, Any]) -> SignInProvider:
    name = given.get("id", "")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise _bad("sign_in.id", name, "it must be small letters, digits and hyphens")
    texts = {key: _text(name, key, value) for key, value in given.items() if key != "scopes"}
    kind = texts.get("kind") or ("github" if name == GITHUB else "oidc")
    if kind not in get_args(Kind):
        raise _bad(f"sign_in {name}.kind", kind, "it must be oidc or github")
    issuer = texts.get("issuer") or (
        _GITHUB_ISSUER if kind == "github" else _GOOGLE_ISSUER if name == GOOGLE else ""
    )
    _require_safe(f"sign_in {name}.issuer", issuer)
    api = texts.get("api") or ("https://api.github.com" if issuer == _GITHUB_ISSUER else "")
    if kind == "github":
        api = api or f"{issuer.rstrip('/')}/api/v3"
        _require_safe(f"sign_in {name}.api", api)
    client = texts.get("client_id", "")
    if not client:
        raise _bad(f"sign_in {name}.client_id", "", "it is what the provider called this server")
    return SignInProvider(
        id=name,
        kind=cast("Kind", kind),
        title=texts.get("title") or _TITLES.get(name, name),
        issuer=issuer,
        client_id=client,
        client_secret=texts.get("client_secret", ""),
        scopes=_scopes(name, given.get("scopes", ())),
        api=api,
    )


_TITLES = {GOOGLE: "Google", GITHUB: "GitHub"}


def _text(provider: str, name: str, value: object) -> str:
    if not isinstance(value, str):
        raise _bad(f"sign_in {provider}.{name}", "no text", "it must be text")
    return value.strip()


def _scopes(provider: str, value: object) -> tuple[str, ...]:
    words = value.split() if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not all(isinstance(each, str) for each in words):
        raise _bad(f"sign_in {provider}.scopes", value, "it must be a list of names")
    return tuple(cast("list[str]", words))


def _require_safe(name: str, url: str) -> None:
    """Over https, but on this very machine."""
    parts = parts_of(url)
    host = parts.hostname or ""
    local = host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
    if (
        not host
        or parts.query
        or parts.fragment
        or not (parts.scheme == "https" or (parts.scheme == "http" and local))
    ):
        raise _bad(name, url, "it must be an address that starts with https://")


def _bad(name: str, value: object, expected: str) -> InvalidValue:
    return InvalidValue(
        name=name, value=value, expected=expected, expected_zh=_IN_CHINESE.get(expected, expected)
    )


_IN_CHINESE = {
    "it must be small letters, digits and hyphens": "只能由小写字母、数字和连字符组成",
    "it must be oidc or github": "必须是 oidc 或 github",
    "it is what the provider called this server": "请填写提供方给此服务器的客户端编号",
    "it must be text": "必须是文本",
    "it must be a list of names": "必须是名称列表",
    "it must be an address that starts with https://": "必须是以 https:// 开头的地址",
}
