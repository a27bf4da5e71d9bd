"""`luban model add`: a model by its address, with its key in the vault."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from luban.cli.flags import AsJson, Data, Server
from luban.cli.model_flags import (
    AsDefault,
    Can,
    Credential,
    Everybody,
    Fallback,
    Header,
    InputUsd,
    KeyVariable,
    ModelId,
    Name,
    OutputUsd,
    Query,
    Quirk,
    Title,
    Url,
    Window,
    Wire,
    WithKey,
)
from luban.cli.printing import as_json, line, note
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say
from luban.model.errors import InvalidValue

HELP = say(
    "Add a model by its address, or one of a known provider with a key of your own.",
    "按地址添加模型，或用自己的密钥添加已知服务商的模型。",
)


def add(
    model: ModelId,
    url: Url = "",
    wire: Wire = "",
    name: Name = "",
    title: Title = "",
    credential: Credential = "",
    with_key: WithKey = False,
    key_variable: KeyVariable = "",
    context: Window = None,
    can: Can = None,
    input_usd: InputUsd = None,
    output_usd: OutputUsd = None,
    fallback: Fallback = None,
    quirk: Quirk = None,
    header: Header = None,
    query: Query = None,
    default: AsDefault = False,
    everybody: Everybody = False,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    definition = _written(
        base_url=url,
        wire=wire,
        name=name,
        title=title,
        credential=credential,
        api_key_variable=key_variable,
        context=context,
        capabilities=can,
        input_usd=input_usd,
        output_usd=output_usd,
        fallback=fallback,
        quirks=_quirks(quirk or (), header or (), query or ()),
        default=default,
        everybody=everybody,
    )

    async def act(reached: Reach) -> Any:
        if with_key:
            definition["credential"] = await _kept_key(reached, model, url)
        return await reached.client.models.add(model, **definition)

    made = with_reach(server, data, act)
    if json:
        as_json(made)
        return
    line(made.id)
    note(say(f"Try it: luban model test {made.id}", f"测试：luban model test {made.id}"))


def _written(**given: Any) -> dict[str, Any]:
    """What somebody said; a price of 0 is said too."""
    priced = ("input_usd", "output_usd")
    return {
        field: value
        for field, value in given.items()
        if value or (field in priced and value is not None)
    }


async def _kept_key(reached: Reach, model: str, url: str) -> str:
    """The id of a new credential: of the provider where it is known, else for the host alone."""
    from luban.llm.shipped import providers

    known = providers().get(model.partition("/")[0])
    key = _asked_key()
    credentials = reached.client.credentials
    if not url and known is not None and known.credential:
        made = await credentials.create(known.credential, model, secret={"api_key": key})
    else:
        address = url or (known.base_url if known else "")
        made = await credentials.create(
            "http",
            model,
            kind="api_key",
            secret={"api_key": key},
            settings={"host": urlsplit(address).netloc.rpartition("@")[2]},
        )
    return made.id


def _asked_key() -> str:
    if sys.stdin.isatty():
        return getpass.getpass(say("Key: ", "密钥："))
    return sys.stdin.read().strip()


def _quirks(quirks: Sequence[str], headers: Sequence[str], query: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in map(_pair, quirks):
        found[name] = {"true": True, "false": False}.get(value, value)
    if headers:
        found["headers"] = dict(map(_pair, headers))
    if query:
        found["query"] = dict(map(_pair, query))
    return found


def _pair(written: str) -> tuple[str, str]:
    name, equals, value = written.partition("=")
    if not equals or not name:
        raise InvalidValue(
            name="--quirk, --header, --query",
            value=written,
            expected="write name=value",
            expected_zh="请写成 名称=值",
        )
    return name.strip(), value
