"""`/keys`: the keys that secrets are sealed with, by their names, and rotating them."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from luban.api.caller import TheHouse, needs
from luban.model.credential_views import KeyView, RotatedView
from luban.model.views import ItemsView

router = APIRouter(prefix="/keys", tags=["keys"])


class Rotation(BaseModel):
    """Whether a new key is made first; else everything is sealed under the current one."""

    model_config = ConfigDict(extra="forbid")

    new_key: bool = False


@router.get("", dependencies=[needs("system.read")])
async def list_keys(house: TheHouse) -> ItemsView[KeyView]:
    """The current key first, then older ones, then those that only records still name."""
    return ItemsView(
        items=[KeyView(**state._asdict()) for state in await house.key_rotation.state()]
    )


@router.post("/rotate", dependencies=[needs("system.manage")])
async def rotate_keys(house: TheHouse, wanted: Rotation | None = None) -> RotatedView:
    """Seals every secret under the current key. Runs go on meanwhile; asked again, it goes on."""
    new_key = wanted is not None and wanted.new_key
    rotated = await house.key_rotation.rotate(new_key=new_key)
    return RotatedView(**rotated._asdict())
