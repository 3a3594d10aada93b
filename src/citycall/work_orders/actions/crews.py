"""Making and changing crews."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.accounts.queries import colleagues
from citycall.core import revisions
from citycall.core.actors import Actor
from citycall.core.errors import Faults, NotFound
from citycall.core.permissions import require
from citycall.work_orders.models import Crew
from citycall.work_orders.policies import PERMISSIONS

SUBJECT = "crew"
MOST_MINUTES = 1_440


@dataclass(frozen=True, kw_only=True)
class CrewDraft:
    """What a crew is; ``member_ids`` are people of its agency."""

    name: str
    member_ids: Collection[int] = ()
    skills: Collection[str] = ()
    vehicle: str = ""
    place: str = ""
    longitude: float | None = None
    latitude: float | None = None
    begins: time = time(7, 30)
    minutes: int = 420
    active: bool = True


@transaction.atomic
def save(
    draft: CrewDraft, *, agency_id: int, by: Actor, at: datetime, crew_id: int | None = None
) -> Crew:
    """Make a crew of this agency, or change one. Raises ``NotAllowed``, ``NotFound``, ``Faults``.

    The change is recorded.
    """
    require(PERMISSIONS, "plan", by=by, agency_id=agency_id)
    crew = Crew(agency_id=agency_id)
    if crew_id is not None:
        found = Crew.objects.select_for_update().filter(pk=crew_id, agency_id=agency_id).first()
        if found is None:
            raise NotFound(_("There is no such crew."))
        crew = found
    before = _document(crew) if crew.pk else None
    people = _people(draft, agency_id, crew)
    crew.name, crew.vehicle, crew.place = draft.name.strip(), draft.vehicle, draft.place
    crew.skills = sorted({each.strip().lower()[:40] for each in draft.skills if each.strip()})
    crew.longitude, crew.latitude = draft.longitude, draft.latitude
    crew.begins, crew.minutes, crew.active = draft.begins, draft.minutes, draft.active
    crew.save()
    crew.members.set(people)
    revisions.record(
        subject_kind=SUBJECT,
        subject_code=str(crew.pk),
        before=before,
        after=_document(crew),
        by=by,
        at=at,
    )
    return crew


def _people(draft: CrewDraft, agency_id: int, crew: Crew) -> list[int]:
    faults: dict[str, str] = {}
    name = draft.name.strip()
    same = Crew.objects.filter(agency_id=agency_id, name=name).exclude(pk=crew.pk)
    if not name:
        faults["name"] = _("Please give the crew a name.")
    elif same.exists():
        faults["name"] = _("Another crew has this name already.")
    if not 1 <= draft.minutes <= MOST_MINUTES:
        faults["minutes"] = _("Please give the minutes that it takes, up to a day.")
    there = {user.pk for user in colleagues(agency_id)}
    if not {*draft.member_ids} <= there:
        faults["members"] = _("Please choose people of the agency.")
    if faults:
        raise Faults(faults)
    return sorted({*draft.member_ids})


def _document(crew: Crew) -> dict[str, Any]:
    return {
        "name": crew.name,
        "members": sorted(crew.members.values_list("pk", flat=True)),
        "skills": list(crew.skills),
        "vehicle": crew.vehicle,
        "place": crew.place,
        "point": [crew.longitude, crew.latitude],
        "begins": crew.begins.isoformat("minutes"),
        "minutes": crew.minutes,
        "active": crew.active,
    }
