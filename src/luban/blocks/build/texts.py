"""Blocks, pins and findings in as few words as a model needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from luban.sdk import Field
from luban.sdk.catalogue import (
    BlockSpec,
    Effect,
    Finding,
    InputPin,
    OutputPin,
    PinKind,
    Severity,
)

_LONGEST = 160
_MOST = 20


def text_pin() -> Any:
    """The input for an agent file."""
    return Field(
        title="Agent file",
        description="The whole text of the agent, as YAML.",
        widget="code",
    )


def line(spec: BlockSpec) -> str:
    """A block in one line: `web.get (web): Get a page. Gives the text of a page`."""
    return f"{spec.id} ({spec.category}): {spec.title}. {first_sentence(spec.description)}"


def card(spec: BlockSpec) -> str:
    """A block with its pins, one to a line."""
    inputs = [_input(pin) for pin in spec.inputs if not pin.hidden]
    outputs = [_output(pin) for pin in spec.outputs]
    more = [
        f"credential: {need.provider}{' (optional)' if need.optional else ''}"
        for need in spec.credentials
    ]
    more += ["effect: must happen once only"] if spec.effect is Effect.ONCE else []
    more += [f"not usable here: {need.message}" for need in spec.unmet]
    shown = [*more, "inputs:", *(inputs or ["- none"]), "outputs:", *(outputs or ["- none"])]
    return "\n".join([line(spec), *shown])


def told(findings: Iterable[Finding]) -> str:
    """Findings with their repairs, errors first."""
    listed = sorted(findings, key=lambda each: each.severity is not Severity.ERROR)
    lines = [
        f"- {each.severity.value}{_where(each)}: {each.message} {each.repair}".rstrip()
        for each in listed[:_MOST]
    ]
    left = len(listed) - _MOST
    return "\n".join([*lines, *([f"- and {left} more"] if left > 0 else [])])


def errors_of(findings: Sequence[Finding]) -> list[Finding]:
    return [each for each in findings if each.severity is Severity.ERROR]


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence, and not for ever."""
    sentence = text.split("\n\n")[0].replace("\n", " ").split(". ")[0].strip()
    if len(sentence) > _LONGEST:
        return sentence[:_LONGEST] + "…"
    return sentence if sentence.endswith((".", "…")) or not sentence else f"{sentence}."


def _input(pin: InputPin) -> str:
    if pin.required:
        stands = " required"
    elif pin.default is None:
        stands = ""
    else:
        stands = f" = {_short(pin.default)}"
    choices = pin.schema_.get("enum")
    among = f" one of {_short(choices)}" if choices else ""
    many = " takes all values of its links" if pin.gather else ""
    return f"- {pin.name} ({_kind(pin)}){stands}{among}{many}: {first_sentence(pin.description)}"


def _output(pin: OutputPin) -> str:
    notes = [note for note, is_so in (("main", pin.main), ("many values", pin.many)) if is_so]
    kind = ", ".join([_kind(pin), *notes])
    return f"- {pin.name} ({kind}): {first_sentence(pin.description)}"


def _kind(pin: InputPin | OutputPin) -> str:
    if pin.kind is PinKind.LIST and pin.item_kind is not None:
        return f"list of {pin.item_kind.value}"
    return pin.kind.value


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _where(finding: Finding) -> str:
    place = finding.link or finding.node
    if place is None:
        return ""
    return f" at `{place}`" if finding.link or not finding.pin else f" at `{place}.{finding.pin}`"
