"""What a run waits for, said in a sentence, with the command that lets it go on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from luban.cli.speech import say, told_of

if TYPE_CHECKING:
    from luban.model.run import Wait


def wait_lines(run_id: str, waits: Iterable[Wait]) -> list[str]:
    """One line per wait, the step named where one waits."""
    return [_line(run_id, wait) for wait in waits]


def _line(run_id: str, wait: Wait) -> str:
    where = wait.node and f"{wait.node}{f' #{wait.iteration + 1}' if wait.iteration else ''}"
    text = _sentence(run_id, wait)
    if wait.until is not None and wait.kind not in ("sleep", "retry"):
        at = _clock(wait.until)
        text += say(f" At the latest until {at}.", f"最迟到 {at}。")
    return say(f"{where}: {text}", f"{where}：{text}") if where else text


def _sentence(run_id: str, wait: Wait) -> str:
    told = wait.details
    match wait.kind:
        case "limit" if told.get("scope"):
            return _budget(run_id, told)
        case "limit":
            return say(
                f"The run reached its limit of {_number(told.get('value'))} {told.get('limit')} "
                f"and waits. To let it go on: luban runs {run_id} --resume",
                f"运行已达到上限 {told.get('limit')} = {_number(told.get('value'))}，正在等待。"
                f"继续运行：luban runs {run_id} --resume",
            )
        case "pause":
            return say(
                f"The run is paused. To let it go on: luban runs {run_id} --resume",
                f"运行已暂停。继续运行：luban runs {run_id} --resume",
            )
        case "quarantine":
            return say(
                f"The run is in quarantine: {told.get('kills')} workers died with it. "
                f"To try it again: luban runs {run_id} --resume",
                f"运行已被隔离：有 {told.get('kills')} 个工作进程在执行它时异常终止。"
                f"再试一次：luban runs {run_id} --resume",
            )
        case "ask" | "in_doubt":
            return _question(wait)
        case _:
            return _plain(run_id, wait)


def _budget(run_id: str, told: dict[str, Any]) -> str:
    """A budget is raised apart from the run; then the run is let go on."""
    what, of, scope = told.get("what"), _number(told.get("of")), str(told.get("scope"))
    agent = scope.removeprefix("agent:")
    whose = "" if agent == scope else f" --agent {agent}"
    command = f"luban budget set {told.get('window')}{whose} --{str(what).replace('_', '-')} …"
    return say(
        f"The budget of {of} {what} ({scope}, {told.get('window')}) is used up. To raise it: "
        f"{command}; then: luban runs {run_id} --resume",
        f"预算已用完：{what} = {of}（{scope}，{told.get('window')}）。提高预算：{command}；"
        f"然后继续运行：luban runs {run_id} --resume",
    )


def _question(wait: Wait) -> str:
    told = wait.details
    choices = "|".join(map(str, told.get("choices") or ("CHOICE",)))
    answer = f"luban approvals answer {told.get('id')} {choices}"
    if wait.kind == "ask":
        asked = told.get("question")
        return say(f"A person is asked: {asked} {answer}", f"等待人工答复：{asked} {answer}")
    return say(
        f"It was interrupted, and nobody knows whether it took effect. To decide: {answer}",
        f"该步骤被中断，无法确定是否已生效。请判断：{answer}",
    )


def _plain(run_id: str, wait: Wait) -> str:
    """Waits for time, for a message, for others."""
    told, until = wait.details, _clock(wait.until)
    match wait.kind:
        case "sleep":
            return say(f"Sleeps until {until}.", f"休眠至 {until}。")
        case "retry":
            cause = _cause(told.get("error"))
            return say(f"Tries again at {until}: {cause}", f"将于 {until} 重试：{cause}")
        case "signal":
            name = told.get("name")
            return say(
                f"Waits for the signal `{name}`. To send it: luban signal {run_id} {name}",
                f"等待信号“{name}”。发送：luban signal {run_id} {name}",
            )
        case "run":
            return say(f"Waits for the run {told.get('run')}.", f"等待运行 {told.get('run')}。")
        case _:
            return _missing_block(told)


def _missing_block(told: dict[str, Any]) -> str:
    """A run waits for the version of a block that it began with, and for no other."""
    block, version, installed = (told.get(name) for name in ("block", "version", "installed"))
    if version is None:
        return say(
            f"The block {block} is not there. Install or repair it; the run goes on by itself.",
            f"缺少模块 {block}。请安装或修复它，运行会自动继续。",
        )
    if installed is None:
        return say(
            f"Version {version} of the block {block} is not there. Install or repair it; "
            "the run goes on by itself.",
            f"缺少模块 {block} 的版本 {version}。请安装或修复它，运行会自动继续。",
        )
    return say(
        f"It began with version {version} of the block {block}, and there is only {installed}. "
        f"Put version {version} back beside it, and the run goes on by itself; or run it anew.",
        f"它以模块 {block} 的版本 {version} 开始，而现在只有版本 {installed}。"
        f"请把版本 {version} 放回，运行会自动继续；或重新运行。",
    )


def _cause(error: Any) -> str:
    return told_of(error) if isinstance(error, dict) else str(error or "")  # pyright: ignore[reportUnknownArgumentType]


def _clock(at: float | None) -> str:
    """A moment as this machine's clock shows it."""
    if at is None:
        return ""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
