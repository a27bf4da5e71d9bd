"""`luban agent make`: an agent drafted by a model, shown as changes, and accepted or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import RUN_FAILED, as_json, leave, line, note
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say, speaks_chinese, told_of

if TYPE_CHECKING:
    from luban.model.proposal_views import AcceptedProposalView, ProposalView


Which = Annotated[
    str, typer.Argument(metavar="PROPOSAL", help=say("The id of a proposal.", "提议的 id。"))
]


class _Made(NamedTuple):
    proposal: ProposalView
    answer: str
    by_demo: bool = False
    accepted: AcceptedProposalView | None = None


def make(
    message: Annotated[
        str,
        typer.Argument(
            metavar="TEXT",
            help=say(
                "What the agent should do, or what should change.",
                "智能体应做什么，或者应改动什么。",
            ),
        ),
    ],
    agent: Annotated[str, typer.Option(help=say("Change this agent.", "修改这个智能体。"))] = "",
    model: Annotated[
        str, typer.Option(help=say("The model that drafts it.", "用哪个模型起草。"))
    ] = "",
    apply: Annotated[
        bool,
        typer.Option("--apply", help=say("Accept all changes.", "接受全部改动。")),
    ] = False,
    json: AsJson = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help=say("No progress.", "不显示进度。"))
    ] = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> _Made:
        return await _make(reached, message, agent, model, apply=apply, quiet=quiet or json)

    made = with_reach(server, data, work)
    if json:
        as_json(made.accepted or made.proposal)
    else:
        _print(made)
    if made.proposal.state == "none":
        leave(RUN_FAILED)


async def _make(
    reached: Reach, message: str, agent: str, model: str, *, apply: bool, quiet: bool
) -> _Made:
    from luban.cli.commands.run import to_the_end

    proposals = reached.client.proposals
    if agent:
        from luban.cli.commands.agent import find_agent

        agent = (await find_agent(reached.client, agent)).id
    started = await proposals.make(message, agent=agent, model=model)
    ended = await to_the_end(reached, started.run_id, quiet)
    outputs = ended["outputs"]
    answer = str(outputs.get("answer") or told_of(ended["error"]))
    by_demo = bool((outputs.get("usage") or {}).get("demo"))
    proposal = await proposals.get(started.id)
    if not apply or proposal.state != "open":
        return _Made(proposal, answer, by_demo)
    return _Made(proposal, answer, by_demo, await proposals.accept(proposal.id))


def accept(
    proposal: Which,
    changes: Annotated[
        list[str] | None,
        typer.Argument(
            help=say("The changes to accept, all without any.", "要接受的改动；不写则全部接受。")
        ),
    ] = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    accepted = with_reach(
        server, data, lambda reached: reached.client.proposals.accept(proposal, changes or None)
    )
    if json:
        as_json(accepted)
    else:
        _print_accepted(accepted)


def refuse(proposal: Which, json: AsJson = False, data: Data = None, server: Server = None) -> None:
    refused = with_reach(server, data, lambda reached: reached.client.proposals.refuse(proposal))
    if json:
        as_json(refused)
    else:
        line(f"{refused.id}\t{refused.state}")


def _print(made: _Made) -> None:
    proposal = made.proposal
    if proposal.state in ("none", "drafting"):
        _print_nothing(made)
        return
    note(proposal.summary)
    for change in proposal.changes:
        line(f"{change.id}\t{change.text}")
    for warning in proposal.warnings:
        note(warning.message_zh if speaks_chinese() else warning.message)
    if made.accepted is not None:
        _print_accepted(made.accepted)
        return
    note(
        say(
            "Nothing is changed yet. Accept all of it, or name the changes: "
            f"luban agent accept {proposal.id}",
            f"尚未做任何改动。可接受全部，或写明要接受的改动：luban agent accept {proposal.id}",
        )
    )


def _print_nothing(made: _Made) -> None:
    run = made.proposal.run_id
    if made.by_demo:
        note(
            say(
                "The demo model cannot build. Set a model that can use tools: "
                "see `luban models`, or name one with --model.",
                "演示模型无法构建。请设置能使用工具的模型：见 `luban models`，或用 --model 指定。",
            )
        )
    elif made.answer:
        note(made.answer)
    if made.proposal.state == "drafting":
        note(
            say(
                f"The run {run} waits for an answer: see `luban approvals`.",
                f"运行 {run} 正在等待答复：请看 `luban approvals`。",
            )
        )
    else:
        note(
            say(
                f"Nothing was proposed; see `luban runs {run}`.",
                f"没有提出任何内容；请看 `luban runs {run}`。",
            )
        )


def _print_accepted(accepted: AcceptedProposalView) -> None:
    for conflict in accepted.conflicts:
        note(
            say(
                f"Left out, because the agent was changed meanwhile: {conflict.text}",
                f"未采用，因为智能体在此期间被修改：{conflict.text}",
            )
        )
    line(accepted.agent_id)
