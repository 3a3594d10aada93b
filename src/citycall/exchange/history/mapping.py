"""What a mapping file says: which columns of a city's export hold what, and what its words mean."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from citycall.agencies.documents import Code, Document, Fault, Line, Name, raise_any
from citycall.catalog.specs import OutcomeSpec, Reason
from citycall.places.models import AreaLayer, LocationKind
from citycall.service_requests.models import Channel, Status

# Dates that no strptime pattern is needed for.
ISO = "iso"
EPOCH = {"epoch-seconds": 1_000_000, "epoch-milliseconds": 1_000}

_REFERENCE = re.compile(r"\{([^{}]+)\}")
_GROUP = "(?P<value>"

# A record that is merged is told by its parent, and completed is a promise to ask the reporter.
_IMPORTABLE = {
    Status.NEW,
    Status.ASSIGNED,
    Status.IN_PROGRESS,
    Status.ON_HOLD,
    Status.CLOSED,
    Status.CANCELLED,
    Status.REFERRED,
}


def _as_source(value: Any) -> Any:
    if isinstance(value, str):
        return {"take": [value]}
    return {"take": value} if isinstance(value, list | tuple) else value


def _under(key: str, value: Any) -> Any:
    return {key: value} if isinstance(value, str) else value


def _pattern(text: str) -> str:
    try:
        groups = re.compile(text).groups
        # The columns are searched by another engine, which knows less (no look-around).
        pc.extract_regex(pa.array([], pa.string()), text)
    except (re.error, pa.ArrowInvalid) as error:
        raise ValueError(_("This pattern cannot be used: %(why)s.") % {"why": error}) from None
    if _GROUP not in text or groups != 1:
        raise ValueError(
            _("Mark the part to take with %(mark)s...), and other groups with (?:...).")
            % {"mark": _GROUP}
        )
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            _("This is not the name of a time zone, such as America/New_York.")
        ) from None
    return name


def _date_form(text: str) -> str:
    if text != ISO and text not in EPOCH and "%" not in text:
        raise ValueError(
            _("A date is written as a pattern such as %%m/%%d/%%Y, or one of: %(known)s.")
            % {"known": ", ".join([ISO, *EPOCH])}
        )
    return text


class ColumnSource(Document):
    """Where a value is taken from, row by row: the first of ``take`` that is not empty.

    Each is a column's name or a template such as ``{Street 1} & {Street 2}``; columns that the
    file does not have are passed over. ``pattern`` takes a part of it (``(?P<value>...)``);
    ``always`` is the value of every row.
    """

    take: tuple[Line, ...] = ()
    pattern: Annotated[str, AfterValidator(_pattern)] | None = None
    always: Line | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "ColumnSource":
        if bool(self.take) == (self.always is not None):
            raise_any([Fault((), _("Give the columns to take, or one value for always."))])
        return self


Source = Annotated[ColumnSource, BeforeValidator(_as_source)]


def references(template: str) -> list[str]:
    """The columns that a template names; one without braces is itself a column's name."""
    return _REFERENCE.findall(template) or [template]


class Columns(Document):
    """What the columns hold. The first five are needed of every record."""

    id: Source
    type: Source
    agency: Source
    status: Source
    requested_at: Source
    agency_name: Source | None = None
    team: Source | None = None
    status_at: Source | None = None
    due_at: Source | None = None
    closed_at: Source | None = None
    channel: Source | None = None
    words: Source | None = None
    explanation: Source | None = None
    place: Source | None = None
    directions: Source | None = None
    location_kind: Source | None = None
    longitude: Source | None = None
    latitude: Source | None = None
    point: Source | None = None
    parent: Source | None = None
    duplicate: Source | None = None
    contact_name: Source | None = None
    contact_email: Source | None = None
    contact_phone: Source | None = None

    def given(self) -> Iterator[tuple[str, ColumnSource]]:
        """The fields that the mapping fills, with where from."""
        for name in type(self).model_fields:
            source = getattr(self, name)
            if source is not None:
                yield name, source

    @classmethod
    def needed(cls) -> tuple[str, ...]:
        """The fields without which a record cannot be imported."""
        return tuple(name for name, field in cls.model_fields.items() if field.is_required())


class StatusRule(Document):
    """What a status of the source is here; ``duplicate`` where it says that the record is one."""

    status: Status
    duplicate: bool = False
    referred_to: Line = ""

    @model_validator(mode="after")
    def _sensible(self) -> "StatusRule":
        if self.status not in _IMPORTABLE:
            known = ", ".join(sorted(status.value for status in _IMPORTABLE))
            sentence = _("An imported request is one of: %(known)s.") % {"known": known}
            raise_any([Fault(("status",), sentence)])
        return self


class Layer(Document):
    """A layer that lies beside the file; ``column`` is the source's own word for the area."""

    code: Code
    name: Name
    file: Line
    kind: AreaLayer.Kind = AreaLayer.Kind.PARTITION
    code_property: Line = ""
    name_property: Line = ""
    column: Source | None = None


class Geography(Document):
    """The folder beside the file in which layers lie, and the layers."""

    folder: Line = "geo"
    layers: tuple[Layer, ...] = ()


class TargetFile(Document):
    """A CSV beside the file with the days that each type is promised in.

    A type whose least and most days differ has no fixed target.
    """

    file: Line
    type: Line
    least_days: Line
    most_days: Line


_OUTCOMES = (
    OutcomeSpec(code="done", name="Done", explanation="The work was done.", fixed=True),
    OutcomeSpec(
        code="not-found",
        name="Not found",
        explanation="Nobody found the problem at the place that was given.",
    ),
    OutcomeSpec(
        code="no-action",
        name="No action",
        explanation="It was looked into, and nothing is to be done.",
    ),
)


class CatalogRules(Document):
    """How services are made of types that the catalog does not have yet."""

    targets: TargetFile | None = None
    outcomes: Annotated[tuple[OutcomeSpec, ...], Field(min_length=1)] = _OUTCOMES
    hold_reasons: tuple[Reason, ...] = (
        Reason(code="waiting", name="Waiting for something that must come first"),
    )


Statuses = Annotated[
    dict[str, Annotated[StatusRule, BeforeValidator(partial(_under, "status"))]],
    Field(min_length=1),
]


class HistoryMapping(Document):
    """One layout of one city's export.

    Column names, statuses, channels and kinds are compared without regard to case. ``dates`` are
    tried in order; a date without an offset is the local time of ``time_zone``. ``empty`` are
    texts, as they are written, that mean nothing in any column but the status. ``facts`` are
    further columns that the history keeps as they were told.
    """

    source: Code
    name: Name
    time_zone: Annotated[str, AfterValidator(_zone)]
    dates: tuple[Annotated[str, AfterValidator(_date_form)], ...] = (ISO,)
    encoding: Literal["utf-8", "utf-16", "cp1252", "latin-1"] | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    empty: tuple[str, ...] = ("NULL",)
    columns: Columns
    answers: dict[Code, Source] = {}
    facts: tuple[Line, ...] = ()
    statuses: Statuses
    channels: dict[str, Channel] = {}
    other_channel: Channel = Channel.SYSTEM
    location_kinds: dict[str, LocationKind] = {}
    agencies: dict[str, Name] = {}
    closed_by_status_date: bool = False
    number_repeats: bool = False
    geography: Geography = Geography()
    catalog: CatalogRules = CatalogRules()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of dates without an offset."""
        return ZoneInfo(self.time_zone)
