"""A memory: what was said, what kind of thing it is, who said it, when and in which run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, cast, get_args

from luban.forge.untrusted import clean
from luban.sdk import BlockError
from luban.sdk.stored import StoredDocument

MemoryKind = Literal["fact", "preference", "episode", "note"]
"""What is so; what somebody wants; what happened; anything else worth keeping."""
Speaker = Literal["user", "tool", "model", "person"]
"""Who said it: the user in a conversation, a tool's answer, the model, or a person who wrote it
into the memory."""
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Remembered:
    """One memory. What nobody vouches for is not `trusted`; `superseded_by` names what replaced it.

    `times` counts how often it was told, `uses` how often it was recalled, `used_at` when last.
    `embedded` is the model that made its vector, empty without one.
    """

    text: str
    id: str = ""
    kind: MemoryKind = "fact"
    about: str = ""
    importance: float = 0.5
    said_by: Speaker = "model"
    trusted: bool = True
    agent: str = ""
    run: str = ""
    node: str = ""
    thread: str = ""
    created_at: float = 0.0
    updated_at: float = 0.0
    superseded_by: str = ""
    times: int = 1
    uses: int = 0
    used_at: float = 0.0
    embedded: str = ""

    @property
    def metadata(self) -> dict[str, Any]:
        """What a document keeps of it, beside its text and where it came from."""
        return {name: getattr(self, name) for name in _KEPT}

    def used(self, at: float) -> Remembered:
        return replace(self, uses=self.uses + 1, used_at=at)


_KEPT = (
    "kind",
    "about",
    "importance",
    "said_by",
    "trusted",
    "thread",
    "superseded_by",
    "times",
    "uses",
    "used_at",
    "embedded",
)


class Kept(NamedTuple):
    """What became of something to remember.

    `known` was there already, `updated` says it anew, `replaced` made older ones superseded.
    `note` says what could not be done, such as making a vector.
    """

    id: str
    outcome: Literal["new", "known", "updated", "replaced"]
    superseded: list[str]
    forgotten: list[str]
    note: str = ""


def of(document: StoredDocument) -> Remembered:
    """A document as a memory: what anybody put there is read with care, and trusted if it says."""
    told, source = document.metadata, document.source
    return Remembered(
        id=document.id,
        text=document.text,
        kind=_one_of(told, "kind", MemoryKind, "note"),
        about=_text(told, "about"),
        importance=min(max(_number(told, "importance", 0.5), 0.0), 1.0),
        said_by=_one_of(told, "said_by", Speaker, "tool"),
        trusted=told.get("trusted") is True,
        agent=_text(source, "agent"),
        run=_text(source, "run"),
        node=_text(source, "node"),
        thread=_text(told, "thread"),
        created_at=document.created_at,
        updated_at=document.updated_at,
        superseded_by=_text(told, "superseded_by"),
        times=int(_number(told, "times", 1)),
        uses=int(_number(told, "uses", 0)),
        used_at=_number(told, "used_at", 0.0),
        embedded=_text(told, "embedded"),
    )


def said(text: str) -> str:
    """A text as one line that can be remembered. Raises `BlockError`."""
    line = " ".join(clean(text).split())
    if not line:
        raise BlockError(
            "There is nothing to remember: the text is empty.",
            zh="没有可记住的内容：文本为空。",
            code="nothing_to_remember",
        )
    if len(line) > LONGEST:
        raise BlockError(
            f"A memory has {len(line)} characters, and {LONGEST} are allowed. Say it in a sentence "
            "or two, and keep long texts in a collection or a file.",
            zh=f"一条记忆长达 {len(line)} 个字符，上限为 {LONGEST}。请用一两句话概括，"
            "长文本请存入集合或文件。",
            code="memory_too_long",
        )
    return line


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _number(told: Mapping[str, Any], name: str, default: float) -> float:
    value = told.get(name)
    return float(value) if isinstance(value, int | float) else default


def _one_of(told: Mapping[str, Any], name: str, choices: Any, default: str) -> Any:
    value = told.get(name)
    return value if value in cast("tuple[Any, ...]", get_args(choices)) else default
