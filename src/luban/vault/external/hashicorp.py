"""HashiCorp Vault, or OpenBao: the key/value engine, version 2.

https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-version
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from luban.ports.vault import SecretNotFound, SecretUnreachable
from luban.sdk.http import Http
from luban.vault.external.answers import ask, fields_of, inside, tree


class HashicorpSecrets:
    def __init__(
        self,
        name: str,
        prefix: str,
        http: Http,
        *,
        url: str,
        token: str,
        mount: str = "secret",
        namespace: str = "",
    ) -> None:
        self.prefix = prefix
        self._name = name
        self._http = http
        self._url = url.rstrip("/")
        self._mount = mount.strip("/")
        self._headers = {"X-Vault-Token": token, "X-Vault-Request": "true"}
        if namespace:
            self._headers["X-Vault-Namespace"] = namespace

    async def read(self, path: str) -> Mapping[str, str]:
        address = f"{self._name}:{path}"
        url = f"{self._url}/v1/{quote(self._mount)}/data/{quote(path)}"
        answer = await ask(self._http, self._name, address, "GET", url, headers=self._headers)
        if not answer.ok:
            raise SecretUnreachable(address=address, cause=f"it answered {answer.status}")
        data = inside(tree(answer, address), "data", "data", address=address)
        if data is None:  # its last version was deleted
            raise SecretNotFound(address=address)
        return fields_of(data)
