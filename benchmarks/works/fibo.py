"""Fibonacci numbers the slow way, as in Windmill's own comparison of workflow engines."""

from __future__ import annotations


def fibo(n: int) -> int:
    return n if n <= 1 else fibo(n - 1) + fibo(n - 2)
