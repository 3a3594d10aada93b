"""Reading meetings, their papers, and what was promised: guarded, and paged."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from citycall.accounts.models import Membership, Role, User
from citycall.agencies.models import Agency
from citycall.core import clock
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import NotAllowed, NotFound
from citycall.core.models import Event
from citycall.core.paging import Page, decode, encode
from citycall.core.permissions import require
from citycall.meetings import events
from citycall.meetings.models import Commitment, Meeting, Paper, Schedule
from citycall.meetings.policies import PERMISSIONS

SIZE: Final = 50
MOST_OF_A_MEETING: Final = 200
_ALIVE: Final = Q(ended_at__isnull=True)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is told by e-mail."""

    name: str
    email: str
    language: str


def may(actor: Actor, action: str, *, agency_id: int) -> bool:
    """Whether the actor may do that for the agency's meetings."""
    return PERMISSIONS[action].allows(actor, agency_id=agency_id)


def agencies_of(actor: Actor) -> frozenset[int] | None:
    """The agencies whose meetings the actor may see; none means all of them.

    Raises ``NotAllowed`` for those who may see none.
    """
    grant = PERMISSIONS["see"]
    if actor.kind is ActorKind.SYSTEM or actor.holds_anywhere(grant.everywhere):
        return None
    agencies = actor.agencies_as(grant.own_agency)
    if agencies is not None and not agencies:
        raise NotAllowed(_("You do not have permission to see the meetings."))
    return agencies


def agency_for(actor: Actor, code: str) -> Agency:
    """The agency of this code, whose meetings the actor may see; raises as ``meeting_for`` does."""
    found = Agency.objects.filter(code=code).first()
    if found is None:
        raise NotFound(_("There is no such agency."))
    require(PERMISSIONS, "see", by=actor, agency_id=found.pk)
    return found


def coming(agency_ids: Collection[int], *, today: date) -> dict[int, Meeting]:
    """The next called meeting of each of these agencies that has one."""
    rows = Meeting.objects.filter(agency_id__in=agency_ids, on__gte=today)
    return {row.agency_id: row for row in rows.order_by("-on")}


def last_held(agency_ids: Collection[int], *, today: date) -> dict[int, Meeting]:
    """The latest meeting of each of these agencies that is over."""
    rows = Meeting.objects.filter(agency_id__in=agency_ids, on__lt=today)
    return {row.agency_id: row for row in rows.order_by("agency_id", "-on").distinct("agency_id")}


def counted(agency_ids: Collection[int], *, today: date) -> dict[int, tuple[int, int]]:
    """By agency how many commitments are to be done, and how many of them are late."""
    rows = Commitment.objects.filter(_ALIVE, agency_id__in=agency_ids).values("agency_id")
    told = rows.annotate(n=Count("id"), late=Count("id", filter=Q(due_on__lt=today))).order_by()
    return {row["agency_id"]: (row["n"], row["late"]) for row in told}


def meeting_for(actor: Actor, agency_id: int, on: date) -> Meeting:
    """The agency's meeting on a day; raises ``NotAllowed`` and ``NotFound``."""
    require(PERMISSIONS, "see", by=actor, agency_id=agency_id)
    found = Meeting.objects.select_related("agency").filter(agency_id=agency_id, on=on).first()
    if found is None:
        raise NotFound(_("This agency has no meeting on that day."))
    return found


def meetings(actor: Actor, agency_id: int, *, before: str = "", size: int = SIZE) -> Page[Meeting]:
    """One page of an agency's meetings, the latest first; coming ones too."""
    require(PERMISSIONS, "see", by=actor, agency_id=agency_id)
    rows = Meeting.objects.filter(agency_id=agency_id)
    if before:
        (on,) = decode(before, kinds=(date.fromisoformat,))
        rows = rows.filter(on__lt=on)
    found = list(rows.order_by("-on")[: size + 1])
    shown = found[:size]
    older = encode((shown[-1].on.isoformat(),)) if len(found) > size else ""
    return Page(rows=shown, newer="", older=older)


def before(meeting: Meeting) -> Meeting | None:
    """The agency's meeting before this one."""
    rows = Meeting.objects.filter(agency_id=meeting.agency_id, on__lt=meeting.on)
    return rows.order_by("-on").first()


def next_for(actor: Actor, agency_id: int, *, today: date) -> Meeting | None:
    """The agency's next meeting that was called, today's included."""
    require(PERMISSIONS, "see", by=actor, agency_id=agency_id)
    rows = Meeting.objects.filter(agency_id=agency_id, on__gte=today)
    return rows.order_by("on").first()


def schedule_for(actor: Actor, agency_id: int) -> Schedule | None:
    """When the agency meets, if it does by a schedule."""
    require(PERMISSIONS, "see", by=actor, agency_id=agency_id)
    return Schedule.objects.filter(agency_id=agency_id).first()


def papers_of(meeting: Meeting) -> list[Paper]:
    """The papers made for a meeting without what they say, the latest first."""
    return list(Paper.objects.filter(meeting=meeting).defer("content").order_by("-nth")[:SIZE])


def paper_of(meeting: Meeting, *, nth: int | None = None) -> Paper | None:
    """A paper of the meeting, or its latest; none where none was made. Raises ``NotFound``."""
    rows = Paper.objects.filter(meeting=meeting)
    if nth is None:
        return rows.order_by("-nth").first()
    found = rows.filter(nth=nth).first()
    if found is None:
        raise NotFound(_("There is no such paper of this meeting."))
    return found


def taken_at(meeting: Meeting) -> list[Commitment]:
    """What was promised at a meeting, in its order."""
    rows = Commitment.objects.filter(meeting=meeting).select_related("owner", "meeting__agency")
    return list(rows.order_by("id")[:MOST_OF_A_MEETING])


def coming_up_at(meeting: Meeting) -> list[Commitment]:
    """What earlier meetings left: still to be done, then what ended since the meeting before.

    The oldest date first.
    """
    earlier = Commitment.objects.filter(agency_id=meeting.agency_id, meeting__on__lt=meeting.on)
    last = before(meeting)
    since = last.on if last is not None else meeting.since
    begins = datetime.combine(since, time.min, clock.city_zone())
    rows = earlier.filter(_ALIVE | Q(ended_at__gte=begins)).select_related(
        "owner", "meeting__agency"
    )
    found = list(rows.order_by("due_on", "id")[:MOST_OF_A_MEETING])
    return sorted(found, key=lambda row: not row.is_alive)


def due(actor: Actor, agency_id: int, *, size: int = SIZE) -> list[Commitment]:
    """What the agency has promised and not done yet, the oldest date first."""
    require(PERMISSIONS, "see", by=actor, agency_id=agency_id)
    rows = Commitment.objects.filter(_ALIVE, agency_id=agency_id)
    return list(rows.select_related("owner", "meeting__agency").order_by("due_on", "id")[:size])


def counts(actor: Actor, agency_id: int, *, today: date) -> tuple[int, int]:
    """How many of the agency's commitments are to be done, and how many of them are late."""
    require(PERMISSIONS, "see", by=actor, agency_id=agency_id)
    rows = Commitment.objects.filter(_ALIVE, agency_id=agency_id)
    return rows.count(), rows.filter(due_on__lt=today).count()


def history(
    actor: Actor, agency_id: int, *, before: str = "", size: int = SIZE
) -> Page[Commitment]:
    """One page of what was done or given up, the latest first."""
    require(PERMISSIONS, "see", by=actor, agency_id=agency_id)
    rows = Commitment.objects.filter(agency_id=agency_id, ended_at__isnull=False)
    if before:
        ended_at, row_id = decode(before, kinds=(datetime.fromisoformat, int))
        rows = rows.filter(ended_at__lte=ended_at)
        rows = rows.filter(Q(ended_at__lt=ended_at) | Q(id__lt=row_id))
    found = list(
        rows.select_related("owner", "meeting__agency").order_by("-ended_at", "-id")[: size + 1]
    )
    shown = found[:size]
    last = shown[-1] if len(found) > size else None
    older = encode((last.ended_at, last.pk)) if last is not None else ""
    return Page(rows=shown, newer="", older=older)


def commitment_for(actor: Actor, commitment_id: int) -> Commitment:
    """One commitment; raises ``NotFound`` and ``NotAllowed``."""
    rows = Commitment.objects.select_related("owner", "meeting__agency")
    found = rows.filter(pk=commitment_id).first()
    if found is None:
        raise NotFound(_("There is no such commitment."))
    require(PERMISSIONS, "see", by=actor, agency_id=found.agency_id)
    return found


def events_of(commitment: Commitment) -> list[Event]:
    """What happened to a commitment, the oldest first."""
    rows = Event.objects.filter(subject_kind=events.COMMITMENT, subject_id=commitment.pk)
    return list(rows.order_by("id")[:MOST_OF_A_MEETING])


def answerable(row: Commitment) -> list[Recipient]:
    """Who is reminded of a commitment: its owner, else those who manage the agency."""
    owner = row.owner
    if owner is not None and owner.is_active and owner.email:
        return _people([owner])
    return _people(_holding(Role.AGENCY_MANAGER, row.agency_id))


def concerned(meeting: Meeting) -> list[Recipient]:
    """Who is told that a meeting's paper is there, each address once.

    Those who manage the agency, those who answer for what it has promised and may see the paper,
    the city's analysts, and whom the schedule names.
    """
    owners = User.objects.filter(
        is_active=True,
        commitments__agency_id=meeting.agency_id,
        commitments__ended_at__isnull=True,
    )
    grant = PERMISSIONS["see"]
    may_see = owners.filter(
        Q(memberships__role__in=grant.everywhere)
        | Q(memberships__role__in=grant.own_agency)
        & (Q(memberships__agency_id=meeting.agency_id) | Q(memberships__agency__isnull=True))
    )
    found = _people(_holding(Role.AGENCY_MANAGER, meeting.agency_id))
    found += _people(may_see.order_by("id").distinct())
    found += _people(_holding(Role.ANALYST, None))
    named = Schedule.objects.filter(agency_id=meeting.agency_id, active=True).first()
    found += [Recipient(each, each, "") for each in (named.emails if named else ())]
    once: dict[str, Recipient] = {}
    for each in found:
        once.setdefault(each.email.casefold(), each)
    return list(once.values())


def _holding(role: Role, agency_id: int | None) -> list[User]:
    held = Membership.objects.filter(role=role, user__is_active=True)
    if agency_id is None:
        held = held.filter(agency__isnull=True)
    else:
        held = held.filter(agency_id=agency_id)
    return list(User.objects.filter(memberships__in=held).order_by("id").distinct())


def _people(users: Iterable[User]) -> list[Recipient]:
    return [Recipient(str(user), user.email, user.language) for user in users if user.email]
