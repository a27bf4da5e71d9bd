"""The static check of a graph (rule 10): everything that can be known to be wrong before a run."""

from luban.engine.validation.check import check

__all__ = ["check"]
