"""Why work can be sent back, and to whom it then goes to be sorted."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citycall.agencies.documents import Code, Document, LongCode, Name
from citycall.agencies.queries import UnknownTeam
from citycall.catalog.queries import catalog, written
from citycall.core.models import Event
from citycall.core.phrases import said
from citycall.core.snapshots import Snapshot
from citycall.routing.queries import Decision, routing
from citycall.service_requests.events import SUBJECT, Kind
from citycall.service_requests.models import ReturnReason, ServiceRequest

# From so many returns on, no team gets it from another: a supervisor decides whose it is.
BOUNCED: Final = 2
REASON: Final = "return_reason"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason to choose; ``needs_words`` where it says too little by itself."""

    code: str
    name: str | Promise
    needs_words: bool = False


class ReasonSpec(Document):
    """One of the city's own reasons as administrators write it; for an agency, or a service."""

    code: Code
    name: Name
    needs_words: bool = False
    agency: Code | None = None
    service: LongCode | None = None
    retired: bool = False


def reason_spec(row: ReturnReason) -> ReasonSpec:
    """What an administrator wrote of a reason."""
    return ReasonSpec(
        code=row.code,
        name=row.name,
        needs_words=row.needs_words,
        agency=row.agency.code if row.agency else None,
        service=row.service.code if row.service else None,
        retired=row.retired,
    )


USUAL: Final = (
    Reason("state_highway", _("Not ours: state highway")),
    Reason("private_property", _("Not ours: private property")),
    Reason("another_agency", _("Not ours: another agency or team")),
    Reason("another_body", _("Not ours: a utility or another body")),
    Reason("wrong_service", _("Wrong service")),
    Reason("wrong_place", _("Wrong place")),
    Reason("other", _("Something else"), needs_words=True),
)


def _load() -> tuple[ReturnReason, ...]:
    return tuple(ReturnReason.objects.order_by("id"))


# The city's own reasons, in the memory of each process.
REASONS: Final[Snapshot[tuple[ReturnReason, ...]]] = Snapshot("return_reasons", _load)


def reasons_for(request: ServiceRequest) -> list[Reason]:
    """The reasons that its team can choose from: the usual ones, then the city's own."""
    own = REASONS.get()
    told_otherwise = {row.code for row in own}
    usual = [reason for reason in USUAL if reason.code not in told_otherwise]
    return usual + [
        Reason(row.code, said(row.name), row.needs_words)
        for row in own
        if not row.retired
        and row.agency_id in {None, request.agency_id}
        and row.service_id in {None, request.service_id}
    ]


def reason_name(code: str) -> str:
    """The name of a reason, be it offered still or not; the code where nobody knows it."""
    row = next((row for row in REASONS.get() if row.code == code), None)
    if row is not None:
        return said(row.name)
    return next((str(reason.name) for reason in USUAL if reason.code == code), code)


def sorting_decision(area_ids: Collection[int], *, at: datetime) -> Decision | None:
    """Who sorts what has no team: those who get "something else", else the fallback's team."""
    entry = catalog().something_else
    if entry is None:
        return None
    return routing().choose(written().service_by_id(entry.id), area_ids, at)


def sorting_teams() -> set[int]:
    """The ids of all teams to whom work can come to be sorted."""
    book, entry = routing(), catalog().something_else
    own = {entry.team_id} if entry is not None and entry.team_id is not None else set[int]()
    of_service = {
        rule.team_id for rule in book.rules if entry is not None and rule.service_id == entry.id
    }
    fallback = book.index.fallback
    return own | of_service | ({fallback.team_id} if fallback is not None else set())


def has_bounced(request: ServiceRequest) -> bool:
    """Whether it was sent back so often that a supervisor decides whose it is."""
    return request.returned_count >= BOUNCED


def returned_by(request_id: int) -> set[int]:
    """The ids of the teams that have sent it back."""
    events = Event.objects.filter(
        subject_kind=SUBJECT, subject_id=request_id, kind=Kind.RETURNED.value
    )
    found = set()
    for data in events.values_list("data", flat=True):
        team_id = data.get("from")
        try:
            found.add(catalog().team(int(team_id)).id)
        except (TypeError, ValueError, UnknownTeam):
            continue
    return found
