"""What is told and asked about dates."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from citycall.api.parameters import Day, Latitude, Longitude
from citycall.api.schemas import Long, Strict


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
