"""What is told of requests to everyone."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from citycall.api.parameters import (
    BOX_PATTERN,
    POINT_PATTERN,
    Codes,
    Cursor,
    Fields,
    Flag,
    Limit,
    Metres,
    Moment,
    Words,
)
from citycall.api.places import AreaOut

STATUSES = "new|assigned|in_progress|on_hold|completed|closed|cancelled|referred|merged"


class Listing(BaseModel):
    """Which requests to list; every part narrows it."""

    service: Codes = Field("", description="Codes of services, with commas.")
    agency: Codes = Field("", description="Codes of agencies, with commas.")
    status: str = Field(
        "",
        max_length=200,
        pattern=rf"^(?:(?:{STATUSES})(?:,(?:{STATUSES}))*)?$",
        description="Statuses, with commas.",
    )
    open: Flag = Field(None, description="Whether somebody still has work to do on it.")
    since: Moment = Field(None, description="Requested at this time or later.")
    until: Moment = Field(None, description="Requested at this time or before.")
    updated_since: Moment = Field(None, description="Changed at this time or later.")
    bbox: str = Field(
        "", pattern=rf"{BOX_PATTERN}|^$", description="`west,south,east,north` in degrees."
    )
    near: str = Field(
        "",
        pattern=rf"{POINT_PATTERN}|^$",
        description="`longitude,latitude`; with `radius`. A page may then hold fewer rows than "
        "`limit` and still have a next one.",
    )
    radius: Metres = Field(750.0, description="Metres around `near`.")
    area: Words = Field("", description="An area as `layer/code`; see `/areas`.")
    q: Words = Field("", description="Words of the place or the explanation.")
    sort: Literal["-requested", "requested", "-updated", "updated"] = Field(
        "-requested", description="By which time; a minus means latest first."
    )
    after: Cursor = Field("", description="`next_cursor` of the page before.")
    limit: Limit = Field(50, description="At most this many, up to 200.")
    fields: Fields = Field("", description="The fields to tell, with commas; all when empty.")


class NamedOut(BaseModel):
    """A thing of the catalog, by its code and name."""

    code: str
    name: str


class PhotoOut(BaseModel):
    """A photo that everyone may see."""

    url: str
    thumbnail_url: str


class OutcomeOut(BaseModel):
    """Why it was completed; `fixed` says whether the agency calls the problem gone."""

    code: str
    name: str
    fixed: bool


class ServiceRequestOut(BaseModel):
    """What everyone may know of a request.

    Of a service that hides where its work is, place, point, areas and words are null or empty.
    `completed` means that the agency says so; `verification` tells what is known beyond that.
    """

    id: str
    service: NamedOut
    agency: NamedOut
    status: str
    open: bool
    requested_at: datetime
    updated_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    closed_at: datetime | None
    outcome: OutcomeOut | None
    verification: str
    explanation: str
    referred_to: str
    place: str
    longitude: float | None
    latitude: float | None
    areas: list[AreaOut]
    report_count: int
    merged_into: str | None
    words: str = Field(description="Only where the reporter was told that they are published.")
    photo: PhotoOut | None


class HappeningOut(BaseModel):
    """One event in the life of a request."""

    kind: str
    at: datetime
    by_reporter: bool
    facts: dict[str, Any]
    words: str


class HistoryOut(BaseModel):
    """What has happened, first things first."""

    items: list[HappeningOut]


class ExpectedOut(BaseModel):
    """When half and eight of ten such requests are done, from `done` finished ones.

    Null where so many still wait that it is not known; `few` says that it is uncertain.
    """

    half_at: datetime | None
    most_at: datetime | None
    area: str = Field(description="The name of their area; empty for the whole city.")
    done: int
    waiting: int
    few: bool


class TrackedOut(BaseModel):
    """What a confirmation number leads to.

    Of a private service, everything that tells what, where or by whom is null or empty.
    """

    number: str
    id: str | None
    service: NamedOut | None
    agency: str
    agency_phone: str
    team: str
    status: str
    open: bool
    requested_at: datetime = Field(description="When this number's report was received.")
    updated_at: datetime
    promised_at: datetime | None
    due_at: datetime | None
    clock_stopped: bool
    completed_at: datetime | None
    closed_at: datetime | None
    verify_until: datetime | None
    verification: str
    outcome: str
    fixed: bool
    explanation: str
    referred_to: str
    place: str
    longitude: float | None
    latitude: float | None
    report_count: int
    comes_at: datetime | None = Field(description="Of an appointment: when the crew may come.")
    comes_until: datetime | None = Field(description="And by when it has come.")
    expected: ExpectedOut | None = Field(
        description="What is realistic, from how long such requests took lately."
    )
    history: list[HappeningOut]
