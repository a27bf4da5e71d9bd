"""What vaults of others answer, read with care; none of it is ever repeated in an error. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import orjson

from luban.model.errors import LubanError
from luban.ports.vault import SecretNotFound, SecretRefused, SecretUnreachable
from luban.sdk.http import Http, HttpResponse

SECONDS = 10.0
MAX_BYTES = 2_000_000


async def ask(
    http: Http, source: str, address: str, method: str, url: str, **options: Any
) -> HttpResponse:
    """An answer whose status is good, or left to the caller: 400. No redirect is followed.

    Raises `SecretNotFound`, `SecretRefused` and `SecretUnreachable`.
    """
    try:
        answer = await http.request(
            method, url, timeout=SECONDS, max_bytes=MAX_BYTES, follow_redirects=False, **options
        )
    except LubanError as error:
        raise SecretUnreachable(address=address, cause=str(error)) from error
    if answer.status in (401, 403):
        raise SecretRefused(source=source, address=address, cause=f"status {answer.status}")
    if answer.status == 404:
        raise SecretNotFound(address=address)
    if not answer.ok and answer.status != 400:
        raise SecretUnreachable(address=address, cause=f"it answered {answer.status}")
    return answer


def tree(answer: HttpResponse, address: str) -> Mapping[str, Any]:
    """The answer as an object. Raises `SecretUnreachable`."""
    try:
        found = answer.json()
    except ValueError as error:
        raise SecretUnreachable(address=address, cause="it did not answer JSON") from error
    if not isinstance(found, dict):
        raise SecretUnreachable(address=address, cause="it answered no object")
    return cast("Mapping[str, Any]", found)


def inside(found: Mapping[str, Any], *names: str, address: str) -> Any:
    """A part of an answer. Raises `SecretUnreachable`."""
    value: Any = found
    for name in names:
        if not isinstance(value, dict) or name not in value:
            where = ".".join(names)
            raise SecretUnreachable(address=address, cause=f"its answer has no `{where}`")
        value = cast("dict[str, Any]", value)[name]
    return value


def fields_of(found: Any) -> dict[str, str]:
    """The parts of a secret as texts; one that is no object has one part without a name."""
    if not isinstance(found, dict):
        return {"": _text(found)}
    return {str(name): _text(value) for name, value in cast("dict[Any, Any]", found).items()}


def fields_of_text(text: str) -> dict[str, str]:
    """A text that holds a flat JSON object is its fields; what else it is stays one text.

    The key file of a service account is one text too: it is what its field asks for.
    """
    if text.lstrip().startswith("{"):
        try:
            found = orjson.loads(text)
        except orjson.JSONDecodeError:
            return {"": text}
        flat = isinstance(found, dict) and not any(
            isinstance(value, (dict, list)) for value in cast("dict[str, Any]", found).values()
        )
        if flat and "private_key" not in found:
            return fields_of(found)
    return {"": text}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
