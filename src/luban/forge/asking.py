"""What the loop asks its model: for a decision, for a summary, for a last word."""

from __future__ import annotations

from collections.abc import Sequence

from luban.forge import prompt, turns, untrusted
from luban.forge.bounds import Spent
from luban.forge.compaction import ASK, size_of, summarised_until
from luban.forge.decision import FINISH
from luban.forge.mission import Kit, Mission
from luban.forge.state import State
from luban.forge.thinking import Heard, think
from luban.forge.toolbox import Toolbox
from luban.forge.turns import Style
from luban.sdk import BlockError, CallFailed, ChatMessage, Context
from luban.sdk.chat import ChatOptions

_FULL = "model_context_full"
_SHORTER = 3
_LESS = 0.6
_NO_TOOLS = frozenset({"model_cannot", "model_refused"})
_ABOUT_TOOLS = ("tool", "function")


class Asking:
    """The questions of one task; `style` is how its model decides, once that is known."""

    def __init__(self, ctx: Context, mission: Mission, kit: Kit, state: State, prefix: str) -> None:
        self.style: Style = "json" if mission.style == "json" else "tools"
        self.recalled: Sequence[str] = ()
        self._ctx = ctx
        self._mission = mission
        self._kit = kit
        self._state = state
        self._prefix = prefix
        self._bound = mission.compact_at

    async def decide(self, number: int, toolbox: Toolbox) -> Heard:
        """The next decision. Raises what the model raises.

        A model that says it knows no tools is asked for JSON from then on.
        """
        key = f"{self._prefix}think-{number}"
        try:
            return await self._within(key, toolbox)
        except BlockError as error:
            if self._mission.style != "auto" or not _refuses_tools(error) or self.style == "json":
                raise
        self.style = "json"
        return await self._within(f"{key}-json", toolbox)

    async def _within(self, key: str, toolbox: Toolbox) -> Heard:
        """As long as the model finds it too long, more of the older turns become a summary."""
        for shorter in range(_SHORTER):
            try:
                return await self._ask(f"{key}-{shorter}" if shorter else key, toolbox, {})
            except BlockError as error:
                if error.code != _FULL:
                    raise
            fixed, sizes = self._sizes()
            now = fixed + sum(sizes[self._state.summarised :])
            self._bound = int(min(self._bound, now) * _LESS)
            await self.compact()
        return await self._ask(f"{key}-{_SHORTER}", toolbox, {"fit": True})

    async def conclude(self, note: str, toolbox: Toolbox) -> Heard:
        """A last word without tools, or with the result alone. Raises what the model raises."""
        choice = FINISH if self._mission.schema is not None else "none"
        more: ChatOptions = {"tool_choice": choice, "fit": True}
        return await self._ask(f"{self._prefix}conclude", toolbox, more, note)

    async def compact(self) -> None:
        """Has older turns summarised when what would be sent is too long."""
        state, mission = self._state, self._mission
        fixed, sizes = self._sizes()
        until = summarised_until(sizes, fixed, state.summarised, self._bound)
        if until <= state.summarised:
            return
        older = "\n\n".join(map(turns.as_text, state.turns[state.summarised : until]))
        before = f"Summary so far:\n{state.summary}\n\n" if state.summary else ""
        place = f"{self._ctx.run_id}/{self._prefix}compact-{until}"
        asked = [
            ChatMessage("system", f"{ASK}\n\n{untrusted.RULES}"),
            ChatMessage("user", untrusted.wrapped(f"{before}{older}", place)),
        ]
        try:
            heard = await think(
                self._ctx,
                f"{self._prefix}compact-{until}",
                mission.model,
                asked,
                {**mission.options, "fit": True},
            )
        except CallFailed as error:
            if error.retryable:
                raise
            self._ctx.log("older steps could not be summarised", code=error.code)
        else:
            self._count(heard.spent)
            state.summary = heard.text.strip()
        state.summarised = until

    def _sizes(self) -> tuple[int, list[int]]:
        """About how many model tokens are sent anyway, and those of each turn."""
        state, mission = self._state, self._mission
        head = [*mission.earlier, ChatMessage("user", mission.goal, images=mission.images)]
        fixed = sum(map(turns.size, head)) + size_of(mission.instructions) + size_of(state.summary)
        return fixed, turns.sizes(state.turns, self.style)

    async def _ask(self, key: str, toolbox: Toolbox, more: ChatOptions, note: str = "") -> Heard:
        mission = self._mission
        heard = await think(
            self._ctx,
            key,
            mission.model,
            self._messages(toolbox, note),
            {**mission.options, **self._tools(toolbox, more), **self._streamed()},
            self._until(),
        )
        self._count(heard.spent)
        return heard

    def _messages(self, toolbox: Toolbox, note: str) -> list[ChatMessage]:
        mission = self._mission
        system = prompt.system(
            instructions=mission.instructions,
            at=self._kit.at,
            style=self.style,
            tools=toolbox.for_model(),
            finishes=mission.schema is not None,
            thoughts=mission.thoughts,
            skills=self._kit.skills,
            recalled=self.recalled,
            place=f"{self._ctx.run_id}/{self._prefix}",
        )
        goal = prompt.goal_with(mission.goal, mission.files)
        return [
            ChatMessage("system", system),
            *mission.earlier,
            ChatMessage("user", goal, images=mission.images),
            *turns.after_summary(self._state, self.style),
            *([ChatMessage("user", note)] if note else []),
        ]

    def _tools(self, toolbox: Toolbox, more: ChatOptions) -> ChatOptions:
        offered = toolbox.for_model() if self.style == "tools" else []
        return {"tools": offered, **more} if offered else {"fit": more.get("fit", False)}

    def _streamed(self) -> ChatOptions:
        """What may be the answer is shown as it comes; words below, JSON and results not."""
        if self._prefix or self.style == "json" or self._mission.schema is not None:
            return {}
        return {"on_delta": lambda piece: self._ctx.delta("answer", piece)}

    def _until(self) -> float | None:
        seconds = self._mission.bounds.seconds
        return None if seconds is None else self._kit.at + seconds + self._state.waited

    def _count(self, spent: Spent) -> None:
        self._state.spent = self._state.spent.plus(spent)


def _refuses_tools(error: BlockError) -> bool:
    said = str(error).lower()
    return error.code in _NO_TOOLS and any(word in said for word in _ABOUT_TOOLS)
