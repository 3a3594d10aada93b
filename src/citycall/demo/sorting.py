"""What was sent back, sorted and escalated in the demo city, so that the pages have something."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from citycall.catalog.queries import catalog
from citycall.core.actors import SYSTEM, resident
from citycall.core.models import Event
from citycall.escalations import actions as escalations
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests import queries
from citycall.service_requests.actions import work
from citycall.service_requests.actions.change_service import change_service
from citycall.service_requests.actions.return_work import return_work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Draft
from citycall.service_requests.events import SUBJECT
from citycall.service_requests.models import Channel, ServiceRequest
from citycall.triage import judging, moves

# As many as make the pages look like a city's; the worker does the rest by night.
JUDGED: Final = 300
_LATELY: Final = timedelta(days=40)
WATCHED: Final = 300
_SENT_BACK: Final = 14
_LEFT_UNSORTED: Final = 4
_SERVICE: Final = "pothole"
_ENDED_WITH: Final = "sewers-drains"
# A word that no service has, told by people who meant one of them.
_CHUCKHOLES: Final = (
    "A chuckhole has opened in front of the bakery.",
    "Mind the chuckhole at the bus stop, it is getting wider.",
    "My bicycle hit a chuckhole on the way to work.",
    "This chuckhole was filled once and is back again.",
)


def make(*, at: datetime) -> None:
    """Potholes over drains that were sent back, words that keep coming, priorities and steps."""
    _send_back(at=at)
    _sort(at=at)
    for event in Event.objects.filter(
        subject_kind=SUBJECT, kind__in=[kind.value for kind in moves.KINDS], at__gte=at - _LATELY
    ):
        moves.note(event)
    judging.judge_again(at=at, most=JUDGED)
    escalations.watch_missing(at=at, most=WATCHED)
    escalations.take_due(at=at)


def _send_back(*, at: datetime) -> None:
    """Holes of one area that are broken drains: sent back, and passed on but for the last."""
    places = _places()
    areas = Counter(area for near in places for area in near.areas)
    for area, _count in areas.most_common(1):
        places = [near for near in places if area in near.areas]
    for number, near in enumerate(places[:_SENT_BACK]):
        told_at = at - timedelta(days=20 - number, hours=3)
        request_id = _tell(_SERVICE, "The street has sunk around a drain.", near, at=told_at)
        later = told_at + timedelta(hours=2)
        return_work(request_id, reason="another_agency", words="", by=SYSTEM, at=later)
        if number < _SENT_BACK - _LEFT_UNSORTED:
            why = "The drain below has broken."
            later += timedelta(hours=1)
            work.transfer(request_id, team_code=_ENDED_WITH, reason=why, by=SYSTEM, at=later)


def _sort(*, at: datetime) -> None:
    """Chuckholes that were told as something else, and sorted."""
    service = catalog().something_else
    if service is None:
        return
    for days, (words, near) in enumerate(zip(_CHUCKHOLES, _places(), strict=False), start=3):
        told_at = at - timedelta(days=days)
        change_service(
            _tell(service.code, words, near, at=told_at),
            service_code=_SERVICE,
            reason="A hole in the street is a pothole.",
            by=SYSTEM,
            at=told_at + timedelta(hours=2),
        )


def _places() -> list[ServiceRequest]:
    """Requests at whose places something may have been told, too."""
    known = queries.readable(SYSTEM).filter(longitude__isnull=False).exclude(place="")
    return list(known.order_by("-requested_at", "-id")[:300])


def _tell(service: str, words: str, near: ServiceRequest, *, at: datetime) -> int:
    draft = Draft(
        service=service,
        channel=Channel.WEB,
        location=Location(
            kind=LocationKind.POINT,
            longitude=near.longitude,
            latitude=near.latitude,
            place=near.place,
        ),
        words=words,
        answers=_answers(service),
    )
    return submit(draft, by=resident(), at=at).request_id


def _answers(service: str) -> dict[str, str]:
    """An answer to each question that must be answered, and that stops nobody."""
    questions = [each for each in catalog().service(service).spec.questions if each.required]
    found = {}
    for question in questions:
        stopping = {key for stop in question.stops for key in stop.when}
        keys = [choice.key for choice in question.choices if choice.key not in stopping]
        if keys:
            found[question.code] = keys[0]
    return found
