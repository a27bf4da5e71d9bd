"""`luban model`: the language models, and one that says what a file tells it to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luban.cli.printing import note
from luban.cli.speech import say
from luban.model.errors import InvalidValue

app = typer.Typer(
    no_args_is_help=True,
    help=say("Language models: what they are, and one for trials.", "语言模型：查看与试用。"),
)


@app.command(
    "serve-scripted",
    help=say(
        "Serve a model that follows a script, as OpenAI, Anthropic and Gemini do.",
        "启动一个按脚本回答的模型服务，兼容 OpenAI、Anthropic 与 Gemini 接口。",
    ),
)
def serve_scripted(
    script: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "JSON file: a list of replies. Without it, the demo model answers.",
                "JSON 文件：回答列表。不提供时由演示模型回答。",
            )
        ),
    ] = None,
    port: Annotated[int, typer.Option(help=say("Port.", "端口。"))] = 8180,
) -> None:
    import uvicorn
    from pydantic import ValidationError

    from luban.llm.scripted import Script, ScriptedModel

    try:
        read = Script.read(script) if script else None
    except (ValidationError, OSError) as error:
        raise InvalidValue(
            name="--script",
            value=str(script),
            expected=f"it must be a JSON list of replies: {error}",
            expected_zh=f"应为由回答组成的 JSON 列表：{error}",
        ) from error
    address = f"http://127.0.0.1:{port}"
    note(
        say(
            f"OPENAI_BASE_URL={address}/v1; Anthropic and Gemini at {address}",
            f"OPENAI_BASE_URL={address}/v1；Anthropic 与 Gemini 位于 {address}",
        )
    )
    uvicorn.run(ScriptedModel(read).app(), host="127.0.0.1", port=port, log_level="warning")
