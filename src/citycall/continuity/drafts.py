"""What a kit took, as the report that it becomes."""

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from citycall.continuity.export_file import Told, ToldPlace
from citycall.continuity.models import Kit
from citycall.core import phrases
from citycall.emergencies.dangers import Danger
from citycall.places.candidates import Verdict
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.places.queries import search
from citycall.service_requests.drafts import ContactDetails, Draft
from citycall.service_requests.models import Channel

# A laptop's clock is not believed to the minute.
_CLOCKS_DIFFER: Final = timedelta(minutes=10)


def draft_of(told: Told) -> Draft:
    """The report as it was told by phone; raises ``Faults`` for a place that cannot be."""
    known = {danger.value for danger in Danger}
    return Draft(
        service=told.service,
        channel=Channel.PHONE,
        location=location_of(told.place),
        words=told.words.strip(),
        answers={code: answer for code, answer in told.answers.items() if answer},
        contact=ContactDetails(name=told.name, email=told.email, phone=told.phone),
        language=told.language if phrases.is_offered(told.language) else phrases.spoken(),
        stop_read=told.stop_read,
        no_danger=told.no_danger if told.no_danger in known else "",
    )


def location_of(place: ToldPlace) -> Location | None:
    """Where it is: the kit's point, else what the words mean beyond doubt, else the words."""
    if place.kind is not None and place.longitude is not None:
        return Location(
            kind=place.kind,
            longitude=place.longitude,
            latitude=place.latitude,
            place=place.words,
            directions=place.directions,
            accuracy_m=place.accuracy_m,
        )
    if not (place.words.strip() or place.directions.strip()):
        return None
    return _found(place) or Location(
        kind=LocationKind.WORDS, place=place.words, directions=place.directions
    )


def _found(place: ToldPlace) -> Location | None:
    answer = search(place.words) if place.words.strip() else None
    if answer is None or answer.verdict is not Verdict.CLEAR:
        return None
    best = answer.candidates[0]
    return Location(
        kind=best.kind,
        longitude=best.longitude,
        latitude=best.latitude,
        place=best.label,
        directions=" ".join(part for part in (best.directions, place.directions) if part),
        accuracy_m=best.accuracy_m,
    )


def time_fault(kit: Kit, told_at: datetime, *, at: datetime) -> str:
    """Why it cannot have been told at this time; empty where it can."""
    if told_at > at + _CLOCKS_DIFFER:
        return _("This time has not come yet. The laptop's clock may be wrong.")
    if not kit.made_at - _CLOCKS_DIFFER <= told_at <= kit.ends_at:
        return _("The kit was not in use at this time. The laptop's clock may be wrong.")
    return ""
