"""What analysts are given: each table of the facts, and what each of its columns means.

Nothing else is given. A column of the facts that is not here stays in the house until somebody says
what it means, or in ``LEFT_OUT`` why nobody is given it; a test holds this to the facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citycall.analytics.facts import area_column

AREAS: Final = "area_*"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, DuckDB's kind of its values, and what it means."""

    name: str
    kind: str
    meaning: Promise


@dataclass(frozen=True, slots=True)
class Table:
    """One table. A column ``AREAS`` stands for one of each layer of areas."""

    name: str
    meaning: Promise
    columns: Sequence[Column]

    def columns_for(self, layers: Sequence[str]) -> list[Column]:
        """The columns in a city with these layers of areas."""
        found: list[Column] = []
        for column in self.columns:
            names = [area_column(each) for each in layers] if column.name == AREAS else ()
            found += [Column(name, column.kind, column.meaning) for name in names]
            found += [column] if column.name != AREAS else []
        return found


_ID: Final = Column("id", "INTEGER", _("What other tables name it by."))
_CODE: Final = Column("code", "VARCHAR", _("The short name that programs use."))
_NAME: Final = Column("name", "VARCHAR", _("What people call it."))
_AGENCY_OF: Final = Column("agency", "INTEGER", _("The agency that it belongs to."))
_SERVICE: Final = Column("service", "INTEGER", _("What was asked for: an id of services."))
_AREA: Final = Column(
    AREAS,
    "INTEGER",
    _("The area that it is in: an id of areas, a column for each layer; empty outside of all."),
)
_CHANNEL: Final = Column(
    "channel", "VARCHAR", _("How the first report came: web, phone, app and so on.")
)
_LANGUAGE: Final = Column("language", "VARCHAR", _("In which language the first report was made."))
_MERGED: Final = Column(
    "is_merged",
    "BOOLEAN",
    _("Whether it went into another request. Measures leave these out, so that none counts twice."),
)
_WEEK: Final = _("The Monday of the week of that day.")
_MONTH: Final = _("The first day of the month of that day.")
_DAYS: Final = _("The moment in days since the beginning of 1970, for differences.")


def _days(when: str, meaning: Promise) -> tuple[Column, ...]:
    return (
        Column(f"{when}_on", "DATE", meaning),
        Column(f"{when}_week", "DATE", _WEEK),
        Column(f"{when}_month", "DATE", _MONTH),
    )


_REQUESTS: Final = Table(
    "requests",
    _("One row for each service request, merged ones too."),
    (
        Column(
            "id", "BIGINT", _("The request's public number, as open data and programs have it.")
        ),
        _SERVICE,
        Column("agency", "INTEGER", _("Whose it is now: an id of agencies.")),
        Column("team", "INTEGER", _("Which team has it now: an id of teams.")),
        Column("outcome", "INTEGER", _("What came of it: an id of outcomes; empty before that.")),
        _AREA,
        _CHANNEL,
        _LANGUAGE,
        Column(
            "status",
            "VARCHAR",
            _(
                "Where it stands: new, assigned, in_progress, on_hold, completed, closed,"
                " cancelled, referred or merged."
            ),
        ),
        Column("is_open", "BOOLEAN", _("Whether work on it is still to be done.")),
        _MERGED,
        Column(
            "longitude",
            "DOUBLE",
            _("Degrees in WGS 84; empty where there is no point, or the service hides its places."),
        ),
        Column(
            "latitude",
            "DOUBLE",
            _("Degrees in WGS 84; empty where there is no point, or the service hides its places."),
        ),
        Column(
            "reports",
            "INTEGER",
            _("How many reports lead here, those of requests merged into it among them."),
        ),
        Column("received_at", "TIMESTAMP", _("When it was first told of, in UTC.")),
        Column("received_days", "DOUBLE", _DAYS),
        *_days("received", _("The city's day on which it was first told of.")),
        Column("due_at", "TIMESTAMP", _("When it is due now, in UTC; empty where nothing is.")),
        Column(
            "promised_at",
            "TIMESTAMP",
            _("When it was first promised for, in UTC; empty where nothing was."),
        ),
        Column("paused_at", "TIMESTAMP", _("Since when its clock stands still, in UTC.")),
        Column(
            "completed_at",
            "TIMESTAMP",
            _("When it was completed, in UTC, as far as that still stands; empty otherwise."),
        ),
        *_days("completed", _("The city's day on which it was completed.")),
        Column(
            "ended_at",
            "TIMESTAMP",
            _("When it was completed, cancelled, referred or merged, in UTC; empty while open."),
        ),
        Column("ended_days", "DOUBLE", _DAYS),
        *_days("ended", _("The city's day on which it ended.")),
        Column(
            "days_to_complete",
            "DOUBLE",
            _("Days of 24 hours from received to completed; empty where it is not completed."),
        ),
        Column(
            "on_time",
            "BOOLEAN",
            _("Whether it was completed by when it was due; empty where one of both is missing."),
        ),
        Column(
            "kept_promise",
            "BOOLEAN",
            _("Whether it was completed by the date first promised; empty as on_time is."),
        ),
        Column("fixed", "BOOLEAN", _("Whether its outcome says that the problem is fixed.")),
        Column("confirmed", "BOOLEAN", _("Whether its reporters confirmed that it is done.")),
        Column("disputed", "BOOLEAN", _("Whether anybody ever said that it was not done.")),
        Column("reopened", "INTEGER", _("How often it was opened again.")),
        Column("returned", "INTEGER", _("How often a team sent it back.")),
        Column("redated", "INTEGER", _("How often its promised date was changed.")),
        Column(
            "looks_false",
            "BOOLEAN",
            _("Whether its completion looks false, or was found to be. It is a doubt, no proof."),
        ),
        Column(
            "came_back",
            "BOOLEAN",
            _(
                "Whether the same had been completed at the same place in the 90 days before; empty"
                " without a point."
            ),
        ),
    ),
)
_REPORTS: Final = Table(
    "reports",
    _("One row for each time that somebody told of a problem. Reports are not problems."),
    (
        Column("id", "BIGINT", _("What tells this row from others; no confirmation number.")),
        Column("request", "BIGINT", _("The request that it leads to now, through any merging.")),
        Column("told_of", "BIGINT", _("The request that it was first filed as.")),
        Column("further", "BOOLEAN", _("Whether others had told of the same before.")),
        _SERVICE,
        Column("agency", "INTEGER", _("Whose the request is now: an id of agencies.")),
        Column("team", "INTEGER", _("Which team has the request now: an id of teams.")),
        _AREA,
        Column("channel", "VARCHAR", _("How this report came.")),
        Column("language", "VARCHAR", _("In which language this report was made.")),
        Column("reported_at", "TIMESTAMP", _("When it was told, in UTC.")),
        *_days("reported", _("The city's day on which it was told.")),
        Column(
            "satisfied",
            "INTEGER",
            _("How satisfied the reporter said they are, from 1 to 5; most never say."),
        ),
        Column("rated_at", "TIMESTAMP", _("When they said so, in UTC.")),
        *_days("rated", _("The city's day on which they said so.")),
        Column(
            "hours_after_first", "DOUBLE", _("Hours after the first report of the same request.")
        ),
    ),
)
_STEPS: Final = Table(
    "steps",
    _("One row for each step in the life of a request that measures count."),
    (
        Column("id", "BIGINT", _("What tells this row from others; later steps have higher ones.")),
        Column("request", "BIGINT", _("The request that it was a step of.")),
        Column(
            "kind",
            "VARCHAR",
            _(
                "What happened: assigned, started, held, resumed, returned, transferred, completed,"
                " confirmed, disputed, reopened, promise_changed, closed, inspected or merged."
            ),
        ),
        _SERVICE,
        Column(
            "agency",
            "INTEGER",
            _("Whose the request is now; of what was sent back, whose it was then."),
        ),
        Column(
            "team",
            "INTEGER",
            _("Which team has the request now; of what was sent back, which one sent it."),
        ),
        _AREA,
        _MERGED,
        _CHANNEL,
        _LANGUAGE,
        Column("happened_at", "TIMESTAMP", _("When it happened, in UTC.")),
        *_days("happened", _("The city's day on which it happened.")),
    ),
)
_CONTACTS: Final = Table(
    "contacts",
    _(
        "One row for each conversation with a call-taker that settled something or led to a"
        " request."
    ),
    (
        Column("id", "BIGINT", _("What tells this row from others; it leads to no caller.")),
        Column("request", "BIGINT", _("The first request that it was about; empty without one.")),
        _SERVICE,
        Column("agency", "INTEGER", _("Whose the request is now: an id of agencies.")),
        Column("team", "INTEGER", _("Which team has the request now: an id of teams.")),
        _AREA,
        Column("channel", "VARCHAR", _("How the conversation came.")),
        Column("language", "VARCHAR", _("In which language it was held.")),
        Column(
            "settled",
            "BOOLEAN",
            _("Whether nothing was left to do and nobody came back to it within seven days."),
        ),
        Column("arrived_at", "TIMESTAMP", _("When it began, in UTC.")),
        *_days("arrived", _("The city's day on which it began.")),
    ),
)
_LISTS: Final = (
    Table(
        "services",
        _("What people can ask for."),
        (
            _ID,
            _CODE,
            _NAME,
            Column("group_name", "VARCHAR", _("The group that it is offered in.")),
            _AGENCY_OF,
        ),
    ),
    Table("agencies", _("Who answers for services."), (_ID, _CODE, _NAME)),
    Table("teams", _("Who does the work."), (_ID, _CODE, _NAME, _AGENCY_OF)),
    Table(
        "outcomes",
        _("What can come of a request."),
        (
            _ID,
            _CODE,
            _NAME,
            Column("fixed", "BOOLEAN", _("Whether it means that the problem is fixed.")),
        ),
    ),
    Table(
        "areas",
        _("The areas that the city is divided into, in each of its layers."),
        (
            _ID,
            Column("layer", "VARCHAR", _("The layer that it belongs to: a code of layers.")),
            _NAME,
        ),
    ),
    Table("layers", _("The ways in which the city is divided."), (_CODE, _NAME)),
    Table(
        "about",
        _("One row: as of when all of this is."),
        (
            Column("as_of", "TIMESTAMP", _("The moment of the picture, in UTC.")),
            Column("seen_until", "TIMESTAMP", _("Up to when everything is in it, in UTC.")),
            Column("today", "DATE", _("The city's day at that moment.")),
        ),
    ),
)
TABLES: Final[Mapping[str, Table]] = {
    table.name: table for table in (_REQUESTS, _REPORTS, _STEPS, _CONTACTS, *_LISTS)
}
# What the facts have besides, and why no analyst is given it here.
LEFT_OUT: Final[Mapping[str, Mapping[str, Promise]]] = {
    "requests": {
        "place": _(
            "Places are written in people's own words, can be hidden later, and a file that was"
            " taken along cannot. The page of the request has it."
        )
    }
}
