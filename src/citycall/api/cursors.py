"""Lists in pages: a cursor and a link to the next page, which costs what the first one does."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import BaseModel, Field

from citycall.api.parameters import LARGEST_ID
from citycall.core import paging

T = TypeVar("T")
R = TypeVar("R")


class Listed(BaseModel, Generic[T]):
    """A whole list."""

    items: list[T]


class Page(BaseModel, Generic[T]):
    """One page of a list; ``next`` and ``next_cursor`` lead on, and are null on the last one."""

    items: list[T]
    next: str | None = Field(description="The address of the next page.")
    next_cursor: str | None = Field(description="The value of `after` for the next page.")


def page(
    request: HttpRequest,
    rows: Sequence[R],
    *,
    limit: int,
    cursor_of: Callable[[R], str],
    tell: Callable[[R], Any],
) -> dict[str, Any]:
    """A page of at most ``limit`` rows, of which one more was looked for."""
    cursor = cursor_of(rows[limit - 1]) if len(rows) > limit else ""
    return linked(request, [tell(row) for row in rows[:limit]], cursor)


def linked(request: HttpRequest, items: list[Any], cursor: str) -> dict[str, Any]:
    """A page with the link to the page after ``cursor``, if there is one."""
    return {
        "items": items,
        "next": _address(request, cursor) if cursor else None,
        "next_cursor": cursor or None,
    }


def check_time_cursor(cursor: str) -> None:
    """Raise ``BadCursor`` unless it is one of a list by time, with values that can be."""
    if not cursor:
        return
    at, row_id = paging.decode(cursor, kinds=(paging.moment, int))
    check_row(row_id)
    if not 1900 <= at.year <= 2200:
        raise paging.BadCursor(_("This page address is not valid. Please start from the list."))


def check_due_cursor(cursor: str) -> None:
    """Raise ``BadCursor`` unless it is one of a list by due date."""
    if not cursor:
        return
    due, row_id = paging.decode(cursor, kinds=(_maybe_moment, int))
    check_row(row_id)
    if due is not None and not 1900 <= due.year <= 2200:
        raise paging.BadCursor(_("This page address is not valid. Please start from the list."))


def check_row(row_id: int) -> None:
    """Raise ``BadCursor`` for an id that no row can have."""
    if not 0 <= row_id <= LARGEST_ID:
        raise paging.BadCursor(_("This page address is not valid. Please start from the list."))


def _maybe_moment(value: Any) -> datetime | None:
    return None if value is None else paging.moment(value)


def _address(request: HttpRequest, cursor: str) -> str:
    asked = request.GET.copy()
    asked["after"] = cursor
    return f"{settings.PUBLIC_URL}{request.path}?{asked.urlencode()}"
