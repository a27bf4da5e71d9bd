"""The pins that blocks of this family share, said once."""

from __future__ import annotations

from typing import Any, Literal

from luban.sdk import Field

Cache = Literal["no", "prompt", "answer"]


def model_pin() -> Any:
    return Field(
        "",
        title="Model",
        description="Such as openai/gpt-4o; empty is the default model.",
        widget="model",
    )


def values_pin() -> Any:
    return Field(
        default_factory=dict,
        title="Values",
        description="Fill the slots of the texts; link to `values.name`.",
    )


def system_pin() -> Any:
    return Field(
        "",
        title="System text",
        description="Who the model is and how it should answer.",
        widget="template",
        advanced=True,
    )


def retries_pin() -> Any:
    return Field(
        3,
        ge=0,
        le=10,
        title="More tries",
        description="How often the model is told what is wrong with its answer, and asked again.",
        advanced=True,
    )


def temperature_pin() -> Any:
    return Field(
        None,
        ge=0,
        le=2,
        title="Temperature",
        description="0 is steady, 1 is free; empty leaves it to the model.",
        widget="slider",
        advanced=True,
    )


def max_tokens_pin() -> Any:
    return Field(
        None,
        ge=1,
        title="Longest answer",
        description="Model tokens; empty leaves it to the model.",
        advanced=True,
    )


def timeout_pin() -> Any:
    return Field(
        120,
        gt=0,
        le=1800,
        title="Time limit",
        description="Seconds for one answer of the model.",
        advanced=True,
    )


def cache_pin() -> Any:
    return Field(
        "no",
        title="Keep for the next time",
        description="`prompt`: the provider keeps the beginning of the question, for less money. "
        "`answer`: the same question gets its answer of the last week again, for nothing.",
        advanced=True,
    )


def usage_out() -> Any:
    return Field(
        title="Usage",
        description="`input_tokens`, `output_tokens`, `usd` (empty when unknown), `demo`; of all "
        "answers together.",
    )


def model_out() -> Any:
    return Field(title="Model", description="The model that answered.")
