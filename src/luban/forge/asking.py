"""What the loop asks its model: for a decision, for a summary, for a last word."""

from __future__ import annotations

from collections.abc import Sequence

from luban.forge import prompt, turns, untrusted
from luban.forge.bounds import Spent
from luban.forge.compaction import ASK, size_of, summarised_until
from luban.forge.decision import FINISH
from luban.forge.state import State
from luban.forge.task import Kit, Task
from luban.forge.thinking import Heard, think
from luban.forge.toolbox import Toolbox
from luban.forge.turns import Style
from luban.sdk import BlockError, ChatMessage, Context
from luban.sdk.chat import ChatOptions

_NO_TOOLS = frozenset({"model_cannot", "model_refused"})
_ABOUT_TOOLS = ("tool", "function")


class Asking:
    """The questions of one task; `style` is how its model decides, once that is known."""

    def __init__(self, ctx: Context, task: Task, kit: Kit, state: State, prefix: str) -> None:
        self.style: Style = "json" if task.style == "json" else "tools"
        self.recalled: Sequence[str] = ()
        self._ctx = ctx
        self._task = task
        self._kit = kit
        self._state = state
        self._prefix = prefix

    async def decide(self, number: int, toolbox: Toolbox) -> Heard:
        """The next decision. Raises what the model raises.

        A model that says it knows no tools is asked for JSON from then on.
        """
        key = f"{self._prefix}think-{number}"
        try:
            return await self._ask(key, toolbox, {})
        except BlockError as error:
            if self._task.style != "auto" or not _refuses_tools(error) or self.style == "json":
                raise
        self.style = "json"
        return await self._ask(f"{key}-json", toolbox, {})

    async def conclude(self, note: str, toolbox: Toolbox) -> Heard:
        """A last word without tools, or with the result alone. Raises what the model raises."""
        choice = FINISH if self._task.schema is not None else "none"
        return await self._ask(f"{self._prefix}conclude", toolbox, {"tool_choice": choice}, note)

    async def compact(self) -> None:
        """Has older turns summarised when what would be sent is too long."""
        state, task = self._state, self._task
        sizes = turns.sizes(state.turns, self.style)
        head = [*task.earlier, ChatMessage("user", task.goal, images=task.images)]
        fixed = sum(map(turns.size, head)) + size_of(task.instructions) + size_of(state.summary)
        until = summarised_until(sizes, fixed, state.summarised, task.compact_at)
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
                self._ctx, f"{self._prefix}compact-{until}", task.model, asked, {**task.options}
            )
        except BlockError as error:
            if getattr(error, "retryable", False):
                raise
            heard = None
        if heard is not None:
            self._count(heard.spent)
        state.summary = heard.text.strip() if heard is not None else state.summary
        state.summarised = until

    async def _ask(self, key: str, toolbox: Toolbox, more: ChatOptions, note: str = "") -> Heard:
        task = self._task
        heard = await think(
            self._ctx,
            key,
            task.model,
            self._messages(toolbox, note),
            {**task.options, **self._tools(toolbox, more), **self._streamed()},
            self._until(),
        )
        self._count(heard.spent)
        return heard

    def _messages(self, toolbox: Toolbox, note: str) -> list[ChatMessage]:
        task = self._task
        system = prompt.system(
            instructions=task.instructions,
            at=self._kit.at,
            style=self.style,
            tools=toolbox.for_model(),
            finishes=task.schema is not None,
            thoughts=task.thoughts,
            skills=self._kit.skills,
            recalled=self.recalled,
            place=f"{self._ctx.run_id}/{self._prefix}",
        )
        goal = prompt.goal_with(task.goal, task.files)
        return [
            ChatMessage("system", system),
            *task.earlier,
            ChatMessage("user", goal, images=task.images),
            *turns.after_summary(self._state, self.style),
            *([ChatMessage("user", note)] if note else []),
        ]

    def _tools(self, toolbox: Toolbox, more: ChatOptions) -> ChatOptions:
        offered = toolbox.for_model() if self.style == "tools" else []
        return {"tools": offered, **more} if offered else {}

    def _streamed(self) -> ChatOptions:
        """What may be the answer is shown as it comes; words below, JSON and results not."""
        if self._prefix or self.style == "json" or self._task.schema is not None:
            return {}
        return {"on_delta": lambda piece: self._ctx.delta("answer", piece)}

    def _until(self) -> float | None:
        seconds = self._task.bounds.seconds
        return None if seconds is None else self._kit.at + seconds + self._state.waited

    def _count(self, spent: Spent) -> None:
        self._state.spent = self._state.spent.plus(spent)


def _refuses_tools(error: BlockError) -> bool:
    said = str(error).lower()
    return error.code in _NO_TOOLS and any(word in said for word in _ABOUT_TOOLS)
