"""The providers of the installation: one file of `rows/` each, read when first asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from luban.ports.providers import Field, Kind, Provider
from luban.ports.vault import CredentialKind

TITLES: Mapping[CredentialKind, tuple[str, str]] = {
    "api_key": ("API key", "API 密钥"),
    "password": ("User and password", "用户名和密码"),
    "header": ("Headers", "请求头"),
    "oauth2": ("Connect an account", "连接账号"),
    "service_account": ("Service account", "服务账号"),
}
_API_KEY = (Field(name="api_key", title="API key", title_zh="API 密钥"),)
_TOKENS = (
    Field(name="access_token", title="Access token", title_zh="访问令牌", required=False),
    Field(name="refresh_token", title="Refresh token", title_zh="刷新令牌", required=False),
    Field(name="client_id", title="Client id", title_zh="客户端 ID", secret=False, required=False),
    Field(name="client_secret", title="Client secret", title_zh="客户端密钥", required=False),
)
_SCOPES = Field(
    name="scopes",
    title="Scopes",
    title_zh="权限",
    secret=False,
    required=False,
    help="What the tokens are asked for, with spaces between.",
    help_zh="申请令牌时请求的权限，以空格分隔。",
)
_GRANT = Field(
    name="grant",
    title="Acts for",
    title_zh="代表",
    secret=False,
    required=False,
    default="authorization_code",
    choices=("authorization_code", "client_credentials"),
    help="With client_credentials the app acts for itself, and no person is asked.",
    help_zh="选择 client_credentials 时应用代表自身，无需用户授权。",
)


@cache
def catalogue() -> Mapping[str, Provider]:
    """All rows by id, in the order of their titles."""
    folder = files("luban.providers").joinpath("rows")
    found = [
        read_row(file.name.removesuffix(".toml"), tomllib.loads(file.read_text("utf-8")))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    ]
    found.sort(key=lambda provider: provider.title.lower())
    return MappingProxyType({provider.id: provider for provider in found})


def read_row(provider_id: str, row: Mapping[str, Any]) -> Provider:
    """A row as it is written; what a kind does not say of itself is what its kind usually has."""
    return completed(Provider.model_validate({"id": provider_id, **row}))


def completed(provider: Provider) -> Provider:
    """The provider with the usual titles and fields where it says nothing else."""
    grants = provider.oauth.grants if provider.oauth else ()
    kinds = tuple(_completed(kind, "client_credentials" in grants) for kind in provider.kinds)
    title_zh = provider.title_zh or provider.title
    return provider.model_copy(update={"kinds": kinds, "title_zh": title_zh})


def _completed(kind: Kind, for_itself: bool) -> Kind:
    title, title_zh = TITLES[kind.kind]
    fields = kind.fields
    if kind.kind == "oauth2":
        fields = (*fields, *_TOKENS, *((_GRANT, _SCOPES) if for_itself else ()))
    elif kind.kind == "service_account":
        fields = (*fields, _SCOPES)
    elif kind.kind == "api_key" and not fields:
        fields = _API_KEY
    if kind.title:
        title, title_zh = kind.title, kind.title_zh or kind.title
    return kind.model_copy(update={"title": title, "title_zh": title_zh, "fields": fields})
