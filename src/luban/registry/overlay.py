"""Chinese texts of blocks: `zh-CN.json` beside the files, laid over what the blocks say."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from luban.model.block import InputPin, OutputPin
from luban.registry.broken import BrokenBlock
from luban.sdk.code import BlockCode

FILE = "zh-CN.json"

Texts = dict[str, Any]
P = TypeVar("P", InputPin, OutputPin)


class Overlays:
    """Reads each folder's file once; a broken one is told once and the English texts stay."""

    def __init__(self) -> None:
        self._read: dict[Path, Texts] = {}
        self.broken: list[BrokenBlock] = []

    def over(self, code: BlockCode, folder: Path) -> BlockCode:
        """The code with the Chinese texts its folder has for it."""
        if folder not in self._read:
            self._read[folder] = self._file(folder / FILE)
        texts = self._read[folder].get(code.spec.id)
        return code if not isinstance(texts, dict) else _laid_over(code, texts)

    def _file(self, path: Path) -> Texts:
        if not path.is_file():
            return {}
        try:
            texts = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, OSError) as error:
            line = getattr(error, "lineno", None)
            self._tell(path, line, f"{error}", f"{error}")
            return {}
        if isinstance(texts, dict):
            return texts
        self._tell(path, 1, "it must be an object of block ids", "它必须是以模块 id 为键的对象")
        return {}

    def _tell(self, path: Path, line: int | None, why: str, why_zh: str) -> None:
        self.broken.append(
            BrokenBlock(
                str(path),
                line,
                f"The Chinese texts cannot be read: {why}.",
                f"无法读取中文文本：{why_zh}。",
            )
        )


def _laid_over(code: BlockCode, texts: Texts) -> BlockCode:
    spec = code.spec
    said = texts.get("keywords", ())
    keywords = dict.fromkeys((*spec.keywords, *said)) if isinstance(said, list) else spec.keywords
    changed = spec.model_copy(
        update={
            "title_zh": str(texts.get("title", spec.title_zh)),
            "description_zh": str(texts.get("description", spec.description_zh)),
            "keywords": tuple(str(word) for word in keywords),
            "inputs": _pins(spec.inputs, texts.get("inputs")),
            "outputs": _pins(spec.outputs, texts.get("outputs")),
        }
    )
    return replace(code, spec=changed)


def _pins(pins: Iterable[P], texts: object) -> tuple[P, ...]:
    if not isinstance(texts, dict):
        return tuple(pins)
    return tuple(_pin(pin, texts.get(pin.name)) for pin in pins)


def _pin(pin: P, texts: object) -> P:
    if not isinstance(texts, dict):
        return pin
    said: dict[str, Any] = {
        "title_zh": str(texts.get("title", pin.title_zh)),
        "description_zh": str(texts.get("description", pin.description_zh)),
    }
    choices = texts.get("choices")
    if isinstance(pin, InputPin) and isinstance(choices, dict):
        said["schema_"] = {**pin.schema_, "x-choices-zh": choices}
    return pin.model_copy(update=said)
