"""From rows of an export to batches of history: each row checked, translated, or refused."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from citycall.core.actors import Actor
from citycall.exchange.history import moments
from citycall.exchange.history.catalog import Register, Responsible
from citycall.exchange.history.contacts import contacts_of
from citycall.exchange.history.faults import Findings, Oddity, Refusal, Refused, RowFaults
from citycall.exchange.history.fields import Fields, json_objects, translated
from citycall.exchange.history.geography import Agreement, AreaFinder
from citycall.exchange.history.mapping import HistoryMapping, StatusRule
from citycall.exchange.history.mapping_files import Header
from citycall.exchange.history.moments import Dates, Moments
from citycall.exchange.history.places import Placed, places_of
from citycall.exchange.history.promises import PromiseCheck
from citycall.exchange.history.survey import hashes
from citycall.exchange.history.tables import Rows
from citycall.service_requests.actions.load_batch import (
    PastBatch,
    past_events,
    past_reports,
    past_requests,
)
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Status

Mask = NDArray[np.bool_]

LONGEST_ID = 100
_ENDS = {
    Status.CLOSED: Kind.CLOSED,
    Status.CANCELLED: Kind.CANCELLED,
    Status.REFERRED: Kind.REFERRED,
}
_NEVER = np.datetime64("NaT", "us")
# The mapped fields that an ``imported`` event tells as the source told them.
_TOLD = (
    "status",
    "type",
    "agency",
    "team",
    "channel",
    "requested_at",
    "due_at",
    "status_at",
    "closed_at",
    "parent",
)


@dataclass(slots=True)
class Repeats:
    """Ids that come more than once in a file, as the survey found them by their hashes."""

    suspects: frozenset[int]
    seen: dict[str, int] = field(default_factory=dict)

    def count(self, ids: list[str]) -> NDArray[np.int64]:
        """How often each id came before: 0 for its first row."""
        before = np.zeros(len(ids), dtype=np.int64)
        if not self.suspects:
            return before
        for row in np.flatnonzero(np.isin(hashes(list(ids)), list(self.suspects))).tolist():
            before[row] = self.seen.get(ids[row], 0)
            self.seen[ids[row]] = before[row] + 1
        return before


@dataclass(frozen=True, slots=True)
class _Checked:
    """Good rows, with what was read of them while they were checked."""

    fields: Fields
    ids: Any
    rules: NDArray[np.int64]
    requested: Dates
    responsible: Responsible


class BatchMaker:
    """Makes batches of an export's rows, and keeps what it found in them."""

    def __init__(
        self,
        *,
        mapping: HistoryMapping,
        header: Header,
        register: Register,
        areas: AreaFinder,
        promises: PromiseCheck,
        repeated: frozenset[int],
        by: Actor,
    ) -> None:
        self.findings = Findings()
        self._mapping = mapping
        self._header = header
        self._register = register
        self._areas = areas
        self._promises = promises
        self._repeats = Repeats(repeated)
        self._by = by
        self._rules: list[StatusRule] = list(mapping.statuses.values())
        self._rule_numbers = {name: str(i) for i, name in enumerate(mapping.statuses)}

    @property
    def agreements(self) -> list[Agreement]:
        """How well areas and due dates agree with the source's own, so far."""
        return [*self._areas.agreements, self._promises.agreement]

    def batches(self, parts: Iterable[Rows]) -> Iterator[PastBatch]:
        """A batch for each part that has good rows."""
        for part in parts:
            self.findings.refuse(
                Refused(row.number, "", Refusal.CELLS, f"{row.cells}/{row.expected}: {row.text}")
                for row in part.bad
            )
            checked = self._check(part)
            if len(checked.ids):
                yield self._batch(checked)

    def _check(self, part: Rows) -> _Checked:
        fields = Fields(part.table, self._header, self._mapping)
        faults = RowFaults(len(fields))
        checked = self._read(fields, faults)
        before = self._repeats.count(checked.ids.filter(pa.array(faults.good)).to_pylist())
        again = np.zeros(len(fields), dtype=np.int64)
        again[faults.good] = before
        ids = checked.ids
        if self._mapping.number_repeats:
            ids = _numbered(ids, again)
        else:
            faults.blame(Refusal.REPEATED_ID, again > 0)
        self.findings.refuse(faults.refused(part.numbers, ids))
        if faults.good.all():
            return _Checked(fields, ids, checked.rules, checked.requested, checked.responsible)
        good = pa.array(faults.good)
        rest = Fields(part.table.filter(good), self._header, self._mapping)
        read = self._read(rest, RowFaults(len(rest)))
        return _Checked(rest, ids.filter(good), read.rules, read.requested, read.responsible)

    def _read(self, fields: Fields, faults: RowFaults) -> _Checked:
        """Read what every record needs, blaming rows that lack it."""
        ids, types, status = (fields.text(name) for name in ("id", "type", "status"))
        faults.blame(Refusal.NO_ID, ids.is_null())
        too_long = pc.greater(pc.utf8_length(ids), LONGEST_ID)
        faults.blame(Refusal.LONG_ID, pc.fill_null(too_long, False))  # noqa: FBT003
        faults.blame(Refusal.NO_TYPE, types.is_null())
        rules = pc.cast(translated(status, self._rule_numbers), pa.int64())
        faults.blame(Refusal.NO_STATUS, status.is_null())
        faults.blame(Refusal.UNKNOWN_STATUS, rules.is_null(), status)
        requested = self._dates(fields, "requested_at")
        faults.blame(Refusal.BAD_DATE, requested.wrong, fields.text("requested_at"))
        faults.blame(Refusal.NO_DATE, np.isnat(requested.moments))
        responsible = self._register.responsible(types, fields.text("agency"), fields.text("team"))
        faults.blame(Refusal.NO_AGENCY, responsible.agencies == 0)
        return _Checked(fields, ids, pc.fill_null(rules, 0).to_numpy(), requested, responsible)

    def _dates(self, fields: Fields, name: str, after: Moments | None = None) -> Dates:
        zone, forms = self._mapping.zone, self._mapping.dates
        return moments.read(fields.dates(name), forms, zone=zone, after=after)

    def _batch(self, checked: _Checked) -> PastBatch:
        fields, note = checked.fields, self.findings.note
        statuses = self._by_rule(checked, lambda rule: rule.status.value)
        course = self._course(checked, statuses)
        self._promises.check(fields.text("type"), checked.requested, course.due)
        contacts, whose = contacts_of(fields, checked.requested.moments, note)
        return PastBatch(
            requests=self._requests(checked, statuses, course),
            reports=self._reports(checked, whose),
            events=self._ends(statuses, course.ended),
            contacts=contacts,
        )

    def _requests(self, checked: _Checked, statuses: Any, course: "_Course") -> pa.Table:
        fields = checked.fields
        placed, areas = self._placed(fields)
        told = fields.text("parent")
        parents = pc.if_else(pc.equal(told, checked.ids), None, told)
        return past_requests(
            service_id=checked.responsible.services,
            agency_id=checked.responsible.agencies,
            team_id=checked.responsible.teams,
            status=statuses,
            requested_at=checked.requested.moments,
            updated_at=course.updated,
            promised_at=course.due,
            due_at=course.due,
            closed_at=course.ended,
            explanation=pc.fill_null(fields.text("explanation"), ""),
            referred_to=self._by_rule(checked, lambda rule: rule.referred_to),
            location_kind=placed.kinds,
            longitude=placed.longitudes,
            latitude=placed.latitudes,
            place=placed.places,
            directions=placed.directions,
            areas=areas,
            source=pa.repeat(self._mapping.source, len(fields)),
            source_id=checked.ids,
            facts=self._facts(checked, parents),
            parent_source_id=parents,
            merged_at=course.ended,
        )

    def _placed(self, fields: Fields) -> tuple[Placed, Any]:
        placed = places_of(fields, self._mapping, self.findings.note)
        areas = self._areas.find(placed.longitudes, placed.latitudes, fields)
        outside = self._areas.outside(placed.longitudes, placed.latitudes, areas)
        self.findings.note(Oddity.OUTSIDE_CITY, outside)
        return placed, areas

    def _by_rule(self, checked: _Checked, value: Callable[[StatusRule], str]) -> Any:
        return pa.array([value(rule) for rule in self._rules]).take(pa.array(checked.rules))

    def _course(self, checked: _Checked, statuses: Any) -> "_Course":
        """When the requests were due, ended and last heard of."""
        fields, requested, note = checked.fields, checked.requested, self.findings.note
        made = requested.moments
        due = self._dates(fields, "due_at", made)
        closed = self._dates(fields, "closed_at", made)
        heard = self._dates(fields, "status_at", made)
        note(Oddity.BAD_DUE, due.wrong)
        note(Oddity.BAD_CLOSED, closed.wrong)
        note(Oddity.BAD_STATUS_DATE, heard.wrong)
        every = (requested, due, closed, heard)
        note(Oddity.SKIPPED_HOUR, np.any([dates.skipped for dates in every], axis=0))
        note(Oddity.REPEATED_HOUR, np.any([dates.twice for dates in every], axis=0))
        ends = pa.array([status.value for status in _ENDS])
        has_ended = pc.is_in(statuses, ends).to_numpy(zero_copy_only=False)
        ended = closed.moments.copy()
        if self._mapping.closed_by_status_date:
            ended = np.where(np.isnat(ended), heard.moments, ended)
        note(Oddity.OPEN_DATED, ~has_ended & ~np.isnat(closed.moments))
        ended = np.where(has_ended, ended, _NEVER)
        note(Oddity.ENDED_UNDATED, has_ended & np.isnat(ended))
        note(Oddity.CLOSED_BEFORE, ended < made)
        note(Oddity.DUE_BEFORE, due.moments < made)
        updated = np.fmax(made, np.fmax(heard.moments, ended))
        return _Course(due.moments, ended, updated)

    def _facts(self, checked: _Checked, parents: Any) -> Any:
        """What the source's record says, as it says it, as JSON."""
        fields = checked.fields
        members = [(name, fields.text(name)) for name in _TOLD]
        members += [(name, fields.fact(name)) for name in self._mapping.facts]
        repeats = pa.array([rule.duplicate for rule in self._rules])
        duplicate = pc.or_(
            repeats.take(pa.array(checked.rules)),
            pc.or_(pc.is_valid(parents), pc.is_valid(fields.text("duplicate"))),
        )
        flags = [("duplicate", pc.if_else(duplicate, "true", None))]
        return json_objects(members, len(fields), flags=flags)

    def _reports(self, checked: _Checked, whose: Any) -> pa.Table:
        fields = checked.fields
        told = fields.text("channel")
        channels = translated(told, {k: v.value for k, v in self._mapping.channels.items()})
        unknown = pc.and_(pc.is_valid(told), pc.is_null(channels))
        self.findings.note(Oddity.UNKNOWN_CHANNEL, unknown.to_numpy(zero_copy_only=False))
        answers = [(code, fields.taken(source)) for code, source in self._mapping.answers.items()]
        return past_reports(
            request=np.arange(len(fields)),
            reported_at=checked.requested.moments,
            channel=pc.fill_null(channels, self._mapping.other_channel.value),
            words=pc.fill_null(fields.text("words"), ""),
            answers=json_objects(answers, len(fields)),
            contact=whose,
        )

    def _ends(self, statuses: Any, ended: Moments) -> pa.Table:
        """The event of each request's end, where there is one and its date is told."""
        rows = np.flatnonzero(~np.isnat(ended))
        told = statuses.take(pa.array(rows))
        kinds = translated(told, {status.value: kind.value for status, kind in _ENDS.items()})
        return past_events(
            request=rows,
            kind=kinds,
            at=ended[rows],
            data=pc.binary_join_element_wise('{"status":"', told, '"}', ""),
            actor_kind=pa.repeat(self._by.kind.value, len(rows)),
            actor_id=pa.repeat(pa.scalar(self._by.id, pa.int64()), len(rows)),
            actor_name=pa.repeat(self._by.name, len(rows)),
        )


@dataclass(frozen=True, slots=True)
class _Course:
    due: Moments
    ended: Moments
    updated: Moments


def _numbered(ids: Any, again: NDArray[np.int64]) -> Any:
    """Ids that came before with their number behind them: the second is ``... #2``."""
    number = pc.cast(pa.array(again + 1, mask=again == 0), pa.string())
    return pc.coalesce(pc.binary_join_element_wise(ids, number, " #"), ids)
