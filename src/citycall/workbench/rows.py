"""The rows of the list, in the words that they are shown with.

A page has fifty of them: everything is put into words here, once, so that the template only
places it, which is most of what the list's first page costs.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from citycall.catalog.queries import catalog
from citycall.core import numbers
from citycall.core.phrases import said, spoken
from citycall.pages import moments
from citycall.pages.templatetags.citycall_pages import icon
from citycall.service_requests.models import OPEN_STATUSES, ServiceRequest, Status, Verification
from citycall.service_requests.rules import USUAL_PRIORITY

_LONGEST_PLACE = 90
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One request of the list; ``point`` is "longitude,latitude" or empty."""

    id: int
    number: str
    service: str
    marks: SafeString
    place: str
    distance: str
    due: SafeString
    late: bool
    state: SafeString
    team: str
    person: str
    reported: SafeString
    point: str


def rows_of(
    requests: Sequence[ServiceRequest], *, at: datetime, escalated: Container[int]
) -> list[Row]:
    """The requests as rows, in their order; ``escalated`` are the ids of those that were."""
    words = _Words(at)
    return [_row(each, words=words, at=at, escalated=each.pk in escalated) for each in requests]


class _Words:
    """What many rows of one page say alike."""

    def __init__(self, at: datetime) -> None:
        self.book = catalog()
        self.states = {
            status.value: format_html(
                '<span class="cc-status cc-status--{}">{}</span>', status.value, status.label
            )
            for status in Status
        }
        self.disputed = format_html(
            ' <span class="cc-status cc-status--disputed">{}</span>', _("Disputed")
        )
        self.urgent, self.escalated, self.returned = map(
            _mark, (_("Urgent"), _("Escalated"), _("Returned"))
        )
        self.today = at.astimezone(moments.city_zone()).date()
        self.language = spoken()
        self.late = format_html(
            '<strong class="wb-late">{}{}</strong> {} ',
            icon("warning"),
            _("Late"),
            pgettext("late since a day", "since"),
        )
        self.ended, self.undated, self.still = (
            format_html('<span class="wb-small">{}</span>', text)
            for text in (_("Ended"), _("No date"), _("The clock stands still"))
        )
        self._services: dict[int, str] = {}
        self._teams: dict[int, str] = {}

    def service(self, service_id: int) -> str:
        """The service's name in the reader's language."""
        if service_id not in self._services:
            self._services[service_id] = said(self.book.service_by_id(service_id).name)
        return self._services[service_id]

    def team(self, team_id: int) -> str:
        """The team's name in the reader's language."""
        if team_id not in self._teams:
            self._teams[team_id] = said(self.book.team(team_id).name)
        return self._teams[team_id]

    def state(self, each: ServiceRequest) -> SafeString:
        """The request's state, and that its reporter disputes it."""
        state = self.states[each.status]
        return state + self.disputed if each.verification == Verification.DISPUTED else state

    def time(self, moment: datetime, style: str) -> SafeString:
        """A moment as it is said today."""
        return _time(moment, self.today, style, self.language)


def _row(each: ServiceRequest, *, words: _Words, at: datetime, escalated: bool) -> Row:
    late = is_late(each, at)
    place = each.place or each.directions or "—"
    metres = getattr(each, "metres", None)
    return Row(
        id=each.pk,
        number=numbers.show(each.number),
        service=words.service(each.service_id),
        marks=_marks(each, words=words, escalated=escalated),
        place=place if len(place) <= _LONGEST_PLACE else f"{place[: _LONGEST_PLACE - 1]}…",
        due=_due(each, late=late, words=words, at=at),
        late=late,
        state=words.state(each),
        team=words.team(each.team_id),
        person=str(each.assignee) if each.assignee_id else "",
        reported=words.time(each.requested_at, "day"),
        distance="" if metres is None else distance(metres),
        point="" if each.longitude is None else f"{each.longitude:.6f},{each.latitude:.6f}",
    )


def is_late(each: ServiceRequest, at: datetime) -> bool:
    """Whether open work is past its date, with the clock running."""
    runs = each.status in OPEN_STATUSES and each.paused_at is None
    return runs and each.due_at is not None and each.due_at < at


def _due(each: ServiceRequest, *, late: bool, words: _Words, at: datetime) -> SafeString:
    if each.status not in OPEN_STATUSES:
        return words.ended
    if each.due_at is None:
        return words.undated
    if each.paused_at is not None:
        return words.still
    if not late:
        return words.time(each.due_at, "words")
    near = at - each.due_at < _DAY
    return words.late + words.time(each.due_at, "words" if near else "day")


@lru_cache(maxsize=20_000)
def _time(moment: datetime, today: date, style: str, language: str) -> SafeString:
    """A moment as it is said on a day, in the language that is spoken just now."""
    at = datetime.combine(today, time(12), tzinfo=moments.city_zone())
    words = moments.in_words(moment, at=at, style=style)
    return format_html('<time datetime="{}">{}</time>', moments.machine_form(moment), words)


def _marks(each: ServiceRequest, *, words: _Words, escalated: bool) -> SafeString:
    """What stands behind a request's name: why it is not like others, and its tags."""
    found = [
        mark
        for mark, holds in (
            (words.urgent, each.priority < USUAL_PRIORITY),
            (words.escalated, escalated),
            (words.returned, each.returned_at is not None),
        )
        if holds
    ]
    if each.report_count > 1:
        found.append(_mark(_reports(each.report_count)))
    found += [format_html(' <span class="cc-tag wb-tag">{}</span>', tag) for tag in each.tags]
    return SafeString("".join(found))


def _mark(text: str) -> SafeString:
    return format_html(' <span class="cc-tag">{}</span>', text)


def _reports(count: int) -> str:
    return ngettext("%(n)d report", "%(n)d reports", count) % {"n": count}


def distance(metres: int) -> str:
    """How far, as staff say it."""
    if metres < 1_000:
        return _("%(metres)d m away") % {"metres": metres}
    return _("%(km).1f km away") % {"km": metres / 1_000}
