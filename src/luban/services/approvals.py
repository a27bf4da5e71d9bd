"""Questions that runs ask people: which are open, and answering them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

from luban.model.errors import LubanError, NotFound
from luban.model.events import ChildFinished, ChildStarted, Event, from_row
from luban.model.run import ASKING, Run, Wait
from luban.ports.bus import Bell, Bus
from luban.ports.clock import Clock
from luban.ports.journal import Journal, RunQueue
from luban.ports.stores import Page, RunStore, Slice
from luban.services.runs import RunIsOver, is_over

_AT_ONCE = 200
_TOLD = ("id", "question", "choices", "details")


class AlreadyAnswered(LubanError):
    """A question is answered once."""

    code = "already_answered"
    status = 409
    en = "The question `{name}` has been answered already. `luban approvals` lists the open ones."
    zh = "问题“{name}”已有答复。`luban approvals` 会列出待答复的问题。"


class NotOffered(LubanError):
    """An answer is one of the choices of its question."""

    code = "choice_not_offered"
    status = 422
    en = "`{choice}` is not among the choices of the question `{name}`: {choices}."
    zh = "“{choice}”不是问题“{name}”的可选项：{choices}。"


class Question(NamedTuple):
    """An open question of a run; `details` is what else its step wants to be shown."""

    id: str
    run: Run
    wait: Wait

    @property
    def text(self) -> str:
        return str(self.wait.details.get("question") or "")

    @property
    def choices(self) -> list[str]:
        return [str(each) for each in self.wait.details.get("choices") or ()]

    @property
    def details(self) -> dict[str, Any]:
        told = self.wait.details
        more = {name: value for name, value in told.items() if name not in _TOLD}
        inner = told.get("details")
        return {**more, **inner} if isinstance(inner, dict) else more  # pyright: ignore[reportUnknownVariableType]


class Approvals:
    """The questions of an owner's runs."""

    def __init__(
        self,
        runs: RunStore,
        inbox: RunQueue,
        journal: Journal,
        *,
        bell: Bell,
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._runs = runs
        self._inbox = inbox
        self._journal = journal
        self._bell = bell
        self._bus = bus
        self._clock = clock

    async def list(self, owner: str, part: Slice) -> Page[Question]:
        """Open questions, those of the newest run first.

        The total is exact while no more than 200 runs ask; of the runs beyond, each counts once.
        """
        found: list[Question] = []
        read, runs, page = 0, 0, 1
        while read < runs or page == 1:
            asking = await self._runs.asking(owner, Slice(page, _AT_ONCE))
            found += [question for run in asking.items for question in questions_of(run)]
            read, runs, page = read + len(asking.items), asking.total, page + 1
            if not asking.items or len(found) >= part.offset + part.page_size:
                break
        wanted = found[part.offset : part.offset + part.page_size]
        opened = await self._unanswered(wanted)
        answered = len(wanted) - len(opened)
        return Page(opened, len(found) + max(runs - read, 0) - answered)

    async def answer(
        self,
        owner: str,
        question_id: str,
        choice: str,
        *,
        comment: str = "",
        values: Mapping[str, Any] | None = None,
    ) -> Question:
        """Gives the answer to the run that asked, which goes on; the first answer counts.

        Raises `NotFound`, `AlreadyAnswered`, `RunIsOver` and `NotOffered`.
        """
        question = await self._open(owner, question_id)
        if question.choices and choice not in question.choices:
            raise NotOffered(name=question_id, choice=choice, choices=", ".join(question.choices))
        run, key = question.run.id, _key(question_id)
        said = {"choice": choice, "comment": comment, "values": dict(values or {}), "by": owner}
        if not await self._runs.signal(owner, run, key, said, self._clock.now(), once=key):
            ended = await self._runs.find(owner, run) or question.run
            raise RunIsOver(name=run, state=ended.status.value)
        # Of two people who answer at the same moment only one is heard.
        heard = await self._heard(run, key) or await self._taken(question)
        if heard not in (None, said):
            raise AlreadyAnswered(name=question_id)
        self._bell.ring()
        self._bus.journal_grew(run)
        return question

    async def _open(self, owner: str, question_id: str) -> Question:
        run = await self._runs.find(owner, question_id.rpartition(".")[0])
        if run is None:
            raise _no_question(question_id)
        if await self._heard(run.id, _key(question_id)) is not None:
            raise AlreadyAnswered(name=question_id)
        for question in questions_of(run):
            if question.id == question_id:
                return question
        if not await self._was_asked(run.id, question_id):
            raise _no_question(question_id)
        if is_over(run):
            raise RunIsOver(name=run.id, state=run.status.value)
        raise AlreadyAnswered(name=question_id)

    async def _unanswered(self, questions: list[Question]) -> list[Question]:
        """Without those whose answer is sent, which their run has not taken up yet."""
        sent = {
            (run, signal.key)
            for run in {question.run.id for question in questions}
            for signal in await self._inbox.signals(run)
        }
        return [each for each in questions if (each.run.id, _key(each.id)) not in sent]

    async def _heard(self, run: str, key: str) -> Any:
        """What was sent as the answer; `None` if nothing was, or the run is over."""
        for signal in await self._inbox.signals(run):
            if signal.key == key:
                return signal.data
        return None

    async def _taken(self, question: Question) -> Any:
        """The answer that the run of a question recorded, if it did."""
        wait = question.wait
        async for event in self._children(question.run.id, "child_finished"):
            if event[:3] == (wait.node, wait.iteration, wait.key):
                return event.result if isinstance(event, ChildFinished) else None
        return None

    async def _was_asked(self, run: str, question_id: str) -> bool:
        async for event in self._children(run, "child_started"):
            if isinstance(event, ChildStarted) and event.data.get("id") == question_id:
                return True
        return False

    async def _children(self, run: str, kind: str) -> AsyncIterator[Event]:
        after = 0
        while rows := await self._journal.read(run, after):
            for row in rows:
                if row.kind == kind:
                    yield from_row(*row[1:])
            after = rows[-1].id


def questions_of(run: Run) -> list[Question]:
    """What a run asks at the moment."""
    if is_over(run):
        return []
    return [
        Question(str(wait.details.get("id")), run, wait)
        for wait in run.waiting_for
        if wait.kind in ASKING
    ]


def _key(question_id: str) -> str:
    return f"answer:{question_id}"


def _no_question(question_id: str) -> NotFound:
    return NotFound(
        what="question",
        what_zh="问题",
        name=question_id,
        way_out="`luban approvals` lists those that are open.",
        way_out_zh="`luban approvals` 会列出待答复的问题。",
    )
