"""Values of pins as they are written on the command line: `node.pin=value`."""

from __future__ import annotations

from typing import Any

from luban.model.errors import InvalidValue


def read_pins(flag: str, given: list[str]) -> dict[str, dict[str, Any]]:
    """Values by node and pin: JSON where a value is JSON, else its text. Raises `InvalidValue`."""
    import orjson

    found: dict[str, dict[str, Any]] = {}
    for each in given:
        place, separator, text = each.partition("=")
        node, dot, pin = place.strip().rpartition(".")
        if not (separator and dot and node and pin):
            raise InvalidValue(
                name=flag,
                value=each,
                expected="a pin is written NODE.PIN=VALUE",
                expected_zh="端口应写成 NODE.PIN=VALUE",
            )
        try:
            value: Any = orjson.loads(text)
        except orjson.JSONDecodeError:
            value = text
        found.setdefault(node, {})[pin] = value
    return found
