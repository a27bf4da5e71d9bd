"""Stores written once in SQL that SQLite and PostgreSQL both understand."""
