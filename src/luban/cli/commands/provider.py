"""`luban provider`: which services credentials open, and adding ones of your own."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import as_json, line, note, table
from luban.cli.reach import HERE, Reach, with_reach
from luban.cli.speech import say, speaks_chinese
from luban.model.errors import InvalidValue

if TYPE_CHECKING:
    from luban.model.provider_views import KindView, ProvidersView, ProviderView

app = typer.Typer(
    help=say("Providers: the services that credentials open.", "服务商：凭据所对应的外部服务。")
)

Id = Annotated[str, typer.Argument(metavar="ID", help=say("Which provider.", "哪个服务商。"))]


@app.command("list", help=say("List the providers there are.", "列出现有的服务商。"))
def list_providers(json: AsJson = False, data: Data = None, server: Server = None) -> None:
    found = _all(data, server).items
    if json:
        as_json(found)
        return
    table(
        [say("Provider", "服务商"), say("Title", "名称"), say("By", "方式"), ""],
        (
            [each.id, _title(each), ", ".join(kind.kind for kind in each.kinds), _own(each)]
            for each in found
        ),
    )


@app.command("show", help=say("Show what a provider asks for.", "显示服务商所需的内容。"))
def show(provider: Id, json: AsJson = False, data: Data = None, server: Server = None) -> None:
    async def work(reached: Reach) -> tuple[ProviderView, str]:
        found = await reached.client.providers.get(provider)
        redirect = (await reached.client.providers.list()).redirect
        if reached.home is not None:  # where `luban up` and `luban credential connect` listen
            settings = reached.home.settings
            base = settings.public_url or f"http://{settings.host}:{settings.port}"
            redirect = redirect.replace(HERE, base.rstrip("/"))
        return found, redirect

    found, redirect = with_reach(server, data, work)
    if json:
        as_json(found)
        return
    line(_title(found))
    if found.docs:
        line(found.docs)
    for kind in found.kinds:
        _show_kind(kind)
    for scope in found.scopes:
        mark = "*" if scope.default else " "
        line(f"  {mark} {scope.name}: {say(scope.help, scope.help_zh)}")
    if any(kind.connect for kind in found.kinds):
        app_of = found.app or say("none yet", "尚无")
        line(
            say(
                f"app: {app_of}; redirect address: {redirect}",
                f"应用：{app_of}；重定向地址：{redirect}",
            )
        )


@app.command(
    "add",
    help=say(
        "Define a provider of your own from a file (TOML or JSON).",
        "从文件（TOML 或 JSON）定义自己的服务商。",
    ),
)
def add(
    file: Annotated[
        Path,
        typer.Argument(
            help=say(
                "Its definition; acme.toml makes `acme`.", "定义文件；acme.toml 会创建“acme”。"
            )
        ),
    ],
    name: Annotated[
        str | None,
        typer.Option(
            "--id", help=say("Another id than the file's name.", "使用与文件名不同的 ID。")
        ),
    ] = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    definition = _read(file)
    wanted = name or file.stem.removesuffix(".provider")
    made = with_reach(server, data, lambda r: r.client.providers.put(wanted, definition))
    if json:
        as_json(made)
        return
    line(made.id)
    note(
        say(
            f"Enter its credential with: luban credential add {made.id}",
            f"添加其凭据：luban credential add {made.id}",
        )
    )


@app.command("remove", help=say("Remove a provider of your own.", "删除自定义的服务商。"))
def remove(provider: Id, data: Data = None, server: Server = None) -> None:
    with_reach(server, data, lambda reached: reached.client.providers.delete(provider))


@app.command(
    "app",
    help=say(
        "Store client id and secret of an app that you registered there; the secret is read from "
        "the terminal or from standard input.",
        "保存在该服务商处注册的应用的客户端 ID 和密钥；密钥从终端或标准输入读取。",
    ),
)
def put_app(
    provider: Id,
    client_id: Annotated[str, typer.Option(help=say("The app's client id.", "应用的客户端 ID。"))],
    everybody: Annotated[
        bool,
        typer.Option(
            "--everybody",
            help=say("For all teams of the server.", "供服务器上的所有团队使用。"),
        ),
    ] = False,
    data: Data = None,
    server: Server = None,
) -> None:
    if sys.stdin.isatty():
        secret = typer.prompt(say("Client secret", "客户端密钥"), hide_input=True, err=True)
    else:
        secret = sys.stdin.read().strip()
    with_reach(
        server,
        data,
        lambda r: r.client.providers.put_app(provider, client_id, secret, everybody=everybody),
    )


def _all(data: Path | None, server: str | None) -> ProvidersView:
    return with_reach(server, data, lambda reached: reached.client.providers.list())


def _read(file: Path) -> dict[str, Any]:
    try:
        content = file.read_bytes()
        read = orjson.loads(content) if file.suffix == ".json" else tomllib.loads(content.decode())
    except (OSError, ValueError) as error:
        raise InvalidValue(
            name="file",
            value=str(file),
            expected=f"it must be a TOML or JSON file: {error}",
            expected_zh=f"必须是 TOML 或 JSON 文件：{error}",
        ) from error
    if not isinstance(read, dict):
        raise InvalidValue(
            name="file",
            value=str(file),
            expected="it must hold one object",
            expected_zh="必须包含一个对象",
        )
    return read


def _show_kind(kind: KindView) -> None:
    way = say(" (connected by a browser)", "（通过浏览器连接）") if kind.connect else ""
    line(f"{kind.kind}: {say(kind.title, kind.title_zh)}{way}")
    for field in kind.fields:
        marks = [say("secret", "机密")] if field.secret else []
        marks += [] if field.required else [say("optional", "可选")]
        marks += [f"= {field.default}"] if field.default else []
        shown = f" ({', '.join(marks)})" if marks else ""
        line(f"    {field.name}{shown}: {say(field.title, field.title_zh)}")


def _title(provider: ProviderView) -> str:
    return provider.title_zh if speaks_chinese() else provider.title


def _own(provider: ProviderView) -> str:
    return say("own", "自定义") if provider.own else ""
