"""Luban: agents built out of blocks, whose runs are never lost."""
