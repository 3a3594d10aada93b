"""The orders of a list: by which columns, and how to go on from a row in each of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import F, Q, Value
from django.db.models.expressions import OrderBy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citycall.core import paging

# A column, the id last, and what reads its value from a cursor.
Kind = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an order; those without a value come last, or first where it is reversed."""

    name: str
    kind: Kind
    descending: bool = False
    nullable: bool = False

    def reversed(self) -> "Column":
        """The same, the other way round."""
        return Column(self.name, self.kind, not self.descending, self.nullable)


def _moment(value: Any) -> datetime | None:
    return None if value is None else paging.moment(value)


_DUE: Final = Column("due_at", _moment, nullable=True)
_ID: Final = Column("id", int)


@dataclass(frozen=True, slots=True)
class Order:
    """An order and what it is called, as it is and reversed."""

    code: str
    name: str | Promise
    reverse: str | Promise
    columns: tuple[Column, ...]


ORDERS: Final[Mapping[str, Order]] = {
    order.code: order
    for order in (
        Order("due", _("Due first"), _("Due last"), (_DUE, _ID)),
        Order(
            "age",
            _("Oldest first"),
            _("Latest first"),
            (Column("requested_at", paging.moment), _ID),
        ),
        Order(
            "priority",
            _("Most urgent first"),
            _("Least urgent first"),
            (Column("priority", int), _DUE, _ID),
        ),
        Order(
            "reports",
            _("Most reports first"),
            _("Fewest reports first"),
            (Column("report_count", int, descending=True), _DUE, _ID),
        ),
        Order("distance", _("Nearest first"), _("Farthest first"), (Column("metres", int), _ID)),
    )
}


def columns(code: str, *, backwards: bool = False) -> tuple[Column, ...]:
    """The columns of an order (``-`` before it reverses it), read from its end if backwards."""
    found = ORDERS[code.lstrip("-")].columns
    if code.startswith("-") == backwards:
        return found
    return tuple(column.reversed() for column in found)


def name(code: str) -> str | Promise:
    """What an order is called."""
    order = ORDERS[code.lstrip("-")]
    return order.reverse if code.startswith("-") else order.name


def terms(some: Sequence[Column], *, open_work: bool) -> list[OrderBy]:
    """The columns as a query is ordered by them.

    Of open work the index of all requests by their age is not to be used: the database does not
    know that the open ones are the latest, and would read through years of ended ones.
    """
    still = Value(timedelta(0)) if open_work else None
    return [
        OrderBy(
            F(column.name) + still
            if still is not None and column.name == "requested_at"
            else F(column.name),
            descending=column.descending,
            **_nulls(column),
        )
        for column in some
    ]


def _nulls(column: Column) -> Mapping[str, bool]:
    # As the index has them: PostgreSQL puts them last, or first where it descends.
    if not column.nullable:
        return {}
    return {"nulls_first": True} if column.descending else {"nulls_last": True}


def beyond(some: Sequence[Column], values: Sequence[Any]) -> Q:
    """The rows that come after the one with these values."""
    found, same = Q(pk__in=[]), Q()
    for column, value in zip(some, values, strict=True):
        after = _after(column, value)
        if after is not None:
            found |= same & after
        same &= (
            Q(**{f"{column.name}__isnull": True}) if value is None else Q(**{column.name: value})
        )
    return found


def _after(column: Column, value: Any) -> Q | None:
    """Where this column alone puts a row after the value; none where nothing comes after."""
    if value is None:
        return Q(**{f"{column.name}__isnull": False}) if column.descending else None
    after = Q(**{f"{column.name}__{'lt' if column.descending else 'gt'}": value})
    if column.nullable and not column.descending:
        after |= Q(**{f"{column.name}__isnull": True})
    return after
