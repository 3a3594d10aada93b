"""A column of PostgreSQL's own ``point`` type, so that no extension is needed for nearest."""

import re
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _Field = models.Field[tuple[float, float] | None, tuple[float, float] | None]
else:
    _Field = models.Field

_POINT = re.compile(r"\(([^,]+),([^)]+)\)")


class PointField(_Field):
    """A pair ``(x, y)`` kept as ``point``; searched with GiST by ``<->`` and ``<@``."""

    description = "A point in the plane"

    def db_type(self, connection: Any) -> str:
        return "point"

    def from_db_value(
        self, value: Any, expression: Any, connection: Any
    ) -> tuple[float, float] | None:
        if value is None:
            return None
        found = _POINT.match(value)
        return (float(found[1]), float(found[2])) if found else None

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else f"({value[0]!r},{value[1]!r})"
