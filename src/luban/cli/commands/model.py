"""`luban model`: the language models, and one that says what a file tells it to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from luban.cli.commands import model_add
from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import RUN_FAILED, as_json, leave, line, note, table
from luban.cli.reach import with_reach
from luban.cli.speech import say
from luban.model.errors import InvalidValue

if TYPE_CHECKING:
    from luban.model.model_views import ModelTestView, ModelView

app = typer.Typer(
    no_args_is_help=True,
    help=say(
        "Language models: list, add by address, test, remove; and one for trials.",
        "语言模型：列出、按地址添加、测试、删除，以及用于试用的模型。",
    ),
)
app.command("add", help=model_add.HELP)(model_add.add)

Id = Annotated[
    str, typer.Argument(metavar="MODEL", help=say("Such as openai/gpt-4o.", "如 openai/gpt-4o。"))
]


@app.command("list", help=say("List the models that can be used.", "列出可用的模型。"))
def list_models(
    every: Annotated[
        bool,
        typer.Option("--all", help=say("Those that lack a key, too.", "包括缺少密钥的模型。")),
    ] = False,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    found = with_reach(server, data, lambda r: r.client.models.list(unusable=every))
    show_models(found, json)


@app.command(
    "test",
    help=say(
        "Ask a model one small question; it says how long that took, or what went wrong.",
        "向模型提一个小问题，并显示耗时或出错原因。",
    ),
)
def try_out(model: Id, json: AsJson = False, data: Data = None, server: Server = None) -> None:
    tested = with_reach(server, data, lambda reached: reached.client.models.test(model))
    if json:
        as_json(tested)
    else:
        show_test(tested)
    if not tested.ok:
        leave(RUN_FAILED)


@app.command("remove", help=say("Remove a model that was added.", "删除添加的模型。"))
def remove(model: Id, data: Data = None, server: Server = None) -> None:
    with_reach(server, data, lambda reached: reached.client.models.delete(model))


def show_models(found: Sequence[ModelView], json: bool) -> None:
    """The models as a table, or as JSON."""
    if json:
        as_json(found)
        return
    table(
        [
            say("Model", "模型"),
            say("Title", "名称"),
            say("Window", "上下文"),
            say("USD/M in, out", "美元/百万（入、出）"),
            say("From", "来源"),
            "",
        ],
        (
            [
                each.id,
                each.title,
                "" if each.context is None else f"{each.context:,}",
                _price(each),
                _SOURCES[each.source],
                _remark(each),
            ]
            for each in found
        ),
    )


def show_test(tested: ModelTestView) -> None:
    """What came of a question: time and tokens, or the reason."""
    if tested.ok:
        usd = "" if tested.usd is None else f", {tested.usd:.6f} USD"
        tokens = f"{tested.input_tokens} + {tested.output_tokens}"
        line(
            say(
                f"works: {tested.seconds:.2f} s, {tokens} tokens{usd}",
                f"可用：{tested.seconds:.2f} 秒，{tokens} 个 token{usd}",
            )
        )
    else:
        line(say(tested.trouble, tested.trouble_zh))
    if tested.names:
        names = ", ".join(tested.names)
        line(say(f"its service has: {names}", f"该服务提供：{names}"))


def _price(model: ModelView) -> str:
    if model.demo:
        return ""
    if model.input_usd is None or model.output_usd is None:
        return say("unknown", "未知")
    return f"{model.input_usd:g}, {model.output_usd:g}"


def _remark(model: ModelView) -> str:
    if model.lacks:
        return say(f"needs {model.lacks}", f"需要 {model.lacks}")
    if model.demo:
        return say("demo", "演示")
    return say("default", "默认") if model.default else ""


_SOURCES = {
    "shipped": say("known", "内置"),
    "installed": say("installed", "本机已安装"),
    "settings": say("settings", "设置"),
    "shared": say("shared", "共享"),
    "own": say("own", "自己添加"),
}


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
