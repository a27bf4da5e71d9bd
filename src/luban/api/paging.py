"""Which part of a list is asked for, and how a page is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Query

from luban.model.views import PageView
from luban.ports.stores import Page, Slice

T = TypeVar("T")
V = TypeVar("V")


async def _part(
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    page_size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Slice:
    return Slice(page, page_size)


Part = Annotated[Slice, Depends(_part)]


def paged(found: Page[T], part: Slice, view: Callable[[T], V]) -> PageView[V]:
    return PageView(
        items=[view(item) for item in found.items],
        total=found.total,
        page=part.page,
        page_size=part.page_size,
        total_pages=-(-found.total // part.page_size),
    )
