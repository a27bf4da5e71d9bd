"""The pages about the commands, in English and Chinese, written from the command line itself.

`python -m tools.command_pages` writes both.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

from tools import generated

_HEADS = {
    "en": """# Commands

[中文](cli.zh-CN.md) · Written from the program by `python -m tools.command_pages`.

In a clone, write `./run` for `luban`: `./run run FILE` is `luban run FILE`. Without `--server`, a
command works on the home on this machine and needs no server. Results go to standard output,
everything else to standard error. `LUBAN_LANG=zh` or the locale chooses the language.

| flag of many commands | |
|---|---|
| `--json` | Print one JSON value. |
| `--data PATH` | The folder of database and files, instead of `LUBAN_HOME`. |
| `--server URL` | The address of a server to ask, also `LUBAN_SERVER`. |

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | the run failed, or waits at one of its limits; `db check` found something |
| 2 | the input was wrong: arguments, an agent file, a setting |
| 3 | the server could not be reached |
| 130 | interrupted with Ctrl-C, or the run was cancelled |
""",
    "zh": """# 命令

[English](cli.md) · 由 `python -m tools.command_pages` 根据程序生成。

在代码仓库中用 `./run` 代替 `luban`：`./run run FILE` 即 `luban run FILE`。
不带 `--server` 时，命令直接使用本机的数据目录，不需要服务器。
结果写到标准输出，其余内容写到标准错误。
语言由 `LUBAN_LANG=zh` 或系统区域设置决定。

| 许多命令共有的选项 | |
|---|---|
| `--json` | 输出一个 JSON 值。 |
| `--data PATH` | 存放数据库和文件的目录，代替 `LUBAN_HOME`。 |
| `--server URL` | 要连接的服务器地址，也可用 `LUBAN_SERVER`。 |

| 退出码 | 含义 |
|---|---|
| 0 | 完成 |
| 1 | 运行失败，或因达到上限而等待；`db check` 发现问题 |
| 2 | 输入有误：参数、智能体文件或设置 |
| 3 | 无法连接服务器 |
| 130 | 被 Ctrl-C 中断，或运行被取消 |
""",
}
_KINDS: dict[Any, str] = {str: "TEXT", int: "NUMBER", Path: "PATH"}
_SHARED = {"json", "data", "server", "help"}


def english() -> str:
    """The text of `docs/reference/cli.md`."""
    return _spoken("en")


def chinese() -> str:
    """The text of `docs/reference/cli.zh-CN.md`."""
    return _spoken("zh")


def _spoken(language: str) -> str:
    """In a process of its own: the help texts choose their language when they are loaded."""
    done = subprocess.run(
        [sys.executable, "-c", f"from tools.command_pages import page; page({language!r})"],
        env={**os.environ, "LUBAN_LANG": language, "PYTHONIOENCODING": "utf-8"},
        cwd=generated.ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


def page(language: str) -> None:
    """Prints the page in the language that `LUBAN_LANG` says too."""
    import typer

    from luban.cli.main import app

    group = typer.main.get_command(app)
    parts = [_HEADS[language].rstrip()]
    for path, command in _leaves(group, ("luban",)):
        parts.append(_section(path, command))
    sys.stdout.write("\n\n".join(parts) + "\n")


def _leaves(group: Any, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Any]]:
    found: list[tuple[tuple[str, ...], Any]] = []
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found += _leaves(command, (*path, name))
        else:
            found.append(((*path, name), command))
    return found


def _section(path: tuple[str, ...], command: Any) -> str:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option"]
    usage = " ".join([*path, *(_word(each) for each in arguments)])
    shared = " ".join(
        f"`{each.opts[0]}`" for each in options if each.name in _SHARED and each.name != "help"
    )
    own = [each for each in options if each.name not in _SHARED]
    about = (command.help or "").strip()
    lines = [f"## `{usage}`", "", about + (f" {shared}" if shared else "")]
    rows = [(_word(each), each.help or "") for each in arguments if each.help]
    rows += [(_flag(each), each.help or "") for each in own]
    if rows:
        lines += ["", "| | |", "|---|---|"]
        lines += [f"| `{_cell(name)}` | {_cell(text)} |" for name, text in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _word(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _flag(option: Any) -> str:
    names = ", ".join([*option.opts, *option.secondary_opts])
    if option.is_flag:
        return names
    return f"{names} {option.metavar or _kind(option)}"


def _kind(option: Any) -> str:
    """What follows the flag: the words to choose from, else the kind of value."""
    described = option.type_descriptor.annotation
    kinds = [each for each in (get_args(described) or (described,)) if each is not type(None)]
    choices = [choice for each in kinds for choice in (get_args(each) or (each,))]
    if all(isinstance(each, str) for each in choices):
        return "|".join(choices)
    return _KINDS.get(choices[0], "VALUE")


def main() -> None:
    pages = tuple(one for one in generated.FILES if one.maker.startswith("tools.command_pages:"))
    generated.write(pages)


if __name__ == "__main__":
    main()
