"""Holds the calls of models to the budgets of agents and owners."""

from __future__ import annotations

from luban.llm import prices
from luban.llm.configured_models import ConfiguredModels
from luban.model.errors import LubanError
from luban.model.ids import new_id
from luban.ports.budgets import Admission, BudgetStore, PlannedCall
from luban.ports.clock import Clock


class BudgetGate:
    """`Gate` over the stored budgets and the prices of the models."""

    def __init__(self, store: BudgetStore, models: ConfiguredModels, clock: Clock) -> None:
        self._store = store
        self._models = models
        self._clock = clock

    async def admit(self, call: PlannedCall) -> Admission:
        return await self._store.admit(call, new_id("h"), self._clock.now())

    async def release(self, owner: str, hold: str) -> None:
        await self._store.release(owner, hold)

    async def price(
        self, owner: str, model: str, input_tokens: int, output_tokens: int
    ) -> float | None:
        try:
            config = await self._models.of(owner).config(model)
        except LubanError:
            return None  # asking it says what is wrong
        if config is None:
            return 0.0  # the demo model
        return await prices.cost_of(config, input_tokens, output_tokens)
