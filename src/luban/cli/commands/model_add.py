"""`luban model add`: a model by its address, with its key in the vault."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import as_json, line, note
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say
from luban.model.errors import InvalidValue

HELP = say(
    "Add a model by its address, or one of a known provider with a key of your own.",
    "按地址添加模型，或用自己的密钥添加已知服务商的模型。",
)


def add(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help=say("What to call it: provider/name.", "名称：服务商/模型名。")
        ),
    ],
    url: Annotated[
        str, typer.Option("--url", help=say("Such as http://nas:11434/v1.", "服务地址。"))
    ] = "",
    wire: Annotated[
        str,
        typer.Option(
            help=say(
                "openai-chat, openai-responses, openai-completions, openai-embeddings, "
                "openai-images, anthropic or google.",
                "接口：openai-chat、openai-responses、openai-completions、openai-embeddings、"
                "openai-images、anthropic 或 google。",
            )
        ),
    ] = "",
    name: Annotated[
        str,
        typer.Option(help=say("What the address calls it, if it differs.", "服务中的模型名。")),
    ] = "",
    title: Annotated[str, typer.Option(help=say("Shown in lists.", "显示名称。"))] = "",
    credential: Annotated[
        str, typer.Option(help=say("Name or id of the one with the key.", "凭据的名称或 id。"))
    ] = "",
    with_key: Annotated[
        bool,
        typer.Option(
            "--with-key",
            help=say(
                "Ask for a key, or read it from standard input, and keep it as a credential.",
                "询问密钥或从标准输入读取，并保存为凭据。",
            ),
        ),
    ] = False,
    key_variable: Annotated[
        str,
        typer.Option(
            help=say("Variable of the server with the key.", "服务器上保存密钥的环境变量。")
        ),
    ] = "",
    context: Annotated[
        int | None, typer.Option(help=say("Model tokens that fit in.", "上下文可容纳的 token 数。"))
    ] = None,
    can: Annotated[
        list[str] | None,
        typer.Option(
            help=say(
                "What it can do: tools, schema, json, images, embeddings, image_making, reasoning, "
                "stream.",
                "能力：tools、schema、json、images、embeddings、image_making、reasoning、stream。",
            )
        ),
    ] = None,
    input_usd: Annotated[
        float | None,
        typer.Option(help=say("Dollars for a million in.", "每百万输入 token 的美元价格。")),
    ] = None,
    output_usd: Annotated[
        float | None,
        typer.Option(help=say("Dollars for a million out.", "每百万输出 token 的美元价格。")),
    ] = None,
    fallback: Annotated[
        list[str] | None,
        typer.Option(help=say("Asked instead when it fails.", "失败时改用的模型。")),
    ] = None,
    quirk: Annotated[
        list[str] | None,
        typer.Option(
            help=say(
                "Where its service differs: system=false, temperature=false, stop=false, "
                "stream=false, max_tokens=max_completion_tokens, key_header=api-key.",
                "与同类服务的差异：system=false、temperature=false、stop=false、stream=false、"
                "max_tokens=max_completion_tokens、key_header=api-key。",
            )
        ),
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(help=say("name=value, with every request.", "随每个请求发送：名称=值。")),
    ] = None,
    query: Annotated[
        list[str] | None,
        typer.Option(help=say("name=value in the address.", "附加到地址的参数：名称=值。")),
    ] = None,
    default: Annotated[
        bool, typer.Option("--default", help=say("Used where none is named.", "设为默认模型。"))
    ] = False,
    everybody: Annotated[
        bool,
        typer.Option("--everybody", help=say("For all teams; administrators.", "供所有团队使用。")),
    ] = False,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    quirks = _quirks(quirk or (), header or (), query or ())
    written: dict[str, Any] = {
        "base_url": url,
        "wire": wire,
        "name": name,
        "title": title,
        "credential": credential,
        "api_key_variable": key_variable,
        "context": context,
        "capabilities": can,
        "input_usd": input_usd,
        "output_usd": output_usd,
        "fallback": fallback,
        "quirks": quirks,
        "default": default,
        "everybody": everybody,
    }
    definition = {field: value for field, value in written.items() if value}
    for field in ("input_usd", "output_usd"):
        if written[field] is not None:
            definition[field] = written[field]  # 0 is a price too

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
