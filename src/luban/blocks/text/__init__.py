"""Blocks that make, cut, search and change text."""
