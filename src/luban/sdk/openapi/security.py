"""The proofs that an API asks for, as the credential of one provider with several kinds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from luban.model.block import CredentialNeed
from luban.sdk.openapi.document import ApiDocument, Tree, items, part
from luban.sdk.openapi.operations import Operation, snake


def need_of(document: ApiDocument, operation: Operation, provider: str) -> CredentialNeed | None:
    """What an operation needs of the family's provider; `None` where it asks for nothing.

    Where the document says nothing of proofs at all, a credential is sent if the node has one.
    """
    if not provider:
        return None
    schemes = _schemes(document)
    if not schemes:
        return CredentialNeed(provider=provider, optional=True)
    asked = [each for each in operation.security if each]
    if not asked:
        return None
    scopes = [
        str(scope)
        for alternative in asked
        for name in alternative
        if schemes.get(name, {}).get("type") == "oauth2"
        for scope in items(alternative, name)
    ]
    optional = any(not each for each in operation.security)
    return CredentialNeed(provider=provider, scopes=tuple(dict.fromkeys(scopes)), optional=optional)


def provider_row(
    document: ApiDocument, operations: Iterable[Operation], title: str, servers: Iterable[str]
) -> tuple[Tree | None, list[str]]:
    """The provider to define, as `luban provider add` takes it, and what it cannot do."""
    wanted = {name: None for each in operations for given in each.security for name in given}
    kinds: dict[str, Tree] = {}
    row: Tree = {"title": title, "hosts": _hosts(servers)}
    left_out: list[str] = []
    for name, scheme in _schemes(document).items():
        if name not in wanted:
            continue
        made = _kind(name, scheme, taken=kinds)
        if made is None:
            left_out.append(name)
            continue
        kinds[made["kind"]] = made
        if made["kind"] == "oauth2":
            row |= _oauth(scheme)
    if not kinds:
        return None, left_out
    return {**row, "kinds": list(kinds.values())}, left_out


def _schemes(document: ApiDocument) -> dict[str, Tree]:
    declared = part(part(document.tree, "components"), "securitySchemes")
    return {name: document.resolve(each) for name, each in declared.items()}


def _kind(name: str, scheme: Tree, *, taken: Mapping[str, Any]) -> Tree | None:
    """One way to prove it; a provider has at most one of each kind."""
    match scheme.get("type"):
        case "apiKey":
            return _key(name, scheme, taken)
        case "http" if str(scheme.get("scheme")).lower() == "basic" and "password" not in taken:
            return {
                "kind": "password",
                "fields": [
                    {"name": "username", "title": "User", "title_zh": "用户名", "secret": False},
                    {"name": "password", "title": "Password", "title_zh": "密码"},
                ],
                "headers": {"Authorization": "Basic {username}:{password}"},
            }
        case "http" if str(scheme.get("scheme")).lower() == "bearer":
            return _as_key(name, {"headers": {"Authorization": "Bearer {%s}"}}, taken)
        case "oauth2" if _flow(scheme) and "oauth2" not in taken:
            return {"kind": "oauth2", "headers": {"Authorization": "Bearer {access_token}"}}
        case "openIdConnect":
            return _as_key(name, {"headers": {"Authorization": "Bearer {%s}"}}, taken)
        case _:
            return None


def _key(name: str, scheme: Tree, taken: Mapping[str, Any]) -> Tree | None:
    sent = str(scheme.get("name", ""))
    match scheme.get("in"):
        case "header":
            return _as_key(name, {"headers": {sent: "{%s}"}}, taken)
        case "query":
            return _as_key(name, {"query": {sent: "{%s}"}}, taken)
        case "cookie":
            return _as_key(name, {"headers": {"Cookie": f"{sent}={{%s}}"}}, taken)
        case _:
            return None


def _as_key(
    name: str, sent: Mapping[str, Mapping[str, str]], taken: Mapping[str, Any]
) -> Tree | None:
    """A key by its usual name; a second one as headers with a field of its own."""
    if "api_key" not in taken:
        kind, field = "api_key", "api_key"
    elif "header" not in taken and "headers" in sent:
        kind, field = "header", snake(name)
    else:
        return None
    filled = {
        place: {header: template.replace("%s", field) for header, template in values.items()}
        for place, values in sent.items()
    }
    return {"kind": kind, **filled}


def _flow(scheme: Tree) -> Tree:
    flows = part(scheme, "flows")
    for name in ("authorizationCode", "clientCredentials"):
        if part(flows, name).get("tokenUrl"):
            return part(flows, name)
    return {}


def _oauth(scheme: Tree) -> Tree:
    flows, flow = part(scheme, "flows"), _flow(scheme)
    grants = [
        grant
        for grant, name in (
            ("authorization_code", "authorizationCode"),
            ("client_credentials", "clientCredentials"),
        )
        if part(flows, name).get("tokenUrl")
    ]
    scopes = [{"name": name, "help": str(about)} for name, about in part(flow, "scopes").items()]
    return {
        "oauth": {
            "authorize": str(flow.get("authorizationUrl", "")),
            "token": str(flow["tokenUrl"]),
            "grants": grants,
        },
        "scopes": scopes,
    }


def _hosts(servers: Iterable[str]) -> list[str]:
    """Where the proofs may be sent; a variable in a host stands for anything below its domain."""
    found: dict[str, None] = {}
    for server in servers:
        host = urlsplit(server).netloc.rpartition("@")[2]
        if "{" in host:
            rest = host.rpartition("}")[2].lstrip(".")
            host = f"*.{rest}" if "." in rest else ""
        if host:
            found[host] = None
    return list(found)


def servers_of(document: ApiDocument, base: str = "") -> list[Tree]:
    """The servers of an API; addresses without a host stand below that of the document."""
    from urllib.parse import urljoin

    given = [document.resolve(each) for each in items(document.tree, "servers")]
    return [
        {
            **each,
            "url": urljoin(base, str(each.get("url") or "/")) if base else str(each.get("url")),
        }
        for each in given or [{"url": "/"}]
    ]
