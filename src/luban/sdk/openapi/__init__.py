"""Blocks out of an OpenAPI document: data in, blocks out; no code is written or run."""
