"""Every column of the open data, in its order: what is not listed here is in no file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pyarrow as pa
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Kind(StrEnum):
    """What sort of values a column has."""

    TEXT = "text"
    WHOLE = "whole number"
    REAL = "number"
    FLAG = "true or false"
    MOMENT = "date and time"


ARROW: Final = {
    Kind.TEXT: pa.string(),
    Kind.WHOLE: pa.int32(),
    Kind.REAL: pa.float64(),
    Kind.FLAG: pa.bool_(),
    Kind.MOMENT: pa.timestamp("ms", tz="UTC"),
}


_KIND_NAMES: Final[Mapping[Kind, Words]] = {
    Kind.TEXT: _("Text"),
    Kind.WHOLE: _("Whole number"),
    Kind.REAL: _("Number"),
    Kind.FLAG: _("True or false"),
    Kind.MOMENT: _("Date and time"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; ``source`` names the stored facts that it comes from."""

    name: str
    kind: Kind
    description: Words
    source: str
    unit: Words = ""

    @property
    def kind_name(self) -> Words:
        """What sort of values it has, for people."""
        return _KIND_NAMES[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A set of areas that divides the city, such as its neighborhoods."""

    code: str
    name: str

    @property
    def column(self) -> str:
        """The name of its column, which stays the same while its code does."""
        return f"area_{self.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something that is on record and not in the open data, and why."""

    what: Words
    why: Words


LICENSE_NAME: Final = _("Public domain (CC0 1.0)")
LICENSE_ADDRESS: Final = "https://creativecommons.org/publicdomain/zero/1.0/"

_BEFORE_AREAS: Final = (
    Column(
        name="service_request_id",
        kind=Kind.TEXT,
        description=_(
            "The request's own identifier, which never changes. The same as in Open311 and in the"
            " JSON API. It is not the confirmation number of a reporter."
        ),
        source="service_request.id",
    ),
    Column(
        name="service_code",
        kind=Kind.TEXT,
        description=_("The code of the service that was asked for; stays when its name changes."),
        source="service_request.service, service.code",
    ),
    Column(
        name="service_name",
        kind=Kind.TEXT,
        description=_("The name of the service at the time of this edition."),
        source="service_request.service, service.name",
    ),
    Column(
        name="service_group",
        kind=Kind.TEXT,
        description=_("The group that residents find the service in."),
        source="service_request.service, service.group",
    ),
    Column(
        name="agency_code",
        kind=Kind.TEXT,
        description=_("The code of the agency that is responsible now."),
        source="service_request.agency, agency.code",
    ),
    Column(
        name="agency_name",
        kind=Kind.TEXT,
        description=_("The name of the agency that is responsible now."),
        source="service_request.agency, agency.name",
    ),
    Column(
        name="status",
        kind=Kind.TEXT,
        description=_(
            "Where the request stands. “completed” is what the agency says; “closed” means"
            " confirmed, or not disputed in time."
        ),
        source="service_request.status",
    ),
    Column(
        name="open",
        kind=Kind.FLAG,
        description=_("Whether work is still to be done: new, assigned, in progress or on hold."),
        source="service_request.status",
    ),
    Column(
        name="requested_at",
        kind=Kind.MOMENT,
        description=_("When the problem was first reported."),
        source="service_request.requested_at",
    ),
    Column(
        name="updated_at",
        kind=Kind.MOMENT,
        description=_("When the record was last changed."),
        source="service_request.updated_at",
    ),
    Column(
        name="promised_at",
        kind=Kind.MOMENT,
        description=_("The date that was first promised to the reporter; it never changes."),
        source="service_request.promised_at",
    ),
    Column(
        name="due_at",
        kind=Kind.MOMENT,
        description=_(
            "The date by which the work is due now: the promised one, moved by the times in which"
            " the service allows the clock to stop. Empty where no time is promised."
        ),
        source="service_request.due_at",
    ),
    Column(
        name="completed_at",
        kind=Kind.MOMENT,
        description=_("When the agency last said that the work is done."),
        source="service_request.completed_at",
    ),
    Column(
        name="closed_at",
        kind=Kind.MOMENT,
        description=_("When the request was closed, cancelled or referred."),
        source="service_request.closed_at",
    ),
    Column(
        name="on_time",
        kind=Kind.FLAG,
        description=_(
            "For completed and closed requests, whether the work was done by due_at. For open"
            " ones, false once due_at has passed. Empty while that is not known: no date was"
            " promised, it is open and not late, its clock is stopped, its end has no date, or it"
            " was cancelled, referred or merged."
        ),
        source=(
            "service_request.status, due_at, completed_at, closed_at, paused_at; edition.data_until"
        ),
    ),
    Column(
        name="outcome_code",
        kind=Kind.TEXT,
        description=_("The code of the reason with which the agency completed it."),
        source="service_request.outcome, outcome.code",
    ),
    Column(
        name="outcome_name",
        kind=Kind.TEXT,
        description=_("What the agency says came of it."),
        source="service_request.outcome, outcome.name",
    ),
    Column(
        name="outcome_fixed",
        kind=Kind.FLAG,
        description=_("Whether this outcome means that the problem is gone."),
        source="service_request.outcome, outcome.fixed",
    ),
    Column(
        name="verification",
        kind=Kind.TEXT,
        description=_("What the people who reported it said of the completion. Empty: not asked."),
        source="service_request.verification",
    ),
    Column(
        name="reopened_count",
        kind=Kind.WHOLE,
        unit=_("times"),
        description=_("How often it was opened again after it had ended."),
        source="service_request.reopened_count",
    ),
    Column(
        name="report_count",
        kind=Kind.WHOLE,
        unit=_("reports"),
        description=_(
            "How often this problem was reported. A request counts the reports of those merged"
            " into it, so leave merged requests out when you add up."
        ),
        source="service_request.report_count",
    ),
    Column(
        name="channel",
        kind=Kind.TEXT,
        description=_("The way in which its first report came."),
        source="report.channel of the first report",
    ),
    Column(
        name="merged_into",
        kind=Kind.TEXT,
        description=_("The service_request_id of the request that this one was merged into."),
        source="service_request.merged_into",
    ),
    Column(
        name="location_kind",
        kind=Kind.TEXT,
        description=_("What sort of place was given."),
        source="service_request.location_kind",
    ),
    Column(
        name="place",
        kind=Kind.TEXT,
        description=_(
            "The name or address of the place. Empty for places described in a reporter's own"
            " words or without a point."
        ),
        source="service_request.place",
    ),
    Column(
        name="longitude",
        kind=Kind.REAL,
        unit=_("degrees (WGS 84)"),
        description=_(
            "Longitude of the place, to 6 decimals. GeoJSON has it in the geometry instead."
        ),
        source="service_request.longitude",
    ),
    Column(
        name="latitude",
        kind=Kind.REAL,
        unit=_("degrees (WGS 84)"),
        description=_(
            "Latitude of the place, to 6 decimals. GeoJSON has it in the geometry instead."
        ),
        source="service_request.latitude",
    ),
    Column(
        name="h3_cell",
        kind=Kind.TEXT,
        description=_(
            "The hexagon of the H3 grid that holds the point, at resolution 10: about 130 metres"
            " across. For counting by place."
        ),
        source="service_request.h3_cell",
    ),
)

LEFT_OUT: Final = (
    LeftOut(
        what=_("Who reported it: names, e-mail addresses, phone numbers, language"),
        why=_("They are personal. They are kept apart from requests and are never read for this."),
    ),
    LeftOut(
        what=_("What reporters wrote: words, wishes, answers, directions and photos"),
        why=_("They may name or show people."),
    ),
    LeftOut(
        what=_("Requests of private services"),
        why=_("That such a request exists may itself harm somebody."),
    ),
    LeftOut(
        what=_("Place, point, hexagon and areas of services whose location is hidden"),
        why=_("Several areas together, with a time, can lead to a household."),
    ),
    LeftOut(
        what=_(
            "Places described in a reporter's own words, or that hold an e-mail or web address or"
            " a phone number"
        ),
        why=_("They are words of reporters and may name people."),
    ),
    LeftOut(
        what=_("What agencies wrote: explanations, notes, to whom it was referred"),
        why=_(
            "Free text may name people, and nobody reads each one before it is published. The"
            " outcome says the same in words that are the same for all. The request's own page"
            " shows what was written for the public."
        ),
    ),
    LeftOut(
        what=_("Who works on it: people, teams, priority"),
        why=_("They are about the city's staff and how it orders its work."),
    ),
    LeftOut(
        what=_("Confirmation numbers"),
        why=_("Whoever has one may answer in the reporter's name."),
    ),
)


def columns(layers: Sequence[Layer]) -> tuple[Column, ...]:
    """All columns in their order: the fixed ones, then one for each layer of areas."""
    return (*_BEFORE_AREAS, *(_of_layer(layer) for layer in layers))


def _of_layer(layer: Layer) -> Column:
    return Column(
        name=layer.column,
        kind=Kind.TEXT,
        description=_("The area of the layer “%(layer)s” that holds the point, by its name.")
        % {"layer": layer.name},
        source=f"service_request.areas, area.name of layer {layer.code}",
    )
