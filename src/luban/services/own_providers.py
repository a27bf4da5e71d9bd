"""Providers that a team defines itself, without code: headers that carry a key, or OAuth 2."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from luban.model.errors import InvalidValue, LubanError, NotFound
from luban.ports.clock import Clock
from luban.ports.providers import Field, Kind, Probe, Provider, Providers, ProviderStore
from luban.ports.stores import Slice
from luban.ports.vault import CredentialStore
from luban.services.oauth_apps import OAuthApps

Clear = Callable[[str, int], bool]
"""Whether an administrator lets a host and port be reached without encryption."""

_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
_SLOT = re.compile(r"\{([^{}]*)\}")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_HOST = re.compile(
    r"(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
)
_STEP = r"[A-Za-z_][A-Za-z0-9_]*(?:\[\d{1,6}\])*"
_ONE_PATH = rf"(?:\[\d{{1,6}}\]\.)?{_STEP}(?:\.{_STEP})*"
_PATH = re.compile(rf"{_ONE_PATH}(?: \|\| {_ONE_PATH})*")
_COMPUTED = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "upgrade", "te"}
)
_TOKENS = frozenset({"access_token", "refresh_token", "client_id", "client_secret"})
_METHODS = frozenset({"GET", "HEAD", "POST"})
_LONGEST, _MOST = 4000, 50


class ProviderInUse(LubanError):
    """Credentials are of the provider that is to be deleted, or to send them elsewhere."""

    code = "provider_in_use"
    status = 409
    en = (
        "{count} credentials are of the provider `{name}`. Delete those first: a provider that has "
        "some is not removed, and where it sends them is not changed."
    )
    zh = (
        "服务商“{name}”仍有 {count} 个凭据。请先删除这些凭据：仍有凭据的服务商不能删除，"
        "也不能更改其发送地址。"
    )


class OwnProviders:
    """What a team may do with its own; those of the installation it only sees."""

    def __init__(
        self,
        store: ProviderStore,
        providers: Providers,
        credentials: CredentialStore,
        apps: OAuthApps,
        clear: Clear,
        clock: Clock,
    ) -> None:
        self._store = store
        self._providers = providers
        self._credentials = credentials
        self._apps = apps
        self._clear = clear
        self._clock = clock

    async def list(self, owner: str) -> list[Provider]:
        """All that there are for the team, its own last."""
        return await self._providers.list(owner)

    async def get(self, owner: str, provider_id: str) -> Provider:
        """Raises `NotFound`."""
        found = await self._providers.find(owner, provider_id)
        if found is None:
            raise _not_found(provider_id)
        return found

    async def put(self, owner: str, provider: Provider) -> bool:
        """Makes or replaces one; `True` if it was made.

        Whoever may change a provider may not see secrets: where those of credentials that exist are
        sent stays as it is. Raises `InvalidValue` and `ProviderInUse`.
        """
        known = await self._providers.find(owner, provider.id)
        if known is not None and not known.own:
            raise _bad(
                "id",
                provider.id,
                "a provider of this id is built in; choose another id",
                "已有同名的内置服务商，请换一个 ID",
            )
        checked = _with_fields(provider.model_copy(update={"own": True, "client": "http"}))
        check(checked, self._clear)
        if known is not None and _sends(known) != _sends(checked):
            await self._require_unused(owner, provider.id)
            await self._apps.remove(owner, provider.id)
        return await self._store.put(owner, checked, self._clock.now())

    async def delete(self, owner: str, provider_id: str) -> None:
        """Raises `NotFound` and `ProviderInUse`."""
        if await self._store.find(owner, provider_id) is None:
            raise _not_found(provider_id)
        await self._require_unused(owner, provider_id)
        await self._store.delete(owner, provider_id)
        await self._apps.remove(owner, provider_id)

    async def _require_unused(self, owner: str, provider_id: str) -> None:
        found = await self._credentials.list(owner, Slice(page_size=1), provider=provider_id)
        if found.total:
            raise ProviderInUse(name=provider_id, count=found.total)


def _sends(provider: Provider) -> object:
    """Everything that says where secrets go, and in which form."""
    kinds = [
        (kind.kind, dict(kind.headers), dict(kind.query), kind.probe) for kind in provider.kinds
    ]
    return provider.hosts, kinds, provider.probe, provider.oauth


def check(provider: Provider, clear: Clear) -> None:
    """Raises `InvalidValue` naming the first part that cannot be used."""
    if not _ID.fullmatch(provider.id):
        raise _bad(
            "id",
            provider.id,
            "it must be 1 to 40 small letters, digits and -, a letter first",
            "应为 1 到 40 个小写字母、数字或 -，且以字母开头",
        )
    if not provider.title.strip() or len(provider.title) > 100:
        raise _bad("title", provider.title, "it must have 1 to 100 letters", "应为 1 到 100 个字符")
    if len(provider.model_dump_json()) > 20 * _LONGEST:
        raise _bad("provider", "…", "it is too large", "内容过大")
    if not provider.hosts or len(provider.hosts) > _MOST:
        raise _bad("hosts", list(provider.hosts), "name 1 to 50 hosts", "请填写 1 到 50 个主机")
    for host in provider.hosts:
        _check_host(host)
    names = [kind.kind for kind in provider.kinds]
    if not names or len(set(names)) != len(names):
        raise _bad(
            "kinds", names, "name one of each kind, at least one", "每种类型至多一个，至少一个"
        )
    for kind in provider.kinds:
        _check_kind(provider, kind, clear)
    if provider.probe is not None:
        _check_probe(provider, provider.probe, clear)
    _check_oauth(provider, clear)


def _check_host(host: str) -> None:
    """A name; `*.` stands for all below a domain, but never for a whole top-level one."""
    wide = host.startswith("*.")
    if not _HOST.fullmatch(host) or len(host) > 253 or (wide and host.count(".") < 2):
        raise _bad(
            "hosts",
            host,
            "a host is a name such as api.example.com or *.example.com, in small letters",
            "主机应为小写名称，例如 api.example.com 或 *.example.com",
        )


def _check_kind(provider: Provider, kind: Kind, clear: Clear) -> None:
    if kind.kind == "service_account":
        raise _bad("kind", kind.kind, "this kind needs code", "此类型需要编写代码")
    if len(kind.headers) + len(kind.query) + len(kind.fields) > _MOST:
        raise _bad("kinds", kind.kind, "it has too many parts", "包含的内容过多")
    for field in kind.fields:
        if not _FIELD.fullmatch(field.name):
            raise _bad("fields", field.name, *_NAME)
    for name, template in kind.headers.items():
        if not _HEADER.fullmatch(name) or name.lower() in _COMPUTED:
            raise _bad("headers", name, "this header cannot be set", "无法设置此请求头")
        if not template.isprintable() or len(template) > _LONGEST:
            raise _bad("headers", template, "it must be one line", "必须为单行文本")
    for slot in _slots(kind):
        if not _FIELD.fullmatch(slot):
            raise _bad("headers", slot, *_NAME)
    if kind.probe is not None:
        _check_probe(provider, kind.probe, clear)
    if kind.kind == "oauth2" and provider.oauth is None:
        raise _bad("kind", kind.kind, "`oauth` says where to go", "请在 `oauth` 中填写相应地址")


def _check_probe(provider: Provider, probe: Probe, clear: Clear) -> None:

    host = _check_url("probe.url", probe.url, clear)
    if not any(_matches(host, each) for each in provider.hosts):
        raise _bad("probe.url", probe.url, "its host is none of `hosts`", "其主机不在 `hosts` 中")
    if probe.method.upper() not in _METHODS:
        raise _bad(
            "probe.method", probe.method, "it must be GET, HEAD or POST", "须为 GET、HEAD 或 POST"
        )
    _check_paths("probe", probe.ok, probe.account, probe.trouble, probe.scopes)


def _check_paths(name: str, *expressions: str) -> None:
    """Of JMESPath only names, numbers and `||`: no other expression is sure to end soon."""
    for expression in expressions:
        if expression and (len(expression) > 300 or not _PATH.fullmatch(expression)):
            raise _bad(
                name,
                expression,
                "it must be a path such as user.name, emails[0] or login || id",
                "必须是路径，例如 user.name、emails[0] 或 login || id",
            )


def _check_oauth(provider: Provider, clear: Clear) -> None:
    oauth = provider.oauth
    if oauth is None:
        return
    for name in ("authorize", "token", "revoke", "device"):
        url = getattr(oauth, name)
        if url:
            _check_url(f"oauth.{name}", url, clear)
    _check_paths("oauth", oauth.inside, oauth.account)
    if "authorization_code" in oauth.grants and not oauth.authorize:
        raise _bad("oauth.authorize", "", "people are sent there", "用户将被引导至该地址")
    if oauth.revoke_by == "github":
        raise _bad(
            "oauth.revoke_by", "github", "this is GitHub's own way", "这是 GitHub 专用的方式"
        )


def _check_url(name: str, url: str, clear: Clear) -> str:
    """The host of an address that may be used: encrypted, or the administrator's own."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    usable = host and not parts.username and not parts.fragment and len(url) <= _LONGEST
    if "{" in parts.netloc or not usable or not url.isprintable() or " " in url:
        raise _bad(
            name,
            url,
            "it must be an address such as https://api.example.com/me",
            "必须是形如 https://api.example.com/me 的地址",
        )
    if parts.scheme == "https" or (parts.scheme == "http" and clear(host, port or 80)):
        return host
    raise _bad(
        name,
        url,
        "it must begin with https://; only hosts that LUBAN_ALLOW_HOSTS names may do without",
        "必须以 https:// 开头；只有 LUBAN_ALLOW_HOSTS 中列出的主机可以例外",
    )


def _with_fields(provider: Provider) -> Provider:
    """A field for every slot that has none: what a person enters there is a secret."""
    kinds = tuple(_kind_with_fields(kind) for kind in provider.kinds)
    return provider.model_copy(update={"kinds": kinds})


def _kind_with_fields(kind: Kind) -> Kind:
    known = {field.name for field in kind.fields}
    if kind.kind == "oauth2":
        known |= _TOKENS
    missing = dict.fromkeys(slot for slot in _slots(kind) if slot not in known)
    fields = (*kind.fields, *(Field(name=slot, title=_title(slot)) for slot in missing))
    headers = kind.headers
    if kind.kind == "oauth2" and not headers and not kind.query:
        headers = {"Authorization": "Bearer {access_token}"}
    return kind.model_copy(update={"fields": fields, "headers": headers})


def _slots(kind: Kind) -> Iterator[str]:
    for template in (*kind.headers.values(), *kind.query.values()):
        yield from _SLOT.findall(template)


def _title(slot: str) -> str:
    return slot.replace("_", " ").capitalize()


def _matches(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


_NAME = (
    "a field's name is 1 to 40 small letters, digits and _, a letter first",
    "字段名应为 1 到 40 个小写字母、数字或 _，且以字母开头",
)


def _bad(name: str, value: object, expected: str, expected_zh: str) -> InvalidValue:
    return InvalidValue(name=name, value=value, expected=expected, expected_zh=expected_zh)


def _not_found(provider_id: str) -> NotFound:
    return NotFound(
        what="provider",
        what_zh="服务商",
        name=provider_id,
        way_out="`luban provider list` shows those there are; only your own ones are deleted.",
        way_out_zh="`luban provider list` 会列出现有的服务商；只能删除自定义的服务商。",
    )
