"""What a good answer to bad input is: an exit code, the thing, the way out, in both languages."""

from __future__ import annotations

from pathlib import Path

from tests.cli.kit import Answer, Luban


def both(luban: Luban, *words: str | Path, code: int, names: tuple[str, ...]) -> tuple[str, str]:
    """What is said in English and in Chinese, after seeing that each names the things."""
    said: list[str] = []
    for language in ("en", "zh"):
        luban.env["LUBAN_LANG"] = language
        said.append(told(luban(*words), code=code, names=names))
    english, chinese = said
    assert is_chinese(chinese) and not is_chinese(english), f"{english}\n{chinese}"
    return english, chinese


def told(answer: Answer, *, code: int, names: tuple[str, ...]) -> str:
    said = answer.out + answer.err
    assert answer.code == code, said
    assert "Traceback" not in said
    missing = [name for name in names if name not in said]
    assert not missing, f"{missing} not named in: {said}"
    return said


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)
