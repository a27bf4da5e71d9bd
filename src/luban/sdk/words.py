"""Words of a text as search knows them."""

from luban.model.words import asked, terms

__all__ = ["asked", "terms"]
