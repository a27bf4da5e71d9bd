"""What a service wants otherwise than others that speak its wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

import httpx2

from luban.llm.answer_size import keep_small
from luban.llm.model_config import ModelConfig
from luban.sdk.chat import ChatMessage, ChatOptions

_LONGEST = 1800.0


def client(
    config: ModelConfig | None = None, transport: httpx2.AsyncBaseTransport | None = None
) -> httpx2.AsyncClient:
    """Connections, over a transport where one is given; with the headers and query of a row."""

    async def add(request: httpx2.Request) -> None:
        if config is not None:
            _add(request, config)

    return httpx2.AsyncClient(
        follow_redirects=True,
        timeout=_LONGEST,  # every call has a limit of its own
        # Unpacked, an answer might be a thousand times as large.
        headers={"accept-encoding": "identity"},
        event_hooks={"request": [add], "response": [keep_small]},
        transport=transport,
        trust_env=transport is None,  # a proxy would lead around the guard
    )


def needs_client(config: ModelConfig) -> bool:
    quirks = config.quirks
    return bool(quirks.headers or quirks.query or quirks.key_header)


def _add(request: httpx2.Request, config: ModelConfig) -> None:
    """Only at the row's own address: a redirect may lead to somebody else."""
    quirks = config.quirks
    own = urlsplit(config.base_url)
    if (request.url.host, request.url.scheme) != ((own.hostname or ""), own.scheme):
        return
    if quirks.query:
        request.url = request.url.copy_merge_params(dict(quirks.query))
    for name, value in quirks.headers:
        request.headers[name] = value
    if quirks.key_header:
        request.headers.pop("authorization", None)
        if key := config.api_key.get_secret_value():
            request.headers[quirks.key_header] = key


def adapted(config: ModelConfig, options: ChatOptions) -> ChatOptions:
    """The options without those that the service refuses."""
    quirks, kept = config.quirks, options.copy()
    if not quirks.temperature:
        kept.pop("temperature", None)
    if not quirks.stop:
        kept.pop("stop", None)
    return kept


def without_system(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """System messages at the head of what the user says first, for who knows no such role."""
    told = "\n\n".join(each.content for each in messages if each.role == "system")
    rest = [each for each in messages if each.role != "system"]
    if not told:
        return rest
    for place, message in enumerate(rest):
        if message.role == "user":
            rest[place] = replace(message, content=f"{told}\n\n{message.content}".rstrip())
            return rest
    return [ChatMessage("user", told), *rest]
