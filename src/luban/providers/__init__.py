"""Services that credentials open: rows of data, the OAuth 2 client, and how each is tested."""

from luban.providers.configured import ConfiguredProviders

__all__ = ["ConfiguredProviders"]
