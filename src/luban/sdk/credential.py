"""An opened credential, as a block gets it: what is sent to prove who asks, and where to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from luban.sdk.errors import WordedError

ANY = "*"
"""In a block's declaration: a credential of whichever provider the node chooses."""


class NotItsHost(WordedError):
    """A credential was to be sent to somebody it is not for."""

    code = "credential_not_for_host"
    status = 422
    en = (
        "The credential `{name}` is for {hosts}, not for `{host}`, so it is not sent there. "
        "Choose another credential on the node, or change the address."
    )
    zh = (
        "凭据“{name}”用于 {hosts}，而不是“{host}”，因此不会发送到那里。"
        "请在节点上选择其他凭据，或更改地址。"
    )


class OpenCredential(Mapping[str, str]):
    """Its fields by name, such as `credential["api_key"]`, and what requests carry.

    Lives as long as an attempt. It is no plain data: it cannot be emitted or recorded, and its
    fields do not show when it is printed.
    """

    __slots__ = (
        "_fields",
        "_headers",
        "_query",
        "account",
        "hosts",
        "id",
        "kind",
        "name",
        "provider",
    )

    def __init__(
        self,
        fields: Mapping[str, str],
        *,
        id: str = "",
        name: str = "",
        provider: str = "",
        kind: str = "api_key",
        account: str = "",
        hosts: tuple[str, ...] = (),
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> None:
        self._fields = dict(fields)
        self._headers = dict(headers or {})
        self._query = dict(query or {})
        self.id = id
        self.name = name
        self.provider = provider
        self.kind = kind
        self.account = account
        self.hosts = hosts

    def __getitem__(self, field: str) -> str:
        return self._fields[field]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"OpenCredential({self.provider!r}, {self.name!r})"

    def headers(self, url: str | None = None) -> dict[str, str]:
        """What a request carries. With its address: raises `NotItsHost` if it is not for that."""
        self.check(url)
        return dict(self._headers)

    def query(self, url: str | None = None) -> dict[str, str]:
        """What the address of a request carries, for providers that want it there."""
        self.check(url)
        return dict(self._query)

    def is_for(self, url: str) -> bool:
        """Whether it may be sent to an address: only where its provider is."""
        parts = urlsplit(url)
        return any(_matches(parts.hostname or "", _port(url), each) for each in self.hosts)

    def check(self, url: str | None) -> None:
        """Raises `NotItsHost`."""
        if url is not None and not self.is_for(url):
            hosts = ", ".join(f"`{host}`" for host in self.hosts) or "-"
            raise NotItsHost(name=self.name, hosts=hosts, host=urlsplit(url).hostname or url)


class CredentialForTests(OpenCredential):
    """One that tests of blocks give: sent as a bearer token, to wherever the test's block sends."""

    def __init__(self, provider: str, fields: Mapping[str, str]) -> None:
        token = next(iter(fields.values()), "")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        super().__init__(fields, id="c_test", name=provider, provider=provider, headers=headers)

    def is_for(self, url: str) -> bool:
        return True


def _matches(host: str, port: str, allowed: str) -> bool:
    """`api.example.com`, `*.example.com`, each with or without a port."""
    pattern, _, wanted = allowed.partition(":") if allowed.count(":") == 1 else (allowed, "", "")
    if wanted and wanted != port:
        return False
    host, pattern = host.lower(), pattern.lower()
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _port(url: str) -> str:
    try:
        parts = urlsplit(url)
        return str(parts.port or {"https": 443, "http": 80}.get(parts.scheme, ""))
    except ValueError:
        return ""
