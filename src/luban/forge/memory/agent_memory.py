"""The memory of an agent that decides by itself: told before it begins, and offered as tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from luban.forge.memory.bare_questions import is_bare_question
from luban.forge.memory.long_term import LongTermMemory
from luban.forge.memory.notes import Notes
from luban.forge.memory.remembered import Kept, MemoryKind, Remembered
from luban.forge.memory_port import BuiltIn
from luban.sdk import BlockError, Tool

_EPISODE = 600
"""How long what was asked and what came of it are in the memory of a task that is over."""
_KINDS: Sequence[str] = get_args(MemoryKind)


def _always() -> bool:
    return True


class AgentMemory:
    """`Memory` of the loop over long-term memory and working notes.

    Conversation is not kept here: earlier turns come as messages. `trusted` says whether all that
    the agent has read so far was written by whom it works for; what it remembers after it has read
    texts of others is marked, and is no instruction when it is told again. With `episodes` each
    task leaves what was asked and what came of it. `at_work` says that there are other tools too:
    without any, a question about nobody in the conversation tells nothing worth keeping, needs no
    notes, and has been looked for already, so it is spared the description of tools.
    """

    def __init__(
        self,
        memory: LongTermMemory,
        notes: Notes,
        *,
        thread: str = "",
        trusted: Callable[[], bool] = _always,
        episodes: bool = False,
        at_work: bool = True,
    ) -> None:
        self._memory = memory
        self._notes = notes
        self._thread = thread
        self._trusted = trusted
        self._episodes = episodes
        self._at_work = at_work
        self._empty = self._bare = False

    async def recall(self, goal: str, *, key: str) -> Sequence[str]:
        recalled = await self._memory.recall(goal, key=key)
        self._empty = recalled.by == "nothing"
        self._bare = not self._at_work and is_bare_question(goal)
        lines = recalled.lines
        if self._thread and (page := await self._notes.read(key=f"{key}-notes")):
            lines.append(f"[your notes of this conversation] {page}")
        return lines

    async def remember(self, goal: str, answer: str, *, key: str) -> None:
        if self._episodes and goal.strip() and answer.strip():
            text = f"Asked: {goal[:_EPISODE]} Came to: {answer[:_EPISODE]}"
            await self._keep(text, "episode", "", key, importance=0.3)
        if not self._thread and not self._bare:
            await self._notes.drop(key=f"{key}-notes")

    def tools(self) -> Sequence[BuiltIn]:
        """None for a bare question; to look for something only if something was remembered."""
        if self._bare:
            return ()
        kept = (
            BuiltIn(_REMEMBER, self._remember),
            BuiltIn(_NOTES_WRITE, self._write),
            BuiltIn(_NOTES_READ, self._read, foreign=True),
        )
        if self._empty:
            return kept
        return (
            *kept,
            BuiltIn(_RECALL, self._recall, foreign=True),
            BuiltIn(_FORGET, self._forget),
        )

    async def _keep(
        self,
        text: str,
        kind: Any,
        about: str,
        key: str,
        replaces: str = "",
        importance: float = 0.5,
    ) -> Kept:
        told = Remembered(
            text,
            kind=kind,
            about=about,
            importance=importance,
            said_by="model",
            trusted=self._trusted(),
            thread=self._thread,
        )
        return await self._memory.remember(told, key=key, replaces=replaces)

    async def _remember(self, arguments: Mapping[str, Any], key: str) -> str:
        kept = await self._keep(
            _text(arguments, "text"),
            arguments.get("kind", "fact"),
            _text(arguments, "about"),
            key,
            _text(arguments, "replaces"),
        )
        return f"{_OUTCOMES[kept.outcome]} Its id is {kept.id}."

    async def _recall(self, arguments: Mapping[str, Any], key: str) -> str:
        recalled = await self._memory.recall(_text(arguments, "query"), key=key)
        found = "\n".join(recalled.lines) or "Nothing that is remembered fits."
        return f"{found}\n(Searched {recalled.note}.)" if recalled.note else found

    async def _forget(self, arguments: Mapping[str, Any], key: str) -> str:
        id = _text(arguments, "id")
        if await self._memory.forget([id], key=key):
            return "Forgotten."
        raise BlockError(
            f"Nothing with the id `{id}` is remembered. `recall` gives ids.",
            zh=f"没有编号为“{id}”的记忆。可用 `recall` 查询编号。",
            code="memory_unknown",
        )

    async def _write(self, arguments: Mapping[str, Any], key: str) -> str:
        add = arguments.get("add", True) is not False
        page = await self._notes.write(_text(arguments, "text"), add=add, key=key)
        return f"Written; the notes have {len(page)} characters."

    async def _read(self, arguments: Mapping[str, Any], key: str) -> str:
        return await self._notes.read(key=key) or "There are no notes yet."


_OUTCOMES = {
    "new": "Remembered.",
    "known": "That was known already.",
    "updated": "Said anew; it was known already.",
    "replaced": "Remembered, in the place of what was known before.",
}


def _text(arguments: Mapping[str, Any], name: str) -> str:
    return str(arguments.get(name) or "")


def _tool(name: str, description: str, needed: Sequence[str], **properties: Any) -> Tool:
    parameters = {"type": "object", "properties": properties, "required": list(needed)}
    return Tool(name, description, {**parameters, "additionalProperties": False})


_SAID = {"type": "string"}
_REMEMBER = _tool(
    "remember",
    "Keep something for later conversations: one fact, in a sentence that stands by itself.",
    ["text"],
    text=_SAID,
    kind={"type": "string", "enum": list(_KINDS)},
    about={**_SAID, "description": "Who or what it is about, in few words."},
    replaces={**_SAID, "description": "Id of a memory that is no longer so."},
)
_RECALL = _tool("recall", "Look for what is remembered from earlier.", ["query"], query=_SAID)
_FORGET = _tool("forget", "Delete a memory, when somebody wants that.", ["id"], id=_SAID)
_NOTES_WRITE = _tool(
    "notes_write",
    "Write working notes on the task at hand: plans, findings, what is left.",
    ["text"],
    text=_SAID,
    add={"type": "boolean", "description": "Add to them (as if left out), or write them anew."},
)
_NOTES_READ = _tool("notes_read", "Read the working notes.", [])
