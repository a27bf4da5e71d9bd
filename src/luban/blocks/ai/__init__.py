"""Blocks that ask language models."""
