"""What can be wrong with a row: why it was refused, or what was odd in one that was taken."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray


class Refusal(StrEnum):
    """Why a row is not in the database; codes are stable, for the file of refused rows."""

    CELLS = "cells"
    NO_ID = "no_id"
    LONG_ID = "long_id"
    REPEATED_ID = "repeated_id"
    NO_TYPE = "no_type"
    NO_STATUS = "no_status"
    UNKNOWN_STATUS = "unknown_status"
    NO_DATE = "no_date"
    BAD_DATE = "bad_date"
    NO_AGENCY = "no_agency"
    WORKED_ON = "worked_on"


REFUSALS = {
    Refusal.CELLS: _("the row has more or fewer cells than the header"),
    Refusal.NO_ID: _("the record has no id"),
    Refusal.LONG_ID: _("the record's id has more than 100 characters"),
    Refusal.REPEATED_ID: _("an earlier row of the file has this id"),
    Refusal.NO_TYPE: _("the record has no type"),
    Refusal.NO_STATUS: _("the record has no status"),
    Refusal.UNKNOWN_STATUS: _("the mapping does not know this status"),
    Refusal.NO_DATE: _("the record does not say when it was requested"),
    Refusal.BAD_DATE: _("the time of the request is not a date"),
    Refusal.NO_AGENCY: _("the record names no agency, and none is usual for its type"),
    Refusal.WORKED_ON: _("it changed at the source, but was worked on here since: left as it is"),
}


class Oddity(StrEnum):
    """What was odd in a row that was taken all the same."""

    NO_POINT = "no_point"
    BAD_POINT = "bad_point"
    OUTSIDE_CITY = "outside_city"
    BAD_DUE = "bad_due"
    BAD_CLOSED = "bad_closed"
    BAD_STATUS_DATE = "bad_status_date"
    CLOSED_BEFORE = "closed_before"
    DUE_BEFORE = "due_before"
    ENDED_UNDATED = "ended_undated"
    OPEN_DATED = "open_dated"
    SKIPPED_HOUR = "skipped_hour"
    REPEATED_HOUR = "repeated_hour"
    UNKNOWN_CHANNEL = "unknown_channel"
    LONG_PLACE = "long_place"
    BAD_CONTACT = "bad_contact"
    NO_PARENT = "no_parent"
    ODD_QUOTES = "odd_quotes"


ODDITIES = {
    Oddity.NO_POINT: _("without coordinates"),
    Oddity.BAD_POINT: _("coordinates that are no place on earth, left out"),
    Oddity.OUTSIDE_CITY: _("coordinates outside the city"),
    Oddity.BAD_DUE: _("a due date that is not a date, left out"),
    Oddity.BAD_CLOSED: _("a closing date that is not a date, left out"),
    Oddity.BAD_STATUS_DATE: _("a date of status that is not a date, left out"),
    Oddity.CLOSED_BEFORE: _("closed before it was requested"),
    Oddity.DUE_BEFORE: _("due before it was requested"),
    Oddity.ENDED_UNDATED: _("ended, but without a date"),
    Oddity.OPEN_DATED: _("a closing date, but a status that is not closed: kept in the history"),
    Oddity.SKIPPED_HOUR: _("a local time that the clocks skipped, taken as when they changed"),
    Oddity.REPEATED_HOUR: _("a local time that came twice, taken as the first that can be"),
    Oddity.UNKNOWN_CHANNEL: _("a channel that the mapping does not know"),
    Oddity.LONG_PLACE: _("a place of more than 300 characters, continued in the directions"),
    Oddity.BAD_CONTACT: _("an e-mail address or phone number that cannot be one, left out"),
    Oddity.NO_PARENT: _("a duplicate of a record that is not here: its own status is kept"),
    Oddity.ODD_QUOTES: _("a quotation mark in the file may never be closed; see long cells"),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused row: its number in the file, its id where it has one, and more on the reason."""

    number: int
    source_id: str
    reason: Refusal
    detail: str = ""


@dataclass(slots=True)
class Findings:
    """All that was found wrong or odd so far."""

    refused: list[Refused] = field(default_factory=list)
    reasons: Counter[Refusal] = field(default_factory=Counter)
    oddities: Counter[Oddity] = field(default_factory=Counter)

    def refuse(self, rows: Iterable[Refused]) -> None:
        """Count rows as refused, each with its reason."""
        for row in rows:
            self.refused.append(row)
            self.reasons[row.reason] += 1

    def note(self, oddity: Oddity, rows: NDArray[np.bool_]) -> None:
        """Count the rows where this is so."""
        if count := int(rows.sum()):
            self.oddities[oddity] += count


class RowFaults:
    """The first fault of each of some rows."""

    def __init__(self, count: int) -> None:
        self._reasons: dict[int, tuple[Refusal, str]] = {}
        self.good = np.ones(count, dtype=bool)

    def blame(self, reason: Refusal, rows: Any, details: Any = None) -> None:
        """Refuse the rows where this is so and that were good so far."""
        if isinstance(rows, pa.Array):
            rows = rows.to_numpy(zero_copy_only=False)
        for row in np.flatnonzero(np.asarray(rows, dtype=bool) & self.good).tolist():
            self._reasons[row] = (reason, (details[row].as_py() or "") if details else "")
            self.good[row] = False

    def refused(self, numbers: NDArray[np.int64], ids: Sequence[Any]) -> list[Refused]:
        """The refused rows, with their numbers in the file and their ids."""
        return [
            Refused(int(numbers[row]), str(ids[row].as_py() or "")[:100], reason, detail)
            for row, (reason, detail) in sorted(self._reasons.items())
        ]
