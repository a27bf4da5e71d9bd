"""`luban block …`: new blocks, their examples, and how good they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from luban.cli.flags import AsJson
from luban.cli.printing import RUN_FAILED, WRONG_INPUT, as_json, leave, line, note
from luban.cli.reach import in_loop, settings_of
from luban.cli.speech import say
from luban.model.errors import InvalidValue

if TYPE_CHECKING:
    from luban.cli.chosen_blocks import Chosen

app = typer.Typer(help=say("Write and test blocks.", "编写与测试模块。"), no_args_is_help=True)

Place = Annotated[
    Path | None, typer.Argument(help=say("A file or folder of blocks.", "模块文件或目录。"))
]
All = Annotated[
    bool,
    typer.Option("--all", help=say("Built-in blocks and packages too.", "包括内置模块和软件包。")),
]


@app.command("new", help=say("Write a block, its test and its page.", "生成模块、测试与说明。"))
def new(
    name: Annotated[str, typer.Argument(help=say("Such as `weather`.", "例如 `weather`。"))],
    kind: Annotated[
        Literal["function", "class"],
        typer.Option(
            help=say(
                "A function for one output, a class for more.", "单个输出用函数，多个输出用类。"
            )
        ),
    ] = "function",
    folder: Annotated[Path, typer.Option(help=say("Where to.", "写到哪里。"))] = Path("blocks"),
) -> None:
    from luban.cli.new_block import files_of, is_name

    if not is_name(name):
        raise InvalidValue(
            name="name",
            value=name,
            expected="a block's name has small letters, digits and `_`, and begins with a letter",
            expected_zh="模块名只能含小写字母、数字和下划线，并以字母开头",
        )
    made = files_of(name, kind)
    taken = [path for path in made if (folder / path).exists()]
    if taken:
        raise InvalidValue(
            name="name",
            value=name,
            expected=f"{folder / taken[0]} exists already; choose another name",
            expected_zh=f"{folder / taken[0]} 已存在，请换一个名称",
        )
    for path, text in made.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
        line(str(folder / path))
    note(
        say(
            f"Try it: luban block test {folder / f'{name}.py'}",
            f"试一试：luban block test {folder / f'{name}.py'}",
        )
    )


@app.command(
    "test", help=say("Run the examples of blocks and check their pins.", "运行模块示例并检查端口。")
)
def try_examples(path: Place = None, all: All = False, json: AsJson = False) -> None:
    from luban.cli.block_examples import try_all

    chosen = _chosen(path, all)
    told = in_loop(try_all(chosen))
    if json:
        as_json(told.as_json())
    else:
        for each in told.blocks:
            count = each.examples
            examples = say("example" if count == 1 else "examples", "个示例")
            line(f"{'✕' if each.failures else '✓'} {each.id}  {count} {examples}")
            for failure in each.failures:
                line(f"    {failure}")
            for skip in each.skipped:
                line(f"    {skip.example}: {say('skipped, because', '已跳过，原因：')} {skip.why}")
        _print_broken(chosen)
    if chosen.broken:
        leave(WRONG_INPUT)
    if any(each.failures for each in told.blocks):
        leave(RUN_FAILED)


@app.command(
    "check",
    help=say(
        "Say which tier blocks reach, listed, solid or model, and what is missing for the next.",
        "说明模块达到的等级（已收录、可靠、典范），以及距下一等级还缺什么。",
    ),
)
def check(
    path: Place = None,
    all: All = False,
    at_least: Annotated[
        Literal["listed", "solid", "model"],
        typer.Option(help=say("Fail if a block is below.", "低于此等级时以失败结束。")),
    ] = "listed",
    json: AsJson = False,
) -> None:
    from luban.model.block import Tier
    from luban.registry.tiers import judge

    chosen = _chosen(path, all)
    ranks = list(Tier)
    judged = [(code.spec.id, judge(code, place)) for code, place in chosen.codes]
    if json:
        as_json(
            {
                "blocks": [
                    {"id": name, "tier": said.tier, "missing": [_lack(each) for each in said.lacks]}
                    for name, said in judged
                ],
                "broken": [each._asdict() for each in chosen.broken],
            }
        )
    else:
        for name, said in judged:
            line(f"{say(said.tier, TIERS_ZH[said.tier])}\t{name}")
            following = said.lacks[0].tier if said.lacks else None
            for each in said.lacks:
                if each.tier == following:
                    line(f"    {each.rule}: {say(each.message, each.message_zh)}")
        _print_broken(chosen)
    if chosen.broken:
        leave(WRONG_INPUT)
    if any(ranks.index(said.tier) < ranks.index(Tier(at_least)) for _, said in judged):
        leave(RUN_FAILED)


TIERS_ZH = {"listed": "已收录", "solid": "可靠", "model": "典范"}


def _lack(lack: Any) -> dict[str, Any]:
    return {
        "rule": lack.rule,
        "for": lack.tier,
        "message": lack.message,
        "message_zh": lack.message_zh,
    }


def _chosen(path: Path | None, all: bool) -> Chosen:
    from luban.cli.chosen_blocks import choose

    return choose(path, settings_of().blocks_path, everything=all)


def _print_broken(chosen: Chosen) -> None:
    for each in chosen.broken:
        line(f"✕ {each.path}:{each.line or '?'} {say(each.message, each.message_zh)}")
