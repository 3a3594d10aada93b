"""The requests of a batch as a table: what the reader may see of them, and no contact data."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from citycall.batches import queries
from citycall.batches.models import Batch
from citycall.core import numbers
from citycall.core.actors import Actor
from citycall.core.phrases import said
from citycall.core.spreadsheets import harmless
from citycall.service_requests.models import ServiceRequest

_AT_ONCE: Final = 500


class _Line:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def lines(actor: Actor, batch: Batch) -> Iterator[str]:
    """The table as lines of CSV, its heads first; only what the actor may read now."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(_heads())
    ids = queries.readable_ids(actor, batch)
    for first in range(0, len(ids), _AT_ONCE):
        for row in queries.rows_of(ids[first : first + _AT_ONCE]):
            yield writer.writerow([_cell(each) for each in _row(row)])


def _heads() -> list[str]:
    return [
        _("Confirmation number"),
        _("Service"),
        _("State"),
        _("Priority"),
        _("Agency"),
        _("Team"),
        _("Person"),
        _("Place"),
        _("Longitude"),
        _("Latitude"),
        _("Reported"),
        _("First promised"),
        _("Due"),
        _("Completed"),
        _("Ended"),
        _("Outcome"),
        _("Reports"),
    ]


def _row(row: ServiceRequest) -> list[object]:
    return [
        numbers.show(row.number),
        said(row.service.name),
        row.get_status_display(),
        row.priority,
        said(row.agency.name),
        said(row.team.name),
        str(row.assignee or ""),
        row.place,
        row.longitude,
        row.latitude,
        *(
            _moment(at)
            for at in (
                row.requested_at,
                row.promised_at,
                row.due_at,
                row.completed_at,
                row.closed_at,
            )
        ),
        said(row.outcome.name) if row.outcome else "",
        row.report_count,
    ]


def _moment(at: datetime | None) -> str:
    """By the city's clock, as spreadsheets read it."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _cell(value: object) -> object:
    if isinstance(value, str):
        return harmless(value)
    return "" if value is None else value
