"""`[[secrets]]` of luban.toml: which vaults of others there are, and how to get in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, cast
from urllib.parse import urlsplit

from luban.model.errors import InvalidValue
from luban.sdk.http import Http

Kind = Literal["hashicorp", "aws", "gcp", "azure", "1password"]
_KINDS = ("hashicorp", "aws", "gcp", "azure", "1password")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_BUILT_IN = frozenset({"env", "file"})
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "hashicorp": ("url", "token"),
    "aws": ("region", "access_key", "secret_key"),
    "gcp": ("project", "key"),
    "azure": ("url", "tenant", "client_id", "client_secret"),
    "1password": ("url", "token"),
}
_MAY: Mapping[str, tuple[str, ...]] = {
    "hashicorp": ("mount", "namespace"),
    "aws": ("url", "session_token"),
    "gcp": ("url",),
    "azure": ("login_url",),
    "1password": (),
}
_ALWAYS = ("name", "kind", "prefix")


class SourceSettings(NamedTuple):
    """One row; `values` are its keys, those from variables filled in."""

    name: str
    kind: Kind
    prefix: str
    values: Mapping[str, str]

    @property
    def hosts(self) -> list[str]:
        """Which hosts it asks, with their ports: an administrator wrote them, so they are let."""
        found: list[str] = []
        for key in ("url", "login_url"):
            if self.values.get(key):
                parts = urlsplit(self.values[key])
                port = parts.port or (443 if parts.scheme == "https" else 80)
                host = parts.hostname or ""
                found.append(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        return found


def read_rows(
    rows: Sequence[Mapping[str, Any]], environment: Mapping[str, str]
) -> list[SourceSettings]:
    """Raises `InvalidValue` for what cannot be understood."""
    read = [_row(row, environment) for row in rows]
    names = [row.name for row in read]
    for name in names:
        if names.count(name) > 1 or name in _BUILT_IN:
            raise _bad("name", name, "it is given twice", "重复了")
    return read


def open_source(row: SourceSettings, http: Http) -> Any:
    """The source of a row; its module is loaded only when there is one."""
    values = row.values
    match row.kind:
        case "hashicorp":
            from luban.vault.external.hashicorp import HashicorpSecrets as Made
        case "aws":
            from luban.vault.external.aws import AwsSecrets as Made
        case "gcp":
            from luban.vault.external.gcp import GcpSecrets as Made
        case "azure":
            from luban.vault.external.azure import AzureSecrets as Made
        case "1password":
            from luban.vault.external.onepassword import OnePasswordSecrets as Made
    return Made(row.name, row.prefix, http, **values)


def _row(row: Mapping[str, Any], environment: Mapping[str, str]) -> SourceSettings:
    name, kind = str(row.get("name", "")), str(row.get("kind", ""))
    if not _NAME.fullmatch(name):
        raise _bad("name", name, "write small letters, digits and -", "请使用小写字母、数字和 -")
    if kind not in _KINDS:
        kinds = ", ".join(_KINDS)
        raise _bad("kind", kind, f"it must be one of {kinds}", f"必须是其中之一：{kinds}")
    known = (*_NEEDED[kind], *_MAY[kind])
    values: dict[str, str] = {}
    for key, value in row.items():
        plain = key.removesuffix("_env")
        if key in _ALWAYS:
            continue
        if plain not in known or not isinstance(value, str):
            keys = ", ".join(known)
            raise _bad(key, "•••", f"the keys of {kind} are {keys}", f"{kind} 的键为 {keys}")
        values[plain] = environment.get(value, "") if key.endswith("_env") else value
    for key in _NEEDED[kind]:
        if not values.get(key):
            said = f"{kind} needs it, as `{key}` or, in a variable, `{key}_env`"
            raise _bad(key, "", said, f"{kind} 需要此项：`{key}` 或（变量）`{key}_env`")
    return SourceSettings(name, cast("Kind", kind), str(row.get("prefix", "{team}/")), values)


def _bad(key: str, value: str, expected: str, expected_zh: str) -> InvalidValue:
    return InvalidValue(
        name=f"secrets.{key}", value=value, expected=expected, expected_zh=expected_zh
    )
