"""Keyset paging: a page costs the same whether it is the first or the ten-thousandth."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from citycall.core.errors import DomainError

M = TypeVar("M", bound=Model)


class BadCursor(DomainError):
    """The page address was cut off or altered."""

    code = "bad_cursor"


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """One page of rows with the cursors of its neighbours; empty string where there is none."""

    rows: Sequence[M]
    newer: str
    older: str


def encode(values: Sequence[Any]) -> str:
    """A cursor for the row with these key values."""
    plain = [v.isoformat() if isinstance(v, datetime) else v for v in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode(cursor: str, *, kinds: Sequence[Callable[[Any], Any]]) -> list[Any]:
    """The key values of a cursor; raises ``BadCursor`` for anything not made by ``encode``."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        if not isinstance(values, list) or len(values) != len(kinds):
            raise ValueError(cursor)
        return [kind(value) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, UnicodeError, RecursionError, OverflowError):
        raise BadCursor(_("This page address is not valid. Please start from the list.")) from None


def moment(text: Any) -> datetime:
    """Read a cursor's time, which must carry its offset."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(text)
    return value


def page_by_time(
    rows: QuerySet[M], *, column: str, older_than: str = "", newer_than: str = "", size: int = 50
) -> Page[M]:
    """One page of ``rows``, latest first by ``(column, id)``, beside the given cursor.

    ``column`` is a time that is never null and indexed together with ``id``.
    """
    backwards = bool(newer_than) and not older_than
    cursor = newer_than if backwards else older_than
    if cursor:
        at, row_id = decode(cursor, kinds=(moment, int))
        rows = rows.filter(_beyond(column, at, row_id, "gt" if backwards else "lt"))
    order = (column, "id") if backwards else (f"-{column}", "-id")
    found = list(rows.order_by(*order)[: size + 1])
    more = len(found) > size
    shown = found[:size]
    if backwards:
        shown.reverse()
    return Page(
        rows=shown,
        newer=_cursor_of(shown[:1], column) if (more if backwards else bool(cursor)) else "",
        older=_cursor_of(shown[-1:], column) if (more or backwards) else "",
    )


def _beyond(column: str, at: datetime, row_id: int, side: str) -> Q:
    # Stated as a bound on the leading column too, so that the index range starts at the cursor.
    return Q(**{f"{column}__{side}e": at}) & (
        Q(**{f"{column}__{side}": at}) | Q(**{f"id__{side}": row_id})
    )


def _cursor_of(rows: Sequence[M], column: str) -> str:
    return encode((getattr(rows[0], column), rows[0].pk)) if rows else ""
