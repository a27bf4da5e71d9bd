"""Typed Python client of a Luban server."""
