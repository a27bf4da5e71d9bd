"""Guarded outgoing HTTP."""
