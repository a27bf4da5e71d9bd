"""Which of some labels a text has."""

from __future__ import annotations

import json
from typing import Any, cast

from luban.blocks.ai.asking import needed
from luban.blocks.ai.pins import (
    Cache,
    cache_pin,
    max_tokens_pin,
    model_out,
    model_pin,
    retries_pin,
    temperature_pin,
    timeout_pin,
    usage_out,
)
from luban.blocks.ai.prompts import IS_DATA, as_data
from luban.blocks.ai.re_asking import Unfit, until_it_fits
from luban.forge.json_answers import NotJson, parsed
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    ChatMessage,
    Context,
    Effect,
    Example,
    Field,
)

_MARKS = " \t\n.。\"'`“”「」[]"


class Classify(Block):
    """Gives a text one or several of your labels, and never another one."""

    id = "ai.classify"
    title = "Classify a text"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "tags"
    keywords = ("label", "category", "sentiment", "sort", "tag", "route", "intent", "llm")

    class Input(BlockInput):
        text: str = Field(title="Text", description="What to classify.", widget="textarea")
        labels: list[str] = Field(
            min_length=1, max_length=200, title="Labels", description="What may be chosen from."
        )
        meanings: dict[str, str] = Field(
            default_factory=dict,
            title="Meanings",
            description="What a label stands for, where its name does not say it.",
        )
        several: bool = Field(
            False, title="Several", description="Any number of labels may fit, also none."
        )
        instructions: str = Field(
            "",
            title="Instructions",
            description="What else the model should know to choose well.",
            widget="textarea",
            advanced=True,
        )
        model: str = model_pin()
        retries: int = retries_pin()
        temperature: float | None = temperature_pin()
        max_tokens: int | None = max_tokens_pin()
        timeout: float = timeout_pin()
        cache: Cache = cache_pin()

    class Output(BlockOutput):
        label: str = Field(
            title="Label", description="The label; of several the first, of none nothing."
        )
        labels: list[str] = Field(title="Labels", description="All labels that fit.")
        confidence: float = Field(
            title="Confidence",
            description="How sure the model says it is, from 0 to 1; nothing if it does not say.",
        )
        usage: dict[str, Any] = usage_out()
        model: str = model_out()

    examples = (
        Example(
            {"text": "It broke!", "labels": ["Praise", "Complaint"], "model": "m/x"},
            {
                "label": "Complaint",
                "labels": ["Complaint"],
                "confidence": 0.9,
                "usage": {"input_tokens": 374, "output_tokens": 41, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": ['{"label": "complaint", "confidence": 0.9}']},
        ),
        Example(
            {"text": "太好了", "labels": ["好评", "急"], "several": True, "model": "m/x"},
            {
                "label": "好评",
                "labels": ["好评"],
                "usage": {"input_tokens": 886, "output_tokens": 35, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": ['{"labels": ["好"]}', '{"labels": ["好评"]}']},
        ),
        Example({"text": "", "labels": ["a"]}, {"error": {"code": "nothing_to_ask"}}),
        Example({"text": "a", "labels": ["a", "A"]}, {"error": {"code": "labels_alike"}}),
        Example(
            {"text": "It broke!", "labels": ["Praise"], "retries": 0},
            {"error": {"code": "answer_unusable"}},
            {"llm": ["Complaint"]},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        text = needed(input.text, "the text", "文本")
        known = {_key(label): label for label in input.labels}
        if len(known) < len(input.labels):
            raise BlockError(
                f"Two of the labels are alike: {', '.join(input.labels):.200}. Each needs a name "
                "of its own, whatever its case.",
                zh=f"有两个标签相同：{', '.join(input.labels):.200}。"
                "每个标签应有不同的名称（不区分大小写）。",
                code="labels_alike",
            )
        asked = [ChatMessage("system", _rules(input)), ChatMessage("user", as_data(text))]

        def read(said: str) -> tuple[list[str], float | None]:
            return _chosen(said, known, several=input.several)

        found = await until_it_fits(ctx, input, asked, read, {"json": True})
        labels, confidence = cast("tuple[list[str], float | None]", found.value)
        sent: dict[str, Any] = {"labels": labels, "usage": found.usage, "model": found.model}
        if labels:
            sent["label"] = labels[0]
        if confidence is not None:
            sent["confidence"] = confidence
        return sent


def _rules(input: Classify.Input) -> str:
    if input.several:
        form = {"labels": input.labels, "confidence": 0.8}
        wanted = "those of these labels that fit, or none"
    else:
        form = {"label": "|".join(input.labels), "confidence": 0.8}
        wanted = "the one of these labels that fits best"
    meanings = {label: text for label, text in input.meanings.items() if label in input.labels}
    meant = f" What they mean: {json.dumps(meanings, ensure_ascii=False)}." if meanings else ""
    more = f" {input.instructions.strip()}" if input.instructions.strip() else ""
    return (
        f"Classify the text. Answer with JSON and nothing else: {wanted}, and how sure you are, "
        f"from 0 to 1.\n{json.dumps(form, ensure_ascii=False)}\n{meant}{more} {IS_DATA}"
    )


def _chosen(said: str, known: dict[str, str], *, several: bool) -> tuple[list[str], float | None]:
    """The labels as the node has them, and how sure the model is. Raises `Unfit`."""
    try:
        answer = parsed(said)
    except NotJson:
        answer = said  # a bare label is as good
    told = cast("dict[str, Any]", answer) if isinstance(answer, dict) else {"labels": answer}
    named = told.get("labels", told.get("label"))
    wanted = cast("list[Any]", named) if isinstance(named, list) else [named]
    labels: list[str] = []
    for each in wanted:
        label = known.get(_key(str(each)))
        if label is None:
            raise Unfit(f"{each!r:.80} is none of the labels {list(known.values())!r:.800}")
        if label not in labels:
            labels.append(label)
    if not several and len(labels) != 1:
        raise Unfit(f"it has {len(labels)} labels, and should have one")
    return labels, _sureness(told.get("confidence"))


def _sureness(told: Any) -> float | None:
    if isinstance(told, bool) or not isinstance(told, (int, float)):
        return None
    return float(told) if 0 <= told <= 1 else None


def _key(label: str) -> str:
    return label.strip(_MARKS).casefold()
