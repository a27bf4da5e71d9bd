"""Whether a failed attempt is made again, and when. Pure: the jitter's draw is an argument."""

from __future__ import annotations

from luban.model.errors import LubanError
from luban.model.graph import RetryPolicy
from luban.sdk.errors import CallFailed, TemporaryError

_ONCE = RetryPolicy()  # pyright: ignore[reportCallIssue]


def next_attempt_in(
    policy: RetryPolicy | None, attempt: int, error: LubanError, draw: float
) -> float | None:
    """Seconds until the next attempt, or `None` if there is none.

    `attempt` counts from 1, `draw` is uniform in [0, 1). The wait doubles (or grows by `factor`)
    with full jitter above its half, so that many runs do not come back at the same moment; when
    the other side asked for a time, it is never shorter than that.
    """
    policy = policy or _ONCE
    if attempt >= policy.attempts or not _worth_it(policy, error):
        return None
    wait = min(policy.delay * policy.factor ** (attempt - 1), policy.max_delay)
    wait *= 0.5 + draw / 2
    asked = error.retry_after if isinstance(error, (TemporaryError, CallFailed)) else None
    return max(wait, asked or 0.0)


def _worth_it(policy: RetryPolicy, error: LubanError) -> bool:
    return error.code in policy.on if policy.on else error.retryable
