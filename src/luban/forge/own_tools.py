"""The loop's own tools at work: further pages, earlier steps, skills."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luban.forge import built_in, paging, skills, turns, untrusted
from luban.forge.memory_port import BuiltIn
from luban.forge.mission import Kit, Mission
from luban.forge.state import State
from luban.sdk import BlockError, Context


class OwnTools:
    """Those of one task; what they show was recorded, or is recorded when they show it."""

    def __init__(self, ctx: Context, mission: Mission, kit: Kit, state: State, prefix: str) -> None:
        self._ctx = ctx
        self._mission = mission
        self._kit = kit
        self._state = state
        self._prefix = prefix

    def every(self) -> list[BuiltIn]:
        """Only those of use: a model that has nothing to read gets no tool to read with."""
        mission, kit = self._mission, self._kit
        own = list(kit.memory.tools()) if kit.memory is not None else []
        if kit.skills:
            own.append(BuiltIn(built_in.read_skill(), self._read_skill))
        if mission.may_ask:
            own.append(BuiltIn(built_in.ask_user(), _by_the_loop))
        if mission.may_delegate:
            names = [tool.name for tool in kit.tools]
            own.append(BuiltIn(built_in.delegate(names), _by_the_loop, foreign=True))
        if kit.tools or own:
            own.append(BuiltIn(built_in.read_more(), self._read_more))
        if self._state.summarised:
            own.append(BuiltIn(built_in.read_earlier(), self._read_earlier))
        if mission.schema is not None:
            own.append(BuiltIn(built_in.finish(mission.schema), _by_the_loop))
        return own

    def page(self, name: str, whole: str, number: int) -> str:
        """One page of an output as data, and how to get the next. Raises `BlockError`."""
        shown = paging.page(whole, number, self._mission.page_size)
        if shown is None:
            raise BlockError(
                f"The output `{name}` has no page {number}.",
                zh=f"输出“{name}”没有第 {number} 页。",
                code="not_found",
            )
        text = untrusted.wrapped(shown.text, f"{self._ctx.run_id}/{self._prefix}{name}/{number}")
        if shown.of == 1:
            return text
        more = f'; `read_more` with output "{name}" and page {number + 1} shows the next'
        last = "" if number < shown.of else "; it is the last"
        return f'{text}\n(Page {number} of {shown.of} of the output "{name}"{last or more}.)'

    async def _read_more(self, arguments: Mapping[str, Any], key: str) -> str:
        name = str(arguments["output"])
        whole = self._state.outputs.get(name)
        if whole is None:
            raise _none("output", "输出", name, self._state.outputs)
        return self.page(name, whole, arguments["page"])

    async def _read_earlier(self, arguments: Mapping[str, Any], key: str) -> str:
        number, every = arguments["step"], self._state.turns
        if number > len(every):
            raise _none("step", "步骤", str(number), map(str, range(1, len(every) + 1)))
        name = f"step-{number}"
        self._state.outputs[name] = turns.as_text(every[number - 1], whole=True)
        return self.page(name, self._state.outputs[name], 1)

    async def _read_skill(self, arguments: Mapping[str, Any], key: str) -> str:
        named = {each.name: each for each in self._kit.skills}
        skill = named.get(str(arguments["name"]))
        if skill is None:
            raise _none("skill", "技能", str(arguments["name"]), named)

        async def work() -> str:
            return await skills.text_of(self._ctx, skill, str(arguments.get("file") or ""))

        return await self._ctx.step("read a skill", work, key=key)


def _none(what: str, what_zh: str, name: str, known: Any) -> BlockError:
    there = ", ".join(known) or "none"
    return BlockError(
        f"There is no {what} `{name}`; there are: {there}.",
        zh=f"没有{what_zh}“{name}”；现有：{there}。",
        code="not_found",
    )


async def _by_the_loop(arguments: Mapping[str, Any], key: str) -> str:
    raise BlockError("The loop itself answers this call.", zh="此调用由循环本身处理。")
