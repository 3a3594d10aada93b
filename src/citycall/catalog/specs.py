"""Services and outcomes as administrators write them, whole."""

from collections.abc import Iterator
from enum import StrEnum

from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from citycall.agencies.documents import (
    Code,
    Document,
    Fault,
    Line,
    LongCode,
    LongName,
    Name,
    TeamCode,
    Text,
    raise_any,
)
from citycall.catalog.booking import BookingRoute, BookingSpec, question_faults
from citycall.catalog.questions import (
    Choice,
    Condition,
    Datatype,
    Question,
    Stop,
    StopKind,
    condition_faults,
    repeated,
)
from citycall.catalog.targets import Clock, Override, Target, Unit
from citycall.places.models import LocationKind

__all__ = [
    "BookingRoute",
    "BookingSpec",
    "Choice",
    "Clock",
    "Condition",
    "ContactRequirement",
    "Datatype",
    "LocationRequirement",
    "OutcomeSpec",
    "Override",
    "Privacy",
    "Question",
    "Reason",
    "Risk",
    "ServiceSpec",
    "Stop",
    "StopKind",
    "Target",
    "Unit",
]


class LocationRequirement(StrEnum):
    """Whether a report must, may or does not say where."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


class ContactRequirement(StrEnum):
    """Whether the reporter must, may or is not asked to say how to be reached."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NOT_ASKED = "not_asked"


class Privacy(StrEnum):
    """What everyone may see of a request: all, all but the exact place, or nothing."""

    PUBLIC = "public"
    HIDDEN_LOCATION = "hidden_location"
    PRIVATE = "private"


class Risk(StrEnum):
    """What may come of a problem while it waits: the service's own share of a priority."""

    LOW = "low"
    USUAL = "usual"
    HIGH = "high"
    DANGEROUS = "dangerous"


class Reason(Document):
    """Why a request waits; ``code`` for the record, ``name`` for people."""

    code: Code
    name: Name


class OutcomeSpec(Document):
    """Why a request was closed; ``fixed`` says whether the problem is gone."""

    code: Code
    name: Name
    explanation: Text = ""
    fixed: bool = False
    retired: bool = False


class ServiceSpec(Document):
    """One kind of request, whole: what is asked, promised and required, and whose work it is.

    ``agency``, ``team`` (the default one) and ``outcomes`` are codes. No ``location_kinds`` means
    that every kind is accepted. ``risk`` weighs most in a request's priority. Only
    ``pause_reasons`` stop the clock; ``hold_reasons`` do not.
    ``verification_days`` are the calendar days in which a reporter may dispute a completion.
    ``related`` names the services that may be reported for the same problem; without it these are
    the others of the group, and an empty list means none. ``something_else`` marks the one
    service that takes what fits no other. ``booking`` says on which dates a service comes that is
    an appointment. With ``publish_photos`` photos may be public once a person has looked.
    """

    code: LongCode
    name: LongName
    group: Name
    description: Text = ""
    keywords: tuple[Line, ...] = Field((), max_length=100)
    agency: Code
    team: TeamCode | None = None
    location: LocationRequirement = LocationRequirement.REQUIRED
    location_kinds: tuple[LocationKind, ...] = ()
    contact: ContactRequirement = ContactRequirement.OPTIONAL
    privacy: Privacy = Privacy.PUBLIC
    target: Target | None = None
    risk: Risk = Risk.USUAL
    pause_reasons: tuple[Reason, ...] = Field((), max_length=50)
    hold_reasons: tuple[Reason, ...] = Field((), max_length=50)
    outcomes: tuple[Code, ...] = Field(min_length=1, max_length=100)
    questions: tuple[Question, ...] = Field((), max_length=100)
    photo_on_completion: bool = False
    publish_photos: bool = False
    verification_days: int = Field(7, ge=0, le=365)
    related: tuple[LongCode, ...] | None = Field(None, max_length=50)
    something_else: bool = False
    booking: BookingSpec | None = None
    retired: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> "ServiceSpec":
        raise_any(list(self._faults()))
        return self

    def _faults(self) -> Iterator[Fault]:
        yield from repeated([q.code for q in self.questions], under="questions")
        yield from condition_faults(self.questions)
        pausing = [reason.code for reason in self.pause_reasons]
        yield from repeated(pausing, under="pause_reasons")
        yield from repeated([reason.code for reason in self.hold_reasons], under="hold_reasons")
        for index, reason in enumerate(self.hold_reasons):
            if reason.code in pausing:
                sentence = _("“%(code)s” either stops the clock or does not.")
                path = ("hold_reasons", index, "code")
                yield Fault(path, sentence % {"code": reason.code})
        if self.location_kinds and self.location is LocationRequirement.NONE:
            sentence = _("A service that asks no location accepts no kinds of it.")
            yield Fault(("location_kinds",), sentence)
        if self.booking is not None:
            yield from self._booking_faults(self.booking)

    def _booking_faults(self, booking: BookingSpec) -> Iterator[Fault]:
        yield from question_faults(booking, {q.code: q for q in self.questions})
        if self.location is not LocationRequirement.REQUIRED:
            sentence = _("A service with appointments must ask where to come.")
            yield Fault(("location",), sentence)

    def question(self, code: str) -> Question | None:
        """The question with this code, or none."""
        return next((question for question in self.questions if question.code == code), None)
