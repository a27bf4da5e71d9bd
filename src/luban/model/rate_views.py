"""What somebody is told of how often they may ask."""

from __future__ import annotations

from pydantic import BaseModel, Field


class RateView(BaseModel):
    """One kind of request; `again` is 0 while there is something left."""

    kind: str
    limit: int = Field(description="Requests in `seconds`, at once or spread.")
    seconds: float
    remaining: int
    again: float = Field(description="Seconds until one more may pass.")
    reset: float = Field(description="Seconds until everything is back.")
