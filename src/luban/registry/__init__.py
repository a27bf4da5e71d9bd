"""Finds blocks and reports broken ones."""
