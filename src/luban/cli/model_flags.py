"""Flags of `luban model add`: what may be said of a model."""

from __future__ import annotations

from typing import Annotated

import typer

from luban.cli.speech import say

ModelId = Annotated[
    str,
    typer.Argument(
        metavar="MODEL", help=say("What to call it: provider/name.", "名称：服务商/模型名。")
    ),
]
Url = Annotated[str, typer.Option("--url", help=say("Such as http://nas:11434/v1.", "服务地址。"))]
Wire = Annotated[
    str,
    typer.Option(
        help=say(
            "openai-chat, openai-responses, openai-completions, openai-embeddings, "
            "openai-images, anthropic or google.",
            "接口：openai-chat、openai-responses、openai-completions、openai-embeddings、"
            "openai-images、anthropic 或 google。",
        )
    ),
]
Name = Annotated[
    str,
    typer.Option(help=say("What the address calls it, if it differs.", "服务中的模型名。")),
]
Title = Annotated[str, typer.Option(help=say("Shown in lists.", "显示名称。"))]
Credential = Annotated[
    str, typer.Option(help=say("Name or id of the one with the key.", "凭据的名称或 id。"))
]
WithKey = Annotated[
    bool,
    typer.Option(
        "--with-key",
        help=say(
            "Ask for a key, or read it from standard input, and keep it as a credential.",
            "询问密钥或从标准输入读取，并保存为凭据。",
        ),
    ),
]
KeyVariable = Annotated[
    str,
    typer.Option(help=say("Variable of the server with the key.", "服务器上保存密钥的环境变量。")),
]
Window = Annotated[
    int | None, typer.Option(help=say("Model tokens that fit in.", "上下文可容纳的 token 数。"))
]
Can = Annotated[
    list[str] | None,
    typer.Option(
        help=say(
            "What it can do: tools, schema, json, images, embeddings, image_making, reasoning, "
            "stream.",
            "能力：tools、schema、json、images、embeddings、image_making、reasoning、stream。",
        )
    ),
]
InputUsd = Annotated[
    float | None,
    typer.Option(help=say("Dollars for a million in.", "每百万输入 token 的美元价格。")),
]
OutputUsd = Annotated[
    float | None,
    typer.Option(help=say("Dollars for a million out.", "每百万输出 token 的美元价格。")),
]
Fallback = Annotated[
    list[str] | None,
    typer.Option(help=say("Asked instead when it fails.", "失败时改用的模型。")),
]
Quirk = Annotated[
    list[str] | None,
    typer.Option(
        help=say(
            "Where its service differs: system=false, temperature=false, stop=false, "
            "stream=false, max_tokens=max_completion_tokens, key_header=api-key.",
            "与同类服务的差异：system=false、temperature=false、stop=false、stream=false、"
            "max_tokens=max_completion_tokens、key_header=api-key。",
        )
    ),
]
Header = Annotated[
    list[str] | None,
    typer.Option(help=say("name=value, with every request.", "随每个请求发送：名称=值。")),
]
Query = Annotated[
    list[str] | None,
    typer.Option(help=say("name=value in the address.", "附加到地址的参数：名称=值。")),
]
AsDefault = Annotated[
    bool, typer.Option("--default", help=say("Used where none is named.", "设为默认模型。"))
]
Everybody = Annotated[
    bool,
    typer.Option("--everybody", help=say("For all teams; administrators.", "供所有团队使用。")),
]
