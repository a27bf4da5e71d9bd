"""Questions that tell nothing: nobody in the conversation is spoken of, nothing is to be kept."""

from __future__ import annotations

import re

_LONGEST = 400
_TELLS = re.compile(
    r"\b(?:i|i'm|i've|me|my|mine|myself|we|us|our|ours|you|your|remember\w*|recall\w*|forg[eo]t\w*|memor\w+"
    r"|notes?|keep|always|never|again|earlier|before|last|previous\w*|prefer\w*)\b"
    r"|[我咱俺您你记忘]|以后|总是|从不|上次|之前|以前|偏好|习惯|喜欢",
    re.IGNORECASE,
)


def is_bare_question(goal: str) -> bool:
    """One question, and nothing before it that could be a thing to keep."""
    text = goal.strip()
    if len(text) > _LONGEST or not text.endswith(("?", "？")):
        return False
    sentences = [each for each in re.split(r"[.!。！;；\n]+(?:\s|$)", text) if each.strip()]
    return len(sentences) == 1 and _TELLS.search(text) is None
