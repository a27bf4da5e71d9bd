"""Words of a text as search knows them, the same for every database.

Chinese, Japanese and Korean are written without spaces between words, so of these every pair of
neighbouring signs is a term. A pair asked for is found wherever it stands; no dictionary is needed,
and none can be wrong. Other letters make words, without marks and in one case.
"""

from __future__ import annotations

import re
import unicodedata

_SIGNS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_RUN = re.compile(rf"[{_SIGNS}]+|[^\W_{_SIGNS}]+")
_IS_SIGN = re.compile(rf"[{_SIGNS}]")
_LONGEST = 40
_MOST_ASKED = 60


def folded(text: str) -> str:
    """In one case and width, and without accents: `Ｃafé` is `cafe`."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize(
        "NFC", "".join(each for each in apart if not unicodedata.combining(each))
    )


def terms(text: str) -> list[str]:
    """What a text is found by, in order."""
    found: list[str] = []
    for match in _RUN.finditer(folded(text)):
        run = match[0]
        if _IS_SIGN.match(run):
            found += [run[at : at + 2] for at in range(len(run))]  # the last one stands alone
        else:
            found.append(run[:_LONGEST])
    return found


def asked(text: str) -> list[str]:
    """What a question asks for, each once; one that ends in `*` is the beginning of a term."""
    found: dict[str, None] = {}
    for match in _RUN.finditer(folded(text)):
        run = match[0]
        if not _IS_SIGN.match(run):
            found[run[:_LONGEST]] = None
        elif len(run) == 1:
            found[f"{run}*"] = None
        else:
            found |= dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1))
    return list(found)[:_MOST_ASKED]
