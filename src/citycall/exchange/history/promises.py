"""Whether due dates reckoned here, from a service's target, are those that the source gave."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from citycall.agencies.calendars import WorkingTime
from citycall.catalog.rules import due_at
from citycall.exchange.history.catalog import Offer, Register
from citycall.exchange.history.geography import Agreement
from citycall.exchange.history.mapping import HistoryMapping
from citycall.exchange.history.moments import Dates, Moments
from citycall.exchange.history.survey import type_key

# Every due date is reckoned up to so many, and then one in a hundred: each takes a while.
EVERY_UP_TO = 5_000
THEN_ONE_IN = 100
# Some systems write the due date down some seconds before or after.
_SAME = np.timedelta64(60_000_000, "us")


class PromiseCheck:
    """Compares due dates, of types that the source promises a fixed time for."""

    def __init__(self, register: Register, mapping: HistoryMapping, *, name: str) -> None:
        self.agreement = Agreement(name)
        self._register = register
        self._zone = mapping.zone
        self._offers: dict[str, Offer] = {}
        self._working_times: dict[int, WorkingTime] = {}
        self._seen = 0

    def check(self, types: Any, requested: Dates, due: Moments) -> None:
        """Compare some rows: their types, when they were requested, and when they were due."""
        names = types.to_pylist()
        for row in np.flatnonzero(~np.isnat(due)).tolist():
            offer = self._offer(names[row])
            if offer.minutes is None:
                continue
            self._seen += 1
            if self._seen > EVERY_UP_TO and self._seen % THEN_ONE_IN:
                continue
            reckoned = self._reckon(offer, requested.moments[row])
            self.agreement.of += 1
            if reckoned is not None and abs(reckoned - due[row]) <= _SAME:
                self.agreement.agree += 1

    def _offer(self, name: str) -> Offer:
        if name not in self._offers:
            self._offers[name] = self._register.offers[type_key(name)]
        return self._offers[name]

    def _reckon(self, offer: Offer, made: np.datetime64) -> np.datetime64 | None:
        target, service = offer.entry.spec.target, offer.entry
        if target is None:
            return None
        if service.id not in self._working_times:
            self._working_times[service.id] = self._register.book.working_time(
                service.agency_id, target.calendar
            )
        reckoned = due_at(
            target,
            start=_aware(made),
            working_time=self._working_times[service.id],
            zone=self._zone,
        )
        return None if reckoned is None else np.datetime64(reckoned.replace(tzinfo=None), "us")


def _aware(moment: np.datetime64) -> datetime:
    told: datetime = moment.astype("datetime64[us]").item()
    return told.replace(tzinfo=UTC)
