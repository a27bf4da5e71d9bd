"""`luban run --estimate`: what a run would take of models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from luban.cli.money import money
from luban.cli.printing import as_json, line, table
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say

if TYPE_CHECKING:
    from luban.model.spending_views import EstimateView, LikelyView


def tell(
    path: Path,
    what: str,
    inputs: dict[str, Any],
    data: Path | None,
    server: str | None,
    *,
    json: bool,
) -> None:
    """Says it of an agent file, which is kept as a run of it would keep it, or of an agent."""

    is_file = path.is_file()

    async def work(reached: Reach) -> EstimateView:
        agent = await _agent(reached, path, what, is_file=is_file)
        return await reached.client.budgets.estimate(agent, inputs)

    found = with_reach(server, data, work)
    if json:
        as_json(found)
        return
    table(
        [say("Node", "节点"), say("Firings", "次数"), say("Tokens", "token 数"),
         say("Cost", "费用"), say("By", "依据")],
        (
            [each.node, f"{each.firings:g}", *_range(each.all), _basis(each.basis)]
            for each in found.nodes
        ),
    )  # fmt: skip
    tokens, cost = _range(found.total)
    line(say(f"In all: {tokens} tokens, {cost}", f"合计：{tokens} token，{cost}"))


async def _agent(reached: Reach, path: Path, what: str, *, is_file: bool) -> str:
    from luban.cli.commands.agent import find_agent
    from luban.cli.commands.run import keep_file

    if is_file and reached.home is not None:
        return await keep_file(reached.home, path)
    return (await find_agent(reached.client, what)).id


def _range(likely: LikelyView) -> tuple[str, str]:
    tokens = f"{likely.tokens}"
    if likely.tokens_90 > likely.tokens:
        tokens += f" … {likely.tokens_90}"
    cost = money(likely.usd)
    if likely.usd is not None and (likely.usd_90 or 0.0) > likely.usd:
        cost += f" … {money(likely.usd_90)}"
    return tokens, cost


def _basis(basis: str) -> str:
    return (
        say("earlier runs", "以往运行") if basis == "history" else say("its prompt", "提示词长度")
    )
