"""How the place of a secret is written: `source:path#field`. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from luban.model.errors import InvalidValue

_PATH = re.compile(r"[A-Za-z0-9_@+=,. -]+(/[A-Za-z0-9_@+=,. -]+)*")
_LONGEST = 500


class Address(NamedTuple):
    """`field` picks one of several; empty means all of them."""

    source: str
    path: str
    field: str = ""


def parse_address(address: str) -> Address:
    source, _, rest = address.strip().partition(":")
    path, _, field = rest.partition("#")
    return Address(source.strip(), path.strip(), field.strip())


def check_path(parsed: Address, address: str) -> None:
    """Raises `InvalidValue` for a path that could mean another place than it seems to."""
    path = parsed.path
    pieces = path.split("/")
    if len(path) > _LONGEST or not _PATH.fullmatch(path) or {".", ".."} & set(pieces):
        raise InvalidValue(
            name="external",
            value=address,
            expected="write `source:path`, the path of letters, digits and / . _ -",
            expected_zh="请写成 `来源:路径`，路径由字母、数字和 / . _ - 组成",
        )
