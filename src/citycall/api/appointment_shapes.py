"""What is told and asked about dates."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from pydantic import BaseModel, Field

from citycall.api.parameters import Day, Latitude, Longitude
from citycall.api.schemas import Long, Strict
from citycall.appointments.queries import Offer
from citycall.appointments.rules import FreeDate

# Told with a refusal: enough to choose from, not the whole season.
NEXT_TOLD: Final = 6


class DatesAt(BaseModel):
    """The place that the crew would come to."""

    longitude: Longitude = Field(description="WGS 84 degrees.")
    latitude: Latitude = Field(description="WGS 84 degrees.")


class FreeDateOut(BaseModel):
    """A date that can be taken until `closes_at`; the crew comes between the other two times."""

    day: date
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime
    left: int = Field(description="How many appointments the date has left.")


class FreeDatesOut(BaseModel):
    """The free dates of a place, earliest first; `served` says whether anybody comes there."""

    served: bool
    items: list[FreeDateOut]


class AppointmentOut(BaseModel):
    """A booked date; its reporter can change it until `changes_until`."""

    day: date
    starts_at: datetime
    ends_at: datetime
    changes_until: datetime | None
    route: str = Field(description="The area (`layer/code`) whose dates these are, or empty.")
    items: int
    moves: int = Field(description="How often it was moved.")


class DateIn(Strict):
    """One of the free dates."""

    day: Day


class CancelIn(Strict):
    """Why the date is cancelled; the reporters read it."""

    words: Long = ""


class WaitingOut(BaseModel):
    """A place on the list of those who wait for a date.

    `state` is `waiting` or, while a date is kept for the request, `offered`: it can be booked
    until `kept_until` like any other.
    """

    state: str
    asked_at: datetime
    ahead: int = Field(description="How many wait before it on the same route.")
    kept_day: date | None
    kept_until: datetime | None


class LeftOut(BaseModel):
    """`waited` is whether it had been on the list."""

    waited: bool


class MissedIn(Strict):
    """What the reporter says of the date on which nobody came; only they and staff read it."""

    words: Long = ""


class MissedOut(BaseModel):
    """A date on which nobody came, and by when the crew is promised anew."""

    day: date
    told_at: datetime
    promised_at: datetime


def date_told(free: FreeDate) -> dict[str, Any]:
    """A free date as this door tells it."""
    return {
        "day": free.day,
        "starts_at": free.starts_at,
        "ends_at": free.ends_at,
        "closes_at": free.closes_at,
        "left": free.left,
    }


def next_dates(offer: Offer | None) -> Sequence[FreeDate]:
    """What is told to somebody whose date is gone."""
    return offer.dates[:NEXT_TOLD] if offer is not None else ()
