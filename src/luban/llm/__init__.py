"""Language models by configuration; importing this loads no vendor's library."""

from luban.llm.configured_models import ConfiguredModels, ModelEntry
from luban.llm.settings import ModelConfig, ModelSettings

__all__ = ["ConfiguredModels", "ModelConfig", "ModelEntry", "ModelSettings"]
