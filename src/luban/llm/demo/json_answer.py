"""JSON in the shape a prompt shows, filled from its text by the names of the keys."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from luban.llm.demo import summary, twenty_four
from luban.llm.demo.language import is_chinese

_KEY = re.compile(r"[\"'`“]([A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff]{0,39})[\"'`”]")
_KEY_LIST = re.compile(
    r"(?:keys?|fields?|properties|字段|键)[^A-Za-z_\n]{0,12}((?:[A-Za-z_]\w*\s*(?:,|、|，|and|和)?\s*)+)",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\{")
_WORD = re.compile(r"[A-Za-z]{4,}|[\u4e00-\u9fff]{2,4}")
_GOOD = re.compile(r"\b(?:good|great|love|excellent|thanks)\b|好|满意|喜欢|感谢", re.IGNORECASE)
_BAD = re.compile(r"\b(?:bad|broken|late|angry|hate|refund)\b|坏|差|投诉|退款|不满", re.IGNORECASE)


def write(system: str, asked: str, plain: str) -> str:
    """One JSON object; without a shape in the prompt, `{"answer": …}`."""
    prompt = f"{system}\n{asked}"
    shape = _shape(prompt)
    game = twenty_four.find(prompt, asked)
    if not shape:
        return json.dumps({"answer": plain}, ensure_ascii=False)
    text = _source(asked)
    filled = {key: _value(key, sample, text, plain, game) for key, sample in shape.items()}
    return json.dumps(filled, ensure_ascii=False)


def _shape(prompt: str) -> dict[str, Any]:
    """Keys with sample values, from the first object shown, else from a list of names."""
    decoder = json.JSONDecoder()
    for opened in _OPEN.finditer(prompt):
        try:
            shown, _ = decoder.raw_decode(prompt, opened.start())
        except ValueError:
            continue
        if isinstance(shown, dict) and shown:
            return shown
    listed = _KEY_LIST.search(prompt)
    names = re.findall(r"[A-Za-z_]\w*", listed.group(1)) if listed else []
    names = [name for name in names if name.lower() not in ("and", "json", "the", "only")]
    return dict.fromkeys(names or _KEY.findall(prompt))


def _source(asked: str) -> str:
    """The asked text without the lines that show the shape."""
    lines = [line for line in asked.splitlines() if not re.search(r"json|^\s*[{}\"]", line, re.I)]
    return "\n".join(lines).strip() or asked


def _value(key: str, sample: Any, text: str, plain: str, game: twenty_four.Game | None) -> Any:
    name = key.lower()
    if isinstance(sample, str) and "|" in sample:
        return _choice(sample, text)
    if game is not None:
        found = _of_game(name, game)
        if found is not None:
            return found
    if isinstance(sample, bool):
        return not _BAD.search(text)
    if isinstance(sample, list) or re.search(r"tags|keywords|topics|points|关键词|标签", name):
        return _frequent(text)
    if isinstance(sample, (int, float)):
        number = re.search(r"-?\d+(?:\.\d+)?", text)
        return json.loads(number.group()) if number else sample
    if re.search(r"lang|语言", name):
        return "zh" if is_chinese(text) else "en"
    if re.search(r"sentiment|mood|情感|情绪", name):
        return _sentiment(text)
    if re.search(r"title|headline|标题", name):
        return summary.first_sentence(text)[:60].rstrip("。. ")
    if re.search(r"answer|reply|response|回答|答复", name):
        return plain
    return summary.first_sentence(text)


def _of_game(name: str, game: twenty_four.Game) -> Any:
    solution = twenty_four.solve(game.numbers)
    if re.search(r"solvable|possible|has_|exists|有解", name):
        return solution is not None
    if re.search(r"correct|right|valid|正确", name):
        return bool(game.attempt) and twenty_four.judge(game, False).startswith("Right")
    if re.search(r"expression|solution|answer|算式|解|答案", name):
        return solution or ""
    return None


def _choice(sample: str, text: str) -> str:
    options = [option.strip() for option in sample.split("|")]
    if {"positive", "negative"} <= set(options):
        mood = _sentiment(text)
        return mood if mood in options else options[0]
    return next((option for option in options if option.lower() in text.lower()), options[0])


def _sentiment(text: str) -> str:
    balance = len(_GOOD.findall(text)) - len(_BAD.findall(text))
    return "positive" if balance > 0 else "negative" if balance < 0 else "neutral"


def _frequent(text: str) -> list[str]:
    counted = Counter(word.lower() for word in _WORD.findall(text))
    return [word for word, _ in counted.most_common(5)]
