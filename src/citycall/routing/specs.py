"""A routing rule as administrators write it."""

from collections.abc import Iterator
from datetime import time
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from citycall.agencies.documents import (
    Document,
    Fault,
    LongCode,
    TeamCode,
    clean_text,
    raise_any,
)


def _area(text: str) -> str:
    layer, slash, code = clean_text(text).partition("/")
    if not (layer and slash and code):
        raise ValueError(_("An area is written “layer/code”, such as “council_districts/8”."))
    return text


def _days(days: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(days)))


Weekday = Annotated[int, Field(ge=1, le=7)]
AreaName = Annotated[str, StringConstraints(max_length=141), AfterValidator(_area)]
Days = Annotated[tuple[Weekday, ...], Field(max_length=7), AfterValidator(_days)]
Note = Annotated[str, StringConstraints(max_length=200), AfterValidator(clean_text)]


class RuleSpec(Document):
    """Send a service (any, where none), in an area ("layer/code"), at a time, to a team.

    ``days`` are ISO weekdays (1 Monday to 7 Sunday) on which the window begins, all when empty;
    ``from_time`` up to, not including, ``to_time`` is the city's local time and may run over
    midnight. A rule without any condition is the fallback.
    """

    code: LongCode
    service: LongCode | None = None
    area: AreaName | None = None
    days: Days = ()
    from_time: time | None = None
    to_time: time | None = None
    team: TeamCode
    note: Note = ""

    @model_validator(mode="after")
    def _consistent(self) -> "RuleSpec":
        raise_any(list(self._faults()))
        return self

    def _faults(self) -> Iterator[Fault]:
        for field in ("from_time", "to_time"):
            moment = getattr(self, field)
            if moment is not None and moment.tzinfo is not None:
                yield Fault((field,), _("Write the city's local time, without a time zone."))
        if (self.from_time is None) != (self.to_time is None):
            missing = "from_time" if self.from_time is None else "to_time"
            yield Fault((missing,), _("Give both times, or neither for the whole day."))
        elif self.from_time is not None and self.from_time == self.to_time:
            yield Fault(("to_time",), _("The window is empty; for the whole day give no times."))

    @property
    def is_fallback(self) -> bool:
        """Whether it has no condition at all."""
        return not (self.service or self.area or self.days or self.from_time)
