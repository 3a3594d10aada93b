"""What is told of requests to those who do the work, and what they send."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, BeforeValidator, Field

from citycall.api.parameters import Codes, Cursor, Fields, Limit, Text
from citycall.api.places import AreaOut
from citycall.api.requests_shapes import STATUSES, NamedOut, OutcomeOut
from citycall.api.schemas import Strict
from citycall.service_requests.drafts import LONGEST_WORDS

# At least one character that is not blank. Which are differs between languages of programs, so
# those that only some of them take for a space are named.
_NOT_BLANK = r"^[^\x00]*[^\s\x00\x1c-\x1f\x85\ufeff][^\x00]*$"
Said = Annotated[str, Field(max_length=LONGEST_WORDS, pattern=_NOT_BLANK)]
Code = Annotated[Text, Field(min_length=1, max_length=80)]
Named = Annotated[
    str,
    Field(
        max_length=40,
        pattern=r"^([1-9][0-9]{0,10}|[0-9]{2}-?[0-9]{5}-?[0-9]{5})$",
        description="A request's id, or a confirmation number.",
    ),
]


def _number(value: Any) -> Any:
    """A whole number as JSON has it, so 7.0 too, but neither "7" nor true."""
    if isinstance(value, str | bool):
        raise ValueError(_("a whole number is needed"))
    return value


class TeamListing(BaseModel):
    """Which work of a team."""

    pile: Literal["open", "disputed", "late", "today", "new"] = Field(
        "open", description="Open work that needs the same kind of attention."
    )
    service: Codes = Field("", description="Codes of services, with commas.")
    after: Cursor = Field("", description="`next_cursor` of the page before.")
    limit: Limit = Field(50, description="At most this many, up to 200.")
    fields: Fields = Field("", description="The fields to tell, with commas; all when empty.")


class WorkListing(BaseModel):
    """Which requests that the key may read, in any state."""

    team: Text = Field("", max_length=60, description="The code of a team.")
    status: str = Field("", pattern=rf"^(?:open|{STATUSES})?$", description="One status, or open.")
    after: Cursor = Field("", description="`next_cursor` of the page before.")
    limit: Limit = Field(50, description="At most this many, up to 200.")
    fields: Fields = Field("", description="The fields to tell, with commas; all when empty.")


class TeamOut(BaseModel):
    """A team whose work the key may read."""

    code: str
    name: str
    agency: NamedOut
    active: bool


class PilesOut(BaseModel):
    """How much lies on each pile, counted up to a thousand; 1001 means more."""

    open: int
    disputed: int
    late: int
    today: int
    new: int


class TeamWhole(TeamOut):
    """A team with how much waits for it."""

    piles: PilesOut


class PersonOut(BaseModel):
    """A person of the responsible agency."""

    id: int
    name: str


class PlaceOut(BaseModel):
    """Where it is, as it was told."""

    kind: str
    longitude: float | None
    latitude: float | None
    place: str
    directions: str
    accuracy_m: float | None
    areas: list[AreaOut]


class WorkOut(BaseModel):
    """A request as its agency sees it; ``steps`` are those that the key may take now."""

    id: str
    number: str
    service: NamedOut
    agency: NamedOut
    team: NamedOut
    assignee: PersonOut | None
    status: str
    priority: int
    report_count: int
    requested_at: datetime
    updated_at: datetime
    promised_at: datetime | None
    due_at: datetime | None
    paused_at: datetime | None
    completed_at: datetime | None
    closed_at: datetime | None
    verify_until: datetime | None
    hold_reason: str
    outcome: OutcomeOut | None
    explanation: str
    referred_to: str
    verification: str
    reopened_count: int
    location: PlaceOut
    merged_into: str | None
    steps: list[str]


class ContactOut(BaseModel):
    """How a reporter wishes to hear back."""

    name: str
    email: str
    phone: str


class ReportOut(BaseModel):
    """One person's telling; `contact` is null for those who may not see it."""

    number: str
    channel: str
    words: str
    wanted: str
    answers: dict[str, Any]
    language: str
    written_in: str = Field(
        description="The language that the words were recognised to be in; empty when unsure."
    )
    reported_at: datetime
    contact: ContactOut | None


class WorkPhotoOut(BaseModel):
    """A photo of the problem or of the work."""

    id: str
    url: str
    thumbnail_url: str
    stage: str
    public: bool
    added_at: datetime


class WorkWhole(WorkOut):
    """A request with what everyone told of it."""

    reports: list[ReportOut]
    photos: list[WorkPhotoOut]


class EventOut(BaseModel):
    """One event; `visibility` says who may know of it: `public`, `reporter` or `internal`."""

    id: str
    kind: str
    at: datetime
    actor_kind: str
    actor_name: str
    visibility: str
    data: dict[str, Any]
    words: str | None
    written_in: str = Field(
        description="The language that a reporter's words were recognised to be in."
    )


class EventsOut(BaseModel):
    """The whole history, first things first."""

    items: list[EventOut]


class AssignIn(Strict):
    """Accept it for the team, and give it to a person where one is named."""

    assignee: Annotated[int, Field(ge=1, le=2**31 - 1), BeforeValidator(_number)] | None = None


class HoldIn(Strict):
    """Why it waits: a reason of the service, and words where they help."""

    reason: Code
    words: Annotated[Text, Field(max_length=LONGEST_WORDS)] = ""


class TransferIn(Strict):
    """Whose it is, and why it is not yours."""

    team: Code
    reason: Said


class ReturnIn(Strict):
    """Why it is not yours: the code of a reason, and what only staff should know."""

    reason: Code
    words: Annotated[Text, Field(max_length=LONGEST_WORDS)] = ""


class ChangeServiceIn(Strict):
    """The service that it really is, and why, for everyone to read."""

    service: Code
    reason: Said


class CompleteIn(Strict):
    """An outcome of the service, and what was done, for the resident to read."""

    outcome: Code
    explanation: Said


class ReasonIn(Strict):
    """Why, for everyone to read."""

    reason: Said


class ReferIn(Strict):
    """Whose it is and how to reach them, for the resident to read."""

    referred_to: Said


class MergeIn(Strict):
    """The open request that it is a part of."""

    into: Named


class NoteIn(Strict):
    """A note: for staff only, or for everyone."""

    words: Said
    public: Annotated[bool, Field(strict=True)] = False
