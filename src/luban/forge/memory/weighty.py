"""Which words of a text say what it is about, and how much of it two texts share."""

from __future__ import annotations

import re

from luban.sdk.words import terms

_LIGHT_WORDS = """
a about after again all also am an and any anything are as at be because been before being but
by can come could did do does doing done for from get give go got had has have he her here him
his how i if in into is it its just know let like made make many may me might mine more most
much must my need no not now of off on one only or other our out over please really s say she
should so some something such t take tell than that the their them then there these they thing
this those to too under up us use user users very want was way we well were what when where
which who whom whose why will with would write you your yours
"""
_LIGHT = frozenset(_LIGHT_WORDS.split())
_LIGHT_SIGNS = frozenset("的了吗呢吧么我你您他她它们这那哪谁什怎是请")
_ENDINGS = ("ing", "ies", "ed", "es", "s", "e", "y")
_WRITTEN = ("s", "e", "es", "ed", "ing")
_DENIALS = frozenset(
    ("no", "not", "never", "dont", "doesnt", "isnt", "cant", "wont", *"不没别无勿")
)
_SHORTEST = 3
_SIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_MOST_WORDS = 12


def weighty(text: str) -> frozenset[str]:
    """The stems of words that say something, and pairs of signs in which both do."""
    return frozenset(stem(each) for each in terms(text) if _says_something(each))


def stem(word: str) -> str:
    """A word without the ending that says how it is used: `lives`, `lived` and `living` are one."""
    if not word.isascii() or word.isdigit():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word.removesuffix(ending)
    return word


def widened(text: str) -> str:
    """What to look for: the weighty words of a question, in the forms they may be written in."""
    found: dict[str, None] = {}
    for each in [each for each in terms(text) if _says_something(each)][: 5 * _MOST_WORDS]:
        found[each] = None
        base = stem(each)
        if base.isascii() and not base.isdigit() and len(found) < 4 * _MOST_WORDS:
            found |= dict.fromkeys((base, *(base + end for end in _WRITTEN)))
    return " ".join(found)


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of both is shared, from 0 to 1."""
    either = len(one | other)
    return len(one & other) / either if either else 0.0


def in_signs(words: frozenset[str]) -> bool:
    """Whether most of them are pairs of signs; half of the pairs of a text are no words."""
    return 2 * sum(1 for each in words if _SIGN.match(each)) > len(words)


def numbers(text: str) -> frozenset[str]:
    return frozenset(each for each in terms(text) if any(sign.isdigit() for sign in each))


def denies(text: str) -> bool:
    """Whether it says that something is not so."""
    return not _DENIALS.isdisjoint(text.casefold().replace("'", "").split()) or any(
        sign in text for sign in _DENIALS if _SIGN.match(sign)
    )


def _says_something(term: str) -> bool:
    if _SIGN.match(term):
        return len(term) > 1 and term != "用户" and not any(sign in _LIGHT_SIGNS for sign in term)
    return term not in _LIGHT and (len(term) > 1 or term.isdigit())
