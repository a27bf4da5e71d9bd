"""`luban login` and `luban logout`: a key of a server, kept for the commands that ask it."""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from luban.cli.flags import Data
from luban.cli.printing import note
from luban.cli.reach import in_loop
from luban.cli.signed_in import keep, kept, plain
from luban.cli.speech import say

if TYPE_CHECKING:
    from luban.client import Client
    from luban.client.people import People

Address = Annotated[
    str | None,
    typer.Argument(help=say("The server's address.", "服务器地址。"), envvar="LUBAN_SERVER"),
]
Email = Annotated[
    str | None,
    typer.Option("--email", help=say("Your e-mail address.", "您的邮箱。"), envvar="LUBAN_EMAIL"),
]
FromInput = Annotated[
    bool,
    typer.Option(
        "--password-stdin",
        help=say("Read the password from standard input.", "从标准输入读取密码。"),
    ),
]


def login(
    server: Address = None,
    email: Email = None,
    password_stdin: FromInput = False,
    key: Annotated[
        bool, typer.Option("--key", help=say("Ask for an API key.", "改为输入 API 密钥。"))
    ] = False,
    data: Data = None,
) -> None:
    address = _address(server)

    async def work() -> tuple[str, str]:
        from luban.client import Client

        if key:
            token = ask_secret(say("API key", "API 密钥"), from_input=password_stdin)
            async with Client(address, token=token) as client:
                return token, (await client.people.me()).email
        async with Client(address, token="") as client:
            shown = await sign_in(client, email, from_input=password_stdin)
            made = await client.people.create_key(f"luban login, {socket.gethostname()}")
            await client.people.sign_out()
            return made.key, shown

    token, who = in_loop(work())
    keep(address, token, data)
    note(say(f"Signed in to {address} as {who}.", f"已以 {who} 登录 {address}。"))


def logout(server: Address = None, data: Data = None) -> None:
    address = _address(server)
    token = kept(data).get(plain(address))
    if token is None:
        note(say(f"You were not signed in to {address}.", f"您未登录 {address}。"))
        return

    async def work() -> None:
        from luban.client import ApiError, Client

        try:
            async with Client(address, token=token) as client:
                await _delete_own(client.people, token)
        except ApiError:  # it was deleted or is expired already
            pass

    keep(address, None, data)
    in_loop(work())
    note(say(f"Signed out of {address}.", f"已退出 {address}。"))


async def sign_in(client: Client, email: str | None, *, from_input: bool = False) -> str:
    """Begins a session in this client, asking for what is missing; the e-mail address."""
    given = email or os.environ.get("LUBAN_EMAIL")
    email = given if given else str(typer.prompt(say("E-mail", "邮箱"), err=True))
    password = ask_secret(say("Password", "密码"), from_input=from_input)
    answer = await client.people.sign_in(email, password)
    if answer.second is not None:
        code = typer.prompt(say("One-time code", "一次性验证码"), err=True)
        await client.people.second_factor(answer.second.token, code)
    return email


def ask_secret(what: str, *, from_input: bool) -> str:
    """Without showing it; from a pipe it is the first line."""
    if from_input or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return typer.prompt(what, hide_input=True, err=True)


async def _delete_own(people: People, token: str) -> None:
    for each in await people.keys():
        if token.startswith(each.shown):
            await people.delete_key(each.id)


def _address(server: str | None) -> str:
    from luban.client.client import DEFAULT_URL

    return (server or DEFAULT_URL).rstrip("/")


login.__doc__ = say(
    "Sign in to a server; later commands use the key.", "登录服务器；之后的命令使用保存的密钥。"
)
logout.__doc__ = say("Sign out of a server, and delete the key.", "退出服务器并删除密钥。")
