"""Threads: what is said to an agent, its answers, and the branches between which one chooses."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing, suppress
from typing import Any, NamedTuple

from luban.model.errors import InvalidValue, LubanError, NotFound
from luban.model.ids import new_id
from luban.model.run import Run, RunStatus
from luban.model.spending import known_usd
from luban.ports.clock import Clock
from luban.ports.stores import Page, Slice
from luban.ports.threads import Thread, ThreadMessage, ThreadStore
from luban.services.branches import beside, path_to, tip_of
from luban.services.conversing import Said, as_text
from luban.services.proposals import proposal_id
from luban.services.run_events import RunEvents
from luban.services.run_news import RunNews
from luban.services.runs import Runs, is_over
from luban.services.talking import Begun, Partner, Talking

log = logging.getLogger(__name__)

TRIGGER = "chat"
_TITLE = 60
_END = 3.0
"""Seconds that stopping waits for the run to end."""
Tree = dict[str, Any]


class StillAnswering(LubanError):
    """Something was said while the answer before it was on its way."""

    code = "still_answering"
    status = 409
    en = "The agent still answers. Wait for the end of the answer, or stop it first."
    zh = "智能体仍在回答。请等待回答结束，或先停止。"


class NothingToStop(LubanError):
    """A thread in which nothing is being answered was to be stopped."""

    code = "nothing_to_stop"
    status = 409
    en = "Nothing is being answered in this thread right now."
    zh = "此对话中当前没有正在进行的回答。"


class ThreadChange(NamedTuple):
    """What is to be different; `None` stays as it is. `shown` picks a branch by a message in it."""

    title: str | None = None
    pinned: bool | None = None
    archived: bool | None = None
    agent: str | None = None
    model: str | None = None
    shown: str | None = None


class NewMessage(NamedTuple):
    """What is said. It follows what is shown, or `follows`, or stands beside the message `edits`.

    `instructions` are for this answer only, which `partner` gives if it is another one than before.
    """

    text: str
    files: Sequence[Tree] = ()
    earlier: Sequence[Tree] = ()
    edits: str | None = None
    follows: str | None = None
    instructions: str = ""
    partner: Partner | None = None


class Shown(NamedTuple):
    """A message of the branch that is looked at: its run while it answers, and its neighbours."""

    message: ThreadMessage
    run: Run | None
    beside: list[str]


class ThreadDetail(NamedTuple):
    """A thread, and its messages from the first to the last that is shown."""

    thread: Thread
    messages: list[Shown]


class Threads:
    """The conversations of an owner.

    An answer is derived from its run whenever it is read, until it is written down; so no answer
    is lost, and none is written twice, whatever dies in between.
    """

    def __init__(
        self,
        store: ThreadStore,
        talking: Talking,
        runs: Runs,
        events: RunEvents,
        news: RunNews,
        clock: Clock,
    ) -> None:
        self._store = store
        self._talking = talking
        self._runs = runs
        self._events = events
        self._news = news
        self._clock = clock
        self._following: dict[str, asyncio.Task[None]] = {}

    async def create(self, owner: str, partner: Partner, title: str = "") -> Thread:
        """Raises `NotFound` and `NotTalkable`."""
        agent = await self._talking.require(owner, partner)
        now = self._clock.now()
        thread = Thread(
            id=new_id("t"),
            owner=owner,
            agent=agent.id if agent else "",
            model=partner.model,
            title=title,
            created_at=now,
            updated_at=now,
        )
        await self._store.create(thread)
        return thread

    async def get(self, owner: str, thread_id: str) -> Thread:
        """Raises `NotFound`."""
        thread = await self._store.find(owner, thread_id)
        if thread is None:
            raise no_thread(thread_id)
        return thread

    async def list(
        self, owner: str, part: Slice, *, search: str = "", agent: str = "", archived: bool = False
    ) -> Page[Thread]:
        return await self._store.list(owner, part, search=search, agent=agent, archived=archived)

    async def show(self, owner: str, thread_id: str, until: str = "") -> ThreadDetail:
        """The branch that is looked at, or the one up to `until`. Raises `NotFound`."""
        thread = await self.get(owner, thread_id)
        messages = await self._store.messages(owner, thread_id)
        path = path_to(messages, until or thread.shown)
        shown = [await self._shown(each, messages) for each in path]
        return ThreadDetail(thread, shown)

    async def message(self, owner: str, message_id: str) -> tuple[ThreadMessage, Run | None]:
        """One message as it stands now. Raises `NotFound`."""
        found = await self._store.message(owner, message_id)
        if found is None:
            raise no_message(message_id)
        return await self._current(found)

    async def change(self, owner: str, thread_id: str, change: ThreadChange) -> Thread:
        """Raises `NotFound` and `NotTalkable`."""
        thread = await self.get(owner, thread_id)
        update: Tree = {
            name: value
            for name, value in (
                ("title", change.title),
                ("pinned", change.pinned),
                ("archived", change.archived),
                ("model", change.model),
            )
            if value is not None
        }
        if change.agent is not None:
            agent = await self._talking.require(owner, Partner(change.agent))
            update["agent"] = agent.id if agent else ""
        if change.shown is not None:
            await self._of(thread, change.shown)
            messages = await self._store.messages(owner, thread_id)
            update["shown"] = tip_of(messages, change.shown)
        changed = thread.model_copy(update=update)
        await self._store.update(changed)
        return changed

    async def delete(self, owner: str, thread_id: str) -> None:
        """With all its messages; what still answers is cancelled. Raises `NotFound`."""
        for each in await self._store.messages(owner, thread_id):
            if each.role == "assistant" and not each.ending and each.run:
                with suppress(LubanError):
                    await self._runs.cancel(owner, each.run)
        if not await self._store.delete(owner, thread_id):
            raise no_thread(thread_id)

    async def post(
        self, owner: str, thread_id: str, new: NewMessage, key: str | None = None
    ) -> tuple[ThreadMessage, ThreadMessage]:
        """Says something: the message, and the answer to it, which is on its way.

        The same `key` says it once. Raises `NotFound`, `InvalidValue`, `StillAnswering`, and what
        `Talking.start` raises.
        """
        if not new.text.strip() and not new.files:
            raise InvalidValue(
                name="text",
                value="",
                expected="say something, or send a file along",
                expected_zh="请输入内容或附上文件",
            )
        thread = await self.get(owner, thread_id)
        parent = await self._parent(thread, new)
        before = await self._turns(thread, parent)
        said = Said(new.text, new.files, [*before, *new.earlier])
        partner = new.partner or Partner(thread.agent, thread.model)
        if new.instructions:
            system = {"role": "system", "content": new.instructions}
            said = said._replace(earlier=[system, *said.earlier])
        begun = await self._start(thread, partner, said, key)
        suffix = begun.run.id.partition("_")[2]
        question = ThreadMessage(
            id=f"m_{suffix}0",
            owner=owner,
            thread=thread_id,
            parent=parent,
            role="user",
            text=new.text,
            files=list(new.files),
            earlier=list(new.earlier),
            created_at=begun.run.created_at,
        )
        answer = self._answer(thread, question.id, begun, partner)
        await self._add(thread, [question, answer])
        return question, answer

    async def retry(
        self,
        owner: str,
        thread_id: str,
        message_id: str,
        partner: Partner | None = None,
        key: str | None = None,
    ) -> ThreadMessage:
        """Another answer beside one that is there, from another agent or model if one is named.

        Raises `NotFound`, `InvalidValue`, and what `Talking.start` raises.
        """
        thread = await self.get(owner, thread_id)
        message = await self._of(thread, message_id)
        if message.role != "assistant" or message.parent is None:
            raise InvalidValue(
                name="message",
                value=message_id,
                expected="only an answer is asked for again",
                expected_zh="只有回答可以重新生成",
            )
        question = await self._of(thread, message.parent)
        before = await self._turns(thread, question.parent)
        said = Said(question.text, question.files, [*before, *question.earlier])
        chosen = partner or Partner(message.agent, message.model, message.version)
        begun = await self._start(thread, chosen, said, key)
        answer = self._answer(thread, question.id, begun, chosen)
        await self._add(thread, [answer])
        return answer

    async def stop(self, owner: str, thread_id: str) -> ThreadMessage:
        """Ends the answer that is on its way, keeping what there is of it.

        Raises `NotFound` and `NothingToStop`.
        """
        thread = await self.get(owner, thread_id)
        path = path_to(await self._store.messages(owner, thread_id), thread.shown)
        last = path[-1] if path else None
        message, run = await self._current(last) if last is not None else (None, None)
        if message is None or run is None:
            raise NothingToStop
        with suppress(LubanError):  # it may end by itself meanwhile
            await self._runs.cancel(owner, run.id)
        await self._news.wait(run, _END)
        return (await self._current(message))[0]

    async def aclose(self) -> None:
        """Stops following answers; whoever reads them next asks their runs."""
        tasks = list(self._following.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _parent(self, thread: Thread, new: NewMessage) -> str | None:
        """Which message a new one follows."""
        if new.edits is not None:
            return (await self._of(thread, new.edits)).parent
        if new.follows is not None:
            last = await self._of(thread, new.follows)
        else:
            path = path_to(await self._store.messages(thread.owner, thread.id), thread.shown)
            if not path:
                return None
            last = path[-1]
        _, run = await self._current(last)
        if run is not None:
            raise StillAnswering
        return last.id

    async def _turns(self, thread: Thread, last: str | None) -> list[Tree]:
        """What was said up to a message, as an agent takes it."""
        if last is None:
            return []
        turns: list[Tree] = []
        for each in path_to(await self._store.messages(thread.owner, thread.id), last):
            message, _ = await self._current(each)
            turns += message.earlier
            if message.text:
                turns.append({"role": message.role, "content": message.text})
        return turns

    async def _start(self, thread: Thread, partner: Partner, said: Said, key: str | None) -> Begun:
        trigger_key = f"thread:{thread.id} {key}" if key else None
        return await self._talking.start(
            thread.owner, partner, said, trigger=TRIGGER, trigger_key=trigger_key
        )

    def _answer(
        self, thread: Thread, question: str, begun: Begun, partner: Partner
    ) -> ThreadMessage:
        run = begun.run
        return ThreadMessage(
            id=f"m_{run.id.partition('_')[2]}1",
            owner=thread.owner,
            thread=thread.id,
            parent=question,
            role="assistant",
            run=run.id,
            agent=run.agent_id if partner.agent else "",
            model=partner.model,
            version=run.version if partner.agent else None,
            output=begun.talk.answer,
            streams=list(begun.talk.streams),
            created_at=run.created_at,
        )

    async def _add(self, thread: Thread, messages: list[ThreadMessage]) -> None:
        await self._store.add(messages)
        update: Tree = {
            "shown": messages[-1].id,
            "updated_at": self._clock.now(),
            "archived": False,
        }
        if not thread.title and messages[0].role == "user":
            update["title"] = title_of(messages[0])
        await self._store.update(thread.model_copy(update=update))
        self._follow(messages[-1])

    async def _of(self, thread: Thread, message_id: str) -> ThreadMessage:
        message = await self._store.message(thread.owner, message_id)
        if message is None or message.thread != thread.id:
            raise no_message(message_id)
        return message

    async def _shown(self, message: ThreadMessage, messages: list[ThreadMessage]) -> Shown:
        current, run = await self._current(message)
        return Shown(current, run, beside(messages, message))

    async def _current(self, message: ThreadMessage) -> tuple[ThreadMessage, Run | None]:
        """A message as it stands, with its run if that still answers; an ended one is settled."""
        if message.role != "assistant" or message.ending or message.run is None:
            return message, None
        try:
            run = await self._runs.get(message.owner, message.run)
        except NotFound:
            return await self._settle(message.model_copy(update={"ending": "gone"})), None
        if not is_over(run):
            self._follow(message)
            return message, run
        live = self._events.texts.text(run.id, message.streams)
        return await self._settle(ended(message, run, live)), None

    async def _settle(self, message: ThreadMessage) -> ThreadMessage:
        if await self._store.settle(message):
            return message
        return await self._store.message(message.owner, message.id) or message

    def _follow(self, message: ThreadMessage) -> None:
        """Keeps what is written of an answer for readers who come later, and settles it."""
        if message.run is not None and message.run not in self._following:
            self._following[message.run] = asyncio.create_task(self._watch(message, message.run))

    async def _watch(self, message: ThreadMessage, run_id: str) -> None:
        texts = self._events.texts
        texts.hold(run_id)
        try:
            async with aclosing(await self._events.open(message.owner, run_id)) as events:
                async for event in events:
                    texts.note(run_id, event.kind, event.values)
            await self._current(message)
        except LubanError as error:
            log.warning("the answer %s is settled when it is read: %s", message.id, error)
        finally:
            texts.drop(run_id)
            del self._following[run_id]


def ended(message: ThreadMessage, run: Run, live: str) -> ThreadMessage:
    """An answer whose run is over; `live` is what was written of one that was broken off."""
    given = as_text(run.outputs.get(message.output))
    broken_off = run.status is not RunStatus.COMPLETED
    return message.model_copy(
        update={
            "text": given or (live if broken_off else ""),
            "ending": run.status.value,
            "error": run.error,
            "tokens": run.tokens,
            "usd": known_usd(run.usd, run.unpriced),
            "proposal": proposal_id(run.id) if _proposes(run) else "",
            "ended_at": run.ended_at,
        }
    )


def _proposes(run: Run) -> bool:
    """Whether a run gave its proposal as an output."""
    return run.outputs.get("proposal") == proposal_id(run.id)


def title_of(message: ThreadMessage) -> str:
    """What a thread is called by its first message."""
    text = " ".join(message.text.split())
    if not text and message.files:
        text = str(message.files[0].get("name") or "")
    return text if len(text) <= _TITLE else f"{text[: _TITLE - 1].rstrip()}…"


def no_thread(thread_id: str) -> NotFound:
    return NotFound(
        what="thread",
        what_zh="对话",
        name=thread_id,
        way_out="It may have been deleted; `/chat` lists those there are.",
        way_out_zh="它可能已被删除；“对话”页面会列出现有的对话。",
    )


def no_message(message_id: str) -> NotFound:
    return NotFound(
        what="message",
        what_zh="消息",
        name=message_id,
        way_out="Look at the thread again.",
        way_out_zh="请重新查看该对话。",
    )
