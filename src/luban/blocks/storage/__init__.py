"""Blocks that keep and find things: databases of others, values, tables, texts."""
