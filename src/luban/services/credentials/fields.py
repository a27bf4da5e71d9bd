"""What a person enters for a credential, held against what its provider asks for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from luban.model.errors import InvalidValue
from luban.model.values import canonical
from luban.ports.providers import Field, Kind, Provider
from luban.ports.vault import CredentialKind

_LONGEST = 100_000
_ORDINARY = frozenset({"token_type", "scope", "scopes", "expires_in", "expires_at", "client_id"})
"""Parts of a grant that are no secret, and are words that stand elsewhere too."""
_SLOT = re.compile(r"\{(\w+)\}")
_LEADS = frozenset({"port", "security"})
"""Settings that, beside the host, decide who hears a secret."""


class Entered(NamedTuple):
    """The fields, parted by whether they may be shown again."""

    secret: dict[str, str]
    settings: dict[str, str]


def kind_of(provider: Provider, wanted: CredentialKind | None) -> Kind:
    """The kind asked for, or the only one there is. Raises `InvalidValue`."""
    names = ", ".join(kind.kind for kind in provider.kinds)
    if wanted is None and len(provider.kinds) == 1:
        return provider.kinds[0]
    found = provider.kind(wanted) if wanted else None
    if found is None:
        raise InvalidValue(
            name="kind",
            value=wanted,
            expected=f"{provider.title} takes {names}",
            expected_zh=f"{provider.title} 支持 {names}",
        )
    return found


def parted(kind: Kind, given: Mapping[str, str]) -> Entered:
    """Each field where its declaration says it belongs. Raises `InvalidValue`."""
    known = {field.name: field for field in kind.fields}
    secret: dict[str, str] = {}
    settings: dict[str, str] = {}
    for name, value in given.items():
        field = known.get(name)
        if field is None:
            raise _no_field(name, list(known))
        _check(field, value)
        (secret if field.secret else settings)[name] = value
    return Entered(secret, settings)


def require_whole(kind: Kind, entered: Entered) -> None:
    """Raises `InvalidValue` for a required field that nobody filled in."""
    for field in kind.fields:
        there = entered.secret if field.secret else entered.settings
        if field.required and not field.default and not there.get(field.name, "").strip():
            raise InvalidValue(
                name=field.name,
                value="",
                expected=f"{field.title or field.name} is needed",
                expected_zh=f"必须填写{field.title_zh or field.name}",
            )


def moves(
    provider: Provider, kind: Kind, before: Mapping[str, Any], after: Mapping[str, str]
) -> str | None:
    """The first setting that says where the secret is sent and is to be another; else `None`."""
    leads = {slot for host in provider.hosts for slot in _SLOT.findall(host)} | _LEADS
    for field in kind.fields:
        if field.name in after and field.name in leads:
            known = str(before.get(field.name) or field.default)
            if (after[field.name] or field.default) != known:
                return field.name
    return None


def require_anew(kind: Kind, entered: Entered, moved: str) -> None:
    """Who may change a credential may not see its secret, so it does not follow to another address.

    Raises `InvalidValue`.
    """
    for field in kind.fields:
        if field.secret and field.required and not entered.secret.get(field.name):
            raise InvalidValue(
                name=moved,
                value=entered.settings.get(moved, ""),
                expected=f"it says where the secret is sent: enter {field.title or field.name} "
                "again with it",
                expected_zh=f"它决定机密的发送地址：请同时重新填写{field.title_zh or field.name}",
            )


def packed(secret: Mapping[str, str]) -> bytes:
    """The secret as it is sealed."""
    return canonical(dict(secret))


def unpacked(content: bytes) -> dict[str, str]:
    return {name: str(value) for name, value in orjson.loads(content).items()}


def to_hide(kind: Kind | None, secret: Mapping[str, str]) -> list[str]:
    """The values that must not be seen; those of fields that are no secret may."""
    shown = {field.name for field in kind.fields if not field.secret} if kind else set[str]()
    shown |= _ORDINARY
    return [value for name, value in secret.items() if name not in shown and value]


def _check(field: Field, value: Any) -> None:
    hidden = "•••" if field.secret else value
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise InvalidValue(
            name=field.name,
            value=hidden,
            expected=f"it must be text of at most {_LONGEST} letters",
            expected_zh=f"必须是不超过 {_LONGEST} 个字符的文本",
        )
    if field.choices and value and value not in field.choices:
        raise InvalidValue(
            name=field.name,
            value=hidden,
            expected=f"it must be one of {', '.join(field.choices)}",
            expected_zh=f"必须是其中之一：{'、'.join(field.choices)}",
        )


def _no_field(name: str, known: list[str]) -> InvalidValue:
    names = ", ".join(known) or "-"
    return InvalidValue(
        name="secret",
        value=name,
        expected=f"the fields of this kind are {names}",
        expected_zh=f"此类凭据的字段为 {names}",
    )
