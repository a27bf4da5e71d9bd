"""How the headers of an answer tell what is left of a rate."""

from __future__ import annotations

import time
from collections.abc import Mapping

from luban.ports.rates import Allowance
from luban.services.rate_limits import whole


def rate_headers(allowance: Allowance) -> Mapping[str, str]:
    """What is left, in the words of the IETF draft and in the older ones."""
    told = {
        "RateLimit-Limit": str(allowance.rate.requests),
        "RateLimit-Remaining": str(allowance.left),
        "RateLimit-Reset": str(whole(allowance.full)),
        "X-RateLimit-Limit": str(allowance.rate.requests),
        "X-RateLimit-Remaining": str(allowance.left),
        "X-RateLimit-Reset": str(int(time.time()) + whole(allowance.full)),
    }
    return {"Retry-After": str(whole(allowance.again)), **told} if allowance.again else told
