"""The shapes of a report, as programs send it, and of what they are told when it was received."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from citycall.api.parameters import STORABLE, Day, Text
from citycall.places.locations import DIRECTIONS_LENGTH, GREATEST_ACCURACY_M, Location
from citycall.places.models import LocationKind
from citycall.service_requests.drafts import LONGEST_WORDS, ContactDetails, Draft
from citycall.service_requests.models import Channel

Long = Annotated[str, Field(max_length=LONGEST_WORDS, pattern=STORABLE)]
Handle = Annotated[str, Field(max_length=1000, pattern=r"^[A-Za-z0-9_:-]+$")]
Number = Annotated[float, Field(strict=True)]
MOST_PHOTOS = 5


class Strict(BaseModel):
    """A body whose unknown fields are refused, so that a misspelt one is not lost in silence.

    A plain model: the framework's own reads attributes of database rows too, at a cost.
    """

    model_config = ConfigDict(extra="forbid")


class LocationIn(Strict):
    """Where the problem is: a point, words, or both."""

    kind: LocationKind = LocationKind.POINT
    longitude: Annotated[Number | None, Field(ge=-180, le=180)] = None
    latitude: Annotated[Number | None, Field(ge=-85, le=85)] = None
    place: Annotated[Text, Field(max_length=300)] = ""
    directions: Annotated[Text, Field(max_length=DIRECTIONS_LENGTH)] = ""
    accuracy_m: Annotated[Number | None, Field(ge=0, le=GREATEST_ACCURACY_M)] = None


class ContactIn(Strict):
    """How the reporter wishes to hear back."""

    name: Annotated[Text, Field(max_length=150)] = ""
    email: Annotated[Text, Field(max_length=254)] = ""
    phone: Annotated[Text, Field(max_length=40)] = ""


class JoiningIn(Strict):
    """One more person's report of a problem that is known already."""

    words: Long = ""
    wanted: Annotated[Long, Field(description="What the reporter would like done.")] = ""
    contact: ContactIn = Field(default_factory=ContactIn)
    language: Annotated[Text, Field(max_length=10)] = "en"
    photos: Annotated[
        list[Handle],
        Field(max_length=MOST_PHOTOS, description="Handles that uploads of photos were given."),
    ] = Field(default_factory=list)


class ReportIn(JoiningIn):
    """One report of a problem."""

    service: Annotated[Text, Field(max_length=80, description="The code of the service.")]
    location: LocationIn | None = None
    answers: Annotated[
        dict[str, Any],
        Field(description="Answers to the service's questions, by the questions' codes."),
    ] = Field(default_factory=dict)
    day: Annotated[
        Day | None,
        Field(description="For a service that is an appointment: one of its free dates."),
    ] = None
    stop_read: Annotated[
        bool,
        Field(
            strict=True,
            description="Whether the advice that an answer called for was read; see `stops`.",
        ),
    ] = False


def draft(body: ReportIn, *, key: str) -> Draft:
    """The draft that a body describes."""
    return Draft(
        service=body.service,
        channel=Channel.API,
        location=Location(**vars(body.location)) if body.location else None,
        words=body.words,
        wanted=body.wanted,
        answers=body.answers,
        contact=ContactDetails(**vars(body.contact)),
        language=body.language,
        idempotency_key=key,
        stop_read=body.stop_read,
    )


def joining(body: JoiningIn, *, key: str) -> Draft:
    """The draft of one more report of a known problem."""
    return Draft(
        service="",
        channel=Channel.API,
        words=body.words,
        wanted=body.wanted,
        contact=ContactDetails(**vars(body.contact)),
        language=body.language,
        idempotency_key=key,
    )


class ReceiptOut(BaseModel):
    """The confirmation; ``again`` where this submission had been received before."""

    id: str = Field(description="The public id of the problem, as lists and Open311 tell it.")
    number: str = Field(description="The confirmation number, for the reporter alone.")
    url: str = Field(description="Where the reporter follows it.")
    again: bool
    warning: str = Field(
        "",
        description=(
            "Where the words speak of danger: what to tell the reporter at once. The report was "
            "taken all the same. Empty otherwise."
        ),
    )
