"""Who is told when a date draws near or has passed, as administrators write it."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from citycall.agencies.documents import Code, Document, Email, Fault, LongCode, Name, raise_any


class Who(StrEnum):
    """Those who can be told, by what they are to the request."""

    ASSIGNEE = "assignee"
    TEAM = "team"
    MANAGER = "manager"
    CITY = "city"


class Step(Document):
    """One step: told once for a promise, when ``share`` of its time has gone or some days after.

    ``share`` is between 0 and 1, of the time that the promise's own clock counts.
    ``days_after`` are working days of the agency after the due date, 0 for the date itself.
    ``who`` are told by what they are to the request; ``emails`` besides.
    """

    code: Code
    name: Name
    share: float | None = Field(None, gt=0, lt=1)
    days_after: int | None = Field(None, ge=0, le=365)
    who: tuple[Who, ...] = ()
    emails: tuple[Email, ...] = Field((), max_length=20)

    @model_validator(mode="after")
    def _one_moment(self) -> "Step":
        if (self.share is None) == (self.days_after is None):
            sentence = _("A step has either a share of the time or days after the date.")
            raise_any([Fault(("share",), sentence)])
        return self


class PolicySpec(Document):
    """The steps for a service, an agency, or (without either) the whole city."""

    code: Code
    agency: Code | None = None
    service: LongCode | None = None
    steps: tuple[Step, ...] = Field(max_length=20)
    retired: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> "PolicySpec":
        raise_any(list(self._faults()))
        return self

    def _faults(self) -> Iterator[Fault]:
        if self.agency and self.service:
            yield Fault(("agency",), _("A policy is for a service or an agency, not for both."))
        codes = [step.code for step in self.steps]
        for index, code in enumerate(codes):
            if code in codes[:index]:
                yield Fault(("steps", index, "code"), _("There is a step with this code already."))


# What holds where a city has written nothing of its own.
USUAL: Final = PolicySpec.model_validate(
    {
        "code": "usual",
        "steps": [
            {
                "code": "soon",
                "name": gettext_noop("four fifths of the time are gone"),
                "share": 0.8,
                "who": [Who.ASSIGNEE, Who.TEAM],
            },
            {
                "code": "due",
                "name": gettext_noop("the date has come"),
                "days_after": 0,
                "who": [Who.MANAGER],
            },
            {
                "code": "late",
                "name": gettext_noop("two working days late"),
                "days_after": 2,
                "who": [Who.CITY],
            },
        ],
    }
)
