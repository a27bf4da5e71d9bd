"""Templates such as `Bearer {api_key}`, filled with what a credential holds. Pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote, urlsplit

from luban.model.errors import LubanError
from luban.ports.providers import Kind, Provider, Secret
from luban.ports.vault import Credential

_SLOT = re.compile(r"\{(\w+)\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BASIC = "Basic "
HIDDEN = "•••"
_SHORTEST = 4
"""Shorter values are no secrets worth hiding, and hiding them would leave no sentence readable."""


class FieldMissing(LubanError):
    """A credential lacks what its provider needs."""

    code = "credential_field_missing"
    status = 422
    en = "The credential for {provider} has no `{field}`. Enter it on the page Credentials."
    zh = "{provider} 的凭据缺少“{field}”。请在“凭据”页面填写。"


class FieldUnusable(LubanError):
    """What was entered cannot be sent."""

    code = "credential_field_unusable"
    status = 422
    en = "`{field}` holds a line break or another letter that cannot be sent. Enter it again."
    zh = "“{field}”含有换行或其他无法发送的字符。请重新填写。"


def values_of(kind: Kind, credential: Credential, secret: Secret) -> dict[str, str]:
    """Everything that slots may name: defaults, settings, secret, the later the stronger."""
    values = {field.name: field.default for field in kind.fields if field.default}
    values |= {name: str(value) for name, value in credential.settings.items() if value != ""}
    return values | {name: value for name, value in secret.items() if value != ""}


def filled(
    template: str,
    values: Mapping[str, str],
    provider: str,
    encode: Callable[[str], str] = str,
) -> str:
    """Raises `FieldMissing`."""

    def value(slot: re.Match[str]) -> str:
        if slot[1] not in values:
            raise FieldMissing(provider=provider, field=slot[1])
        return encode(values[slot[1]])

    return _SLOT.sub(value, template)


def address(template: str, values: Mapping[str, str], provider: str) -> str:
    """A web address; a value may be its beginning, and is one piece of it everywhere else."""
    if template.startswith("{"):
        head, _, rest = template.partition("}")
        begin = filled(f"{head}}}", values, provider).rstrip("/")
        return begin + filled(rest, values, provider, _piece)
    return filled(template, values, provider, _piece)


def headers(kind: Kind, values: Mapping[str, str], provider: str) -> dict[str, str]:
    """Headers whose fields were all given; those of fields that may be left out are left out.

    Raises `FieldMissing` and `FieldUnusable`.
    """
    made: dict[str, str] = {}
    for name, template in kind.headers.items():
        if _is_left_out(kind, template, values):
            continue
        text = filled(template, values, provider)
        if _CONTROL.search(text):
            raise FieldUnusable(field=next(iter(_SLOT.findall(template)), name))
        made[name] = _basic(text) if text.startswith(_BASIC) else text
    return made


def query(kind: Kind, values: Mapping[str, str], provider: str) -> dict[str, str]:
    return {
        name: filled(template, values, provider)
        for name, template in kind.query.items()
        if not _is_left_out(kind, template, values)
    }


def permitted_host(provider: Provider, values: Mapping[str, str], url: str) -> bool:
    """Whether the provider's credentials may be sent to this address."""
    host = (urlsplit(url).hostname or "").lower()
    return any(_matches(host, each) for each in hosts(provider, values))


def hosts(provider: Provider, values: Mapping[str, str]) -> list[str]:
    """The provider's hosts with the settings filled in; those of missing settings are left out."""
    found: list[str] = []
    for template in provider.hosts:
        if all(slot in values for slot in _SLOT.findall(template)):
            text = filled(template, values, provider.id).lower()
            found.append((urlsplit(text).hostname or "") if "//" in text else text)
    return found


def hidden(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets in it, plain or as they stand in an address."""
    for secret in sorted({each for each in secrets if len(each) >= _SHORTEST}, key=len)[::-1]:
        for shape in (secret, quote(secret, safe="")):
            text = text.replace(shape, HIDDEN)
    return text


def _is_left_out(kind: Kind, template: str, values: Mapping[str, str]) -> bool:
    optional = {field.name for field in kind.fields if not field.required}
    if kind.kind == "oauth2":
        optional.discard("access_token")
    return any(slot in optional and slot not in values for slot in _SLOT.findall(template))


def _basic(text: str) -> str:
    pair = text.removeprefix(_BASIC).encode()
    return _BASIC + base64.b64encode(pair).decode("ascii")


def _piece(value: str) -> str:
    """A host keeps its dots and its port, everything else that could end a piece is encoded."""
    return quote(value, safe=":")


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    return host == pattern
