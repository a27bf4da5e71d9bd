"""1Password, through a Connect server: `vault/item` by their names or ids.

https://developer.1password.com/docs/connect/api-reference
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

from luban.ports.vault import SecretNotFound, SecretUnreachable
from luban.sdk.http import Http
from luban.vault.external.answers import ask


class OnePasswordSecrets:
    def __init__(self, name: str, prefix: str, http: Http, *, url: str, token: str) -> None:
        self.prefix = prefix
        self._name = name
        self._http = http
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}

    async def read(self, path: str) -> Mapping[str, str]:
        address = f"{self._name}:{path}"
        vault, _, item = path.partition("/")
        vault_id = await self._find(address, "/v1/vaults", "name", vault)
        items = f"/v1/vaults/{quote(vault_id, safe='')}/items"
        item_id = await self._find(address, items, "title", item)
        found = await self._get(address, f"{items}/{quote(item_id, safe='')}")
        fields = found.get("fields") if isinstance(found, dict) else None
        if not isinstance(fields, list):
            raise SecretUnreachable(address=address, cause="its answer has no `fields`")
        known: dict[str, str] = {}
        for field in _objects(fields):
            if isinstance(field.get("value"), str):
                known[str(field.get("label") or field.get("id"))] = field["value"]
        return known

    async def _find(self, address: str, path: str, key: str, wanted: str) -> str:
        """The id of the vault or item of this name. Raises `SecretNotFound`."""
        quoted = wanted.replace("\\", "\\\\").replace('"', '\\"')
        found = await self._get(address, path, {"filter": f'{key} eq "{quoted}"'})
        if not isinstance(found, list):
            raise SecretUnreachable(address=address, cause="it answered no list")
        for each in _objects(found):
            if each.get(key) == wanted and isinstance(each.get("id"), str):
                return each["id"]
        raise SecretNotFound(address=address)

    async def _get(self, address: str, path: str, params: Mapping[str, str] | None = None) -> Any:
        url = f"{self._url}{path}"
        answer = await ask(
            self._http, self._name, address, "GET", url, headers=self._headers, params=params
        )
        if not answer.ok:
            raise SecretUnreachable(address=address, cause=f"it answered {answer.status}")
        try:
            return answer.json()
        except ValueError as error:
            raise SecretUnreachable(address=address, cause="it did not answer JSON") from error


def _objects(found: list[Any]) -> list[dict[str, Any]]:
    return [cast("dict[str, Any]", each) for each in found if isinstance(each, dict)]
