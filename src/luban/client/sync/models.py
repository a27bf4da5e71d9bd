# Generated from luban/client/models.py by ./run fix.

"""Language models, and those that people add, through the API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from luban.client.sync.transport import Transport
from luban.model.model_views import ModelTestView, ModelView
from luban.model.views import ItemsView


class Models:
    """The models of a server; called, it lists them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __call__(self) -> list[ModelView]:
        return self.list()

    def list(self, *, unusable: bool = False) -> list[ModelView]:
        """Those that may be chosen; `unusable` adds those that are known and lack a key."""
        params = {"unusable": "true"} if unusable else {}
        return (self._transport.ask(ItemsView[ModelView], "GET", "/models", params=params)).items

    def get(self, model: str) -> ModelView:
        return self._transport.ask(ModelView, "GET", _path(model))

    def add(self, model: str, **definition: Any) -> ModelView:
        """Adds one by its address, such as `base_url="http://nas:11434/v1"`."""
        new = {**definition, "id": model}
        return self._transport.ask(ModelView, "POST", "/models", json=new)

    def put(self, model: str, **definition: Any) -> ModelView:
        """Makes or replaces one."""
        return self._transport.ask(ModelView, "PUT", _path(model), json=definition)

    def test(self, model: str, **definition: Any) -> ModelTestView:
        """Asks a small question; with a definition, of a model that is not stored."""
        asked = {**definition, "id": model}
        return self._transport.ask(ModelTestView, "POST", "/models/test", json=asked)

    def delete(self, model: str) -> None:
        self._transport.send("DELETE", _path(model))


def _path(model: str) -> str:
    return f"/models/{quote(model, safe='/:@')}"
