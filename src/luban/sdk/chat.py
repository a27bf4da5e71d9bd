"""Language models as blocks see them: messages and tools in, an answer with its usage out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, TypedDict, Unpack

ChatRole = Literal["system", "user", "assistant", "tool"]
Finish = Literal["stop", "length", "tool_calls", "refused"]


class Image(NamedTuple):
    """A picture that goes with a message: its bytes and media type."""

    content: bytes
    type: str


@dataclass(frozen=True, slots=True)
class Tool:
    """Something a model may use: its name, what it is good for, a JSON Schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish to use a tool.

    `arguments` are `None` when what the model wrote was no JSON object; `written` is what it wrote.
    """

    id: str
    name: str
    arguments: dict[str, Any] | None
    written: str = ""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of a conversation.

    An assistant's turn may hold the tools it called and its reasoning; `sealed` is what a vendor
    wants back with it unchanged. A tool's turn answers the call `call_id`.
    """

    role: ChatRole
    content: str = ""
    images: tuple[Image, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""
    failed: bool = False
    reasoning: str = ""
    sealed: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer took; `usd` is `None` when the price is not known, never a guess of 0.

    `cached_tokens` are those of the input that were read from a cache, `reasoning_tokens` those of
    the output that nobody sees.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = None
    cached_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """A model's whole answer, and which model gave it."""

    text: str
    model: str
    usage: Usage
    demo: bool = False
    calls: tuple[ToolCall, ...] = ()
    reasoning: str = ""
    finish: Finish = "stop"
    sealed: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def message(self) -> ChatMessage:
        """The answer as a turn of the conversation that goes on."""
        return ChatMessage(
            "assistant", self.text, calls=self.calls, reasoning=self.reasoning, sealed=self.sealed
        )


class ChatOptions(TypedDict, total=False):
    """What may be said about an answer that is asked for."""

    temperature: float | None
    max_tokens: int | None
    stop: Sequence[str]
    json: bool
    """The answer is to be one JSON object."""
    schema: Mapping[str, Any] | None
    """The answer is to be JSON that this JSON Schema allows."""
    tools: Sequence[Tool]
    tool_choice: str
    """`auto`, `none`, `required`, or the name of the tool to use."""
    timeout: float
    """Seconds; 120 unless said."""
    fit: bool
    """Where all would not fit the model, the oldest turns go and long texts are shortened."""
    cache: Literal["no", "prompt", "answer"]
    """`prompt` has the provider keep the beginning of the conversation, for less money the next
    time; `answer` gives the answer that the same question got here before."""
    on_delta: Callable[[str], None] | None
    """Gets the pieces of the text as they come."""
    on_reasoning: Callable[[str], None] | None
    """Gets the pieces of the reasoning as they come."""


class ImageOptions(TypedDict, total=False):
    """What may be said about pictures that are asked for."""

    size: str
    """Such as `1024x1024`; empty leaves it to the model."""
    count: int
    timeout: float


class EmbeddingAnswer(NamedTuple):
    """One vector per text, in order."""

    vectors: list[list[float]]
    model: str
    usage: Usage


class ImageAnswer(NamedTuple):
    """The pictures a model made; `prompt` is what it made of the prompt, if it says so."""

    images: list[Image]
    model: str
    usage: Usage
    prompt: str = ""


class Models(Protocol):
    """The models configured here, by `provider/model`; an empty name is the default one.

    All raise `TemporaryError` (429, 5xx, time-out), and `BlockError` (unknown model, refused, or
    one that cannot do this).
    """

    async def chat(
        self, model: str, messages: Sequence[ChatMessage], **options: Unpack[ChatOptions]
    ) -> ChatAnswer:
        """One answer to a conversation."""
        ...

    async def complete(self, model: str, prompt: str, **options: Unpack[ChatOptions]) -> ChatAnswer:
        """How a text goes on, by models that know no conversations."""
        ...

    async def embed(
        self, model: str, texts: Sequence[str], *, timeout: float = 120.0
    ) -> EmbeddingAnswer:
        """What texts are near to, as vectors. Empty `model`: the default one for this."""
        ...

    async def image(self, model: str, prompt: str, **options: Unpack[ImageOptions]) -> ImageAnswer:
        """Pictures of a prompt. Empty `model`: the default one for this."""
        ...
