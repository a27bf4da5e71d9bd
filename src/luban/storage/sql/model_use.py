"""What models took, added up as the journal is written: the same batch, the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from luban.model.events import KIND_OF, ModelUsed, Row, from_row
from luban.model.spending import day_of

_USED = KIND_OF[ModelUsed]
USE_COLUMNS = (
    *("owner", "agent", "model", "day"),
    *("calls", "input_tokens", "output_tokens", "usd", "unpriced"),
)
ADD_USE = """
insert into model_use
  (owner, agent, model, day, calls, input_tokens, output_tokens, usd, unpriced)
values
  (:owner, :agent, :model, :day, :calls, :input_tokens, :output_tokens, :usd, :unpriced)
on conflict (owner, agent, model, day) do update set
  calls = model_use.calls + excluded.calls,
  input_tokens = model_use.input_tokens + excluded.input_tokens,
  output_tokens = model_use.output_tokens + excluded.output_tokens,
  usd = model_use.usd + excluded.usd, unpriced = model_use.unpriced + excluded.unpriced"""


class UseKey(NamedTuple):
    """Which row of the account a call belongs to."""

    owner: str
    agent: str
    model: str
    day: int


def model_uses(rows: Sequence[Row], owner_of: Callable[[str], str]) -> list[dict[str, Any]]:
    """What a batch adds to the account, one set of values for each row there, in their order."""
    calls = [row for row in rows if row.kind == _USED]
    if not calls:
        return []
    found: dict[UseKey, dict[str, Any]] = {}
    for row in calls:
        key, values = _use_of(row, owner_of(row.run))
        if (known := found.get(key)) is None:
            found[key] = {**key._asdict(), **values}
        else:
            for name, value in values.items():
                known[name] += value
    return [found[key] for key in sorted(found)]


def _use_of(row: Row, owner: str) -> tuple[UseKey, dict[str, Any]]:
    """What one call adds, and to which row."""
    event = from_row(*row[1:])
    assert isinstance(event, ModelUsed)
    values = {
        "calls": 1,
        "input_tokens": event.input_tokens,
        "output_tokens": event.output_tokens,
        "usd": event.usd or 0.0,
        "unpriced": int(event.usd is None),
    }
    return UseKey(owner, event.agent, event.model, day_of(event.at)), values
