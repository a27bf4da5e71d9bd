"""The models as steps ask them: limited, written down, kept, fitted, with others that stand in."""

from __future__ import annotations

from collections.abc import Sequence

from luban.llm.answer_cache import CachingModels
from luban.llm.configured_models import ConfiguredModels
from luban.llm.fallback_models import FallbackModels
from luban.llm.fitting_models import FittingModels
from luban.llm.limited_models import LimitedModels
from luban.llm.model_config import ModelConfig
from luban.llm.recording import Recording
from luban.model.errors import LubanError
from luban.ports.clock import Clock
from luban.ports.limits import ProviderLimits, Requester
from luban.ports.stores import StateStore
from luban.sdk.chat import Models


class StepModels:
    """Makes the models of one requester; whoever stands in is limited by itself."""

    def __init__(
        self,
        models: ConfiguredModels,
        limits: ProviderLimits,
        recording: Recording,
        state: StateStore,
        clock: Clock,
    ) -> None:
        self._models = models
        self._limits = limits
        self._recording = recording
        self._state = state
        self._clock = clock

    def of(self, requester: Requester) -> Models:
        mine = self._models.of(requester.owner)
        asked = self._recording.over(LimitedModels(mine, self._limits, requester))
        kept = CachingModels(asked, self._state, requester.owner, self._clock)

        async def window(model: str) -> int | None:
            config = await _config(mine, model)
            return config.context if config else None

        async def fallbacks(model: str) -> Sequence[str]:
            config = await _config(mine, model)
            return config.fallback if config else ()

        return FallbackModels(FittingModels(kept, window), fallbacks)


async def _config(models: ConfiguredModels, model: str) -> ModelConfig | None:
    try:
        return await models.config(model)
    except LubanError:
        return None  # asking it says what is wrong
