"""What the errors of the libraries mean for the step: wait, try again, or change something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import openai
from pydantic_ai import exceptions

from luban.llm import errors
from luban.llm.settings import ModelConfig
from luban.model.errors import LubanError

_SHOWN = 300
_TOO_MUCH = (400, 413, 422)
_TOO_LONG = re.compile(
    r"context.{0,3}(length|window|size)|prompt is too long|too many tokens"
    r"|exceeds? the (maximum|available)|maximum number of tokens|input is too long",
    re.IGNORECASE,
)
"""As OpenAI and those like it, Anthropic, Gemini, llama.cpp and Mistral put it."""


@contextmanager
def told(config: ModelConfig, seconds: float) -> Iterator[None]:
    """Whatever goes wrong within is raised as one of ours."""
    try:
        with _refusals():
            yield
    except (TimeoutError, exceptions.ModelTimeoutError, openai.APITimeoutError) as error:
        raise errors.ModelTimedOut(model=config.id, seconds=seconds) from error
    except exceptions.AgentRunError as error:
        raise _translated(config, error) from error
    except openai.APIStatusError as error:
        wait = _seconds(error.response.headers.get("retry-after"))
        raise of_status(
            config, error.status_code, said(error.body) or short(error), wait
        ) from error
    except openai.APIConnectionError as error:
        raise _unreachable(config, error) from error
    except (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, ValueError) as error:
        raise errors.ModelAnswerBroken(model=config.id, reason=short(error)) from error


@contextmanager
def _refusals() -> Iterator[None]:
    """What the guard of outgoing requests refused, out of what the libraries wrap it in."""
    try:
        yield
    except Exception as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, LubanError):
            cause = cause.__cause__ or cause.__context__
        if cause is None or cause is error:
            raise
        raise cause from error


def of_status(
    config: ModelConfig, status: int, answer: str, wait: float | None
) -> errors.WordedError:
    """The error that an HTTP status means."""
    model = config.id
    if status == 429:
        return errors.ModelBusy(
            model=model,
            answer=answer,
            wait="" if wait is None else f" {wait:g} s",
            wait_zh="" if wait is None else f"（{wait:g} 秒）",
            retry_after=wait,
        )
    if status >= 500 or status == 408:
        return errors.ModelDown(model=model, status=status, answer=answer, retry_after=wait)
    if status in _TOO_MUCH and _TOO_LONG.search(answer):
        return errors.ModelContextFull(model=model, answer=answer)
    refused = errors.ModelKeyRefused if status in (401, 403) else errors.ModelRefused
    return refused(model=model, status=status, answer=answer)


def _translated(config: ModelConfig, error: exceptions.AgentRunError) -> errors.WordedError:
    if isinstance(error, exceptions.ModelHTTPError):
        answer = said(error.body) or short(error)
        return of_status(config, error.status_code, answer, error.retry_after)
    if isinstance(error, exceptions.ModelConnectionError) and not error.in_stream:
        return _unreachable(config, error)
    return errors.ModelAnswerBroken(model=config.id, reason=short(error))


def _unreachable(config: ModelConfig, error: Exception) -> errors.WordedError:
    return errors.ModelUnreachable(model=config.id, address=config.base_url, reason=short(error))


def said(body: object) -> str:
    """The sentence in a provider's error, whose shape differs from one to the next."""
    while isinstance(body, dict):
        body = next((body[key] for key in ("message", "error", "detail") if body.get(key)), "")
    return body[:_SHOWN] if isinstance(body, str) else ""


def short(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:_SHOWN]


def _seconds(written: str | None) -> float | None:
    try:
        return float(written) if written else None
    except ValueError:
        return None
