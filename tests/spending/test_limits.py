"""Limits of what models take, looked at before each call: of the run, its nodes, agent, owner."""

from __future__ import annotations

from pathlib import Path

from luban.llm.scripted.script import Reply
from luban.model.graph import SpendLimits
from luban.model.run import RunStatus, WaitKind
from luban.model.spending import USER, Budget, agent_scope, day_of
from luban.ports.stores import Slice
from tests.services.kit import ME
from tests.spending.kit import TOKENS, asking_home


async def test_a_run_pauses_before_the_call_and_pays_nothing_twice(tmp_path: Path) -> None:
    async with asking_home(tmp_path, database_url="") as asking:
        agent = await asking.agent("test.loop", 5, limits={"usd": 0.25})
        run = await asking.run(agent)
        assert (run.status, len(asking.asked)) == (RunStatus.WAITING, 3)
        (wait,) = [each for each in run.waiting_for if each.kind is WaitKind.LIMIT]
        assert wait.details["of"] == 0.25
        assert (wait.details["limit"], round(wait.details["value"], 9)) == ("usd", 0.3)
        assert (run.tokens, round(run.usd, 9), run.unpriced) == (300, 0.3, 0)
        run = await asking.go_on(run.id, usd=10.0)
        assert run.status is RunStatus.COMPLETED, run.error
        assert asking.asked == [f"question {n}" for n in range(5)]
        assert (run.tokens, round(run.usd, 9)) == (500, 0.5)


async def test_calls_side_by_side_do_not_overshoot(tmp_path: Path) -> None:
    slow = Reply(text="yes", usage=TOKENS, delay=0.05)
    async with asking_home(tmp_path, slow) as asking:
        agent = await asking.agent("test.together", 20, limits={"tokens": 500})
        run = await asking.run(agent)
        assert (run.status, run.tokens, len(asking.asked)) == (RunStatus.WAITING, 500, 5)
        run = await asking.go_on(run.id, tokens=1_000_000)
        assert run.status is RunStatus.COMPLETED, run.error
        assert sorted(asking.asked) == sorted(f"question {n}" for n in range(20))
        pieces = [
            step
            for step in (await asking.home.house.steps.list(ME, run.id, FIRST)).items
            if step.verb == "step"
        ]
        assert [(step.usage or {})["tokens"] for step in pieces] == [100] * 20


async def test_a_node_has_limits_of_its_own(tmp_path: Path) -> None:
    async with asking_home(tmp_path) as asking:
        agent = await asking.agent("test.loop", 4, node_limits={"tokens": 150})
        run = await asking.run(agent)
        (wait,) = run.waiting_for
        assert wait.details == {
            "limit": "node:ask:tokens",
            "value": 200,
            "what": "tokens",
            "of": 150,
            "node": "ask",
        }
        run = await asking.go_on(run.id, **{"node:ask:tokens": 1000})
        assert (run.status, run.tokens) == (RunStatus.COMPLETED, 400)


async def test_a_budget_of_the_day_holds_across_runs_and_agents(tmp_path: Path) -> None:
    async with asking_home(tmp_path, database_url="") as asking:
        house = asking.home.house
        await house.budgets.put(ME, USER, Budget(day=limits(tokens=500)))
        first, second = [await asking.agent("test.loop", 3, name=n) for n in ("One", "Two")]
        await house.budgets.put(ME, agent_scope(first), Budget(total=limits(usd=0.4)))
        assert (await asking.run(first)).status is RunStatus.COMPLETED
        run = await asking.run(second)
        (wait,) = run.waiting_for
        assert wait.details["limit"] == "budget:user:day:tokens"
        assert (wait.details["value"], wait.details["of"]) == (500, 500)
        assert len(asking.asked) == 5
        await house.runs.resume(ME, run.id, {})  # as it was: it asks again
        assert (await asking.go_on(run.id)).status is RunStatus.WAITING
        await house.budgets.put(ME, USER, Budget(day=limits(tokens=5000)))
        await house.runs.resume(ME, run.id, {})
        assert (await asking.go_on(run.id)).status is RunStatus.COMPLETED
        again = await asking.run(first)
        assert again.waiting_for[0].details["limit"] == f"budget:agent:{first}:total:usd"
        today = day_of(again.created_at)
        used = await house.budgets.uses(ME, today, today)
        assert {use.agent: use.calls for use in used} == {first: 4, second: 3}


async def test_a_price_nobody_knows_is_not_nothing(tmp_path: Path) -> None:
    async with asking_home(tmp_path, price={}) as asking:
        house = asking.home.house
        agent = await asking.agent("test.loop", 2, limits={"usd": 0.01})
        run = await asking.run(agent)
        assert (run.status, run.usd, run.unpriced) == (RunStatus.COMPLETED, 0.0, 2)
        steps = (await house.steps.list(ME, run.id, FIRST)).items
        assert [s.usage["usd"] for s in steps if s.usage] == [None, None]
        await house.budgets.put(ME, USER, Budget(day=limits(usd=1.0, unpriced_calls=3)))
        run = await asking.run(agent)
        assert run.waiting_for[0].details == {
            "limit": "budget:user:day:unpriced_calls",
            "value": 3,
            "what": "unpriced_calls",
            "of": 3,
            "scope": "user",
            "window": "day",
            "unpriced": 1,
        }


async def test_a_limit_of_nothing_asks_before_the_first_call(tmp_path: Path) -> None:
    async with asking_home(tmp_path, price={}) as asking:
        agent = await asking.agent("test.loop", 2, limits={"unpriced_calls": 0})
        run = await asking.run(agent)
        assert (run.status, asking.asked) == (RunStatus.WAITING, [])
        await asking.home.house.runs.resume(ME, run.id, {})  # one more is let through
        run = await asking.go_on(run.id)
        assert (run.status, len(asking.asked)) == (RunStatus.WAITING, 1)
        run = await asking.go_on(run.id, unpriced_calls=10)
        assert (run.status, len(asking.asked)) == (RunStatus.COMPLETED, 2)
    async with asking_home(tmp_path, price={"input_usd": 0.0, "output_usd": 0.0}) as asking:
        agent = await asking.agent("test.loop", 2, limits={"usd": 0, "unpriced_calls": 0})
        assert (await asking.run(agent)).status is RunStatus.COMPLETED  # it costs nothing


FIRST = Slice(page=1, page_size=100)


def limits(**each: float) -> SpendLimits:
    return SpendLimits.model_validate(each)
