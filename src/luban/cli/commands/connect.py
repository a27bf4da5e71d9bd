"""`luban credential connect`: an account at a provider, by way of the browser."""

from __future__ import annotations

import asyncio
import os
import signal
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from luban.cli.flags import Data, Server
from luban.cli.printing import RUN_FAILED, leave, line, note
from luban.cli.reach import in_loop, settings_of
from luban.cli.speech import say, told_of
from luban.model.errors import LubanError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from luban.client import Client
    from luban.model.provider_views import ConnectedView
    from luban.server.wiring import Home

    _Work = Callable[[Client], Awaitable[ConnectedView]]

_LOOK = 1.0
_PATIENCE = 600


class NobodyCame(LubanError):
    """The browser did not come back."""

    code = "oauth_nobody_came"
    status = 408
    en = "Nobody came back from {provider} within ten minutes. Start again."
    zh = "十分钟内没有从 {provider} 返回。请重新开始。"


def connect(
    provider: Annotated[str, typer.Argument(help=say("Such as github.", "例如 github。"))],
    name: Annotated[str, typer.Option(help=say("What to call it.", "凭据名称。"))] = "",
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope", help=say("What to permit; may be repeated.", "请求的权限，可多次给出。")
        ),
    ] = None,
    credential: Annotated[
        str | None,
        typer.Option(help=say("Add scopes to this one.", "为已有的凭据增加权限。"), metavar="ID"),
    ] = None,
    browser: Annotated[bool, typer.Option(help=say("Open the browser.", "打开浏览器。"))] = True,
    device: Annotated[
        bool,
        typer.Option(
            "--device",
            help=say(
                "Enter a code on another device, where the provider offers that.",
                "在另一台设备上输入验证码（需服务商支持）。",
            ),
        ),
    ] = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def on_device(client: Client) -> ConnectedView:
        code = await client.providers.connect_device(
            provider, name=name, scopes=scope, credential_id=credential
        )
        told = code.user_code, code.address
        note(say("Enter {} at {}".format(*told), "请在 {1} 输入 {0}".format(*told)))
        return await _answered(client, code.state, provider)

    async def work(client: Client) -> ConnectedView:
        if device:
            return await on_device(client)
        begun = await client.providers.connect(
            provider, name=name, scopes=scope, credential_id=credential
        )
        note(say(f"Agree in the browser: {begun.url}", f"请在浏览器中授权：{begun.url}"))
        if browser:
            webbrowser.open(begun.url)
        return await _answered(client, begun.state, provider)

    address = server or os.environ.get("LUBAN_SERVER")
    found = in_loop(_there(address, data, work) if address else _here(data, work))
    if found.error:
        note(told_of(found.error))
        leave(RUN_FAILED)
    line(found.credential_id or "")


connect.__doc__ = say(
    "Connect an account: opens the browser and waits until you agreed.",
    "连接账号：打开浏览器，并等待您完成授权。",
)


async def _there(address: str, data: Path | None, work: _Work) -> ConnectedView:
    from luban.cli.signed_in import token_for
    from luban.client import Client

    async with Client(address, token=token_for(address, data) or "") as client:
        return await work(client)


async def _here(data: Path | None, work: _Work) -> ConnectedView:
    """Providers send people back to an address, so one is served as long as that takes."""
    from luban.server.process import serve

    loop = asyncio.get_running_loop()
    address: asyncio.Future[str] = loop.create_future()

    def ready(at: str, home: Home) -> None:
        address.set_result(at)

    serving = asyncio.create_task(serve(settings_of(data, slots=0), ready))
    await asyncio.wait({address, serving}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        await serving  # says why it could not begin
    try:
        return await _there(address.result(), data, work)
    finally:
        signal.raise_signal(signal.SIGTERM)  # the server's own way to end
        await serving


async def _answered(client: Client, state: str, provider: str) -> ConnectedView:
    """Raises `NobodyCame`."""
    try:
        async with asyncio.timeout(_PATIENCE):
            while True:
                found = await client.providers.connected(state)
                if found.credential_id or found.error:
                    return found
                await asyncio.sleep(_LOOK)
    except TimeoutError as error:
        raise NobodyCame(provider=provider) from error
