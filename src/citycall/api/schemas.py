"""The shapes that programs send and receive."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.drafts import LONGEST_WORDS, ContactDetails, Draft
from citycall.service_requests.models import Channel


def _storable(text: str) -> str:
    """Refuse what PostgreSQL cannot keep as text: the null character and lone surrogates."""
    if "\x00" in text:
        raise ValueError("the null character is not allowed")
    text.encode("utf-8")
    return text


Text = Annotated[str, AfterValidator(_storable)]
Short = Annotated[Text, Field(max_length=300)]
Long = Annotated[Text, Field(max_length=LONGEST_WORDS)]


class Strict(BaseModel):
    """A body whose unknown fields are refused, so that a misspelt one is not lost in silence.

    A plain model: the framework's own reads attributes of database rows too, at a cost.
    """

    model_config = ConfigDict(extra="forbid")


class LocationIn(Strict):
    """Where the problem is: a point, words, or both."""

    kind: LocationKind = LocationKind.POINT
    longitude: float | None = Field(None, ge=-180, le=180)
    latitude: float | None = Field(None, ge=-85, le=85)
    place: Short = ""
    directions: Annotated[Text, Field(max_length=1000)] = ""
    accuracy_m: float | None = Field(None, ge=0, le=100_000)


class ContactIn(Strict):
    """How the reporter wishes to hear back."""

    name: Annotated[Text, Field(max_length=150)] = ""
    email: Annotated[Text, Field(max_length=254)] = ""
    phone: Annotated[Text, Field(max_length=40)] = ""


class ReportIn(Strict):
    """One report of a problem."""

    service: Annotated[Text, Field(max_length=80)]
    location: LocationIn | None = None
    words: Long = ""
    wanted: Long = ""
    answers: dict[str, Any] = Field(default_factory=dict)
    contact: ContactIn = Field(default_factory=ContactIn)
    language: Annotated[Text, Field(max_length=10)] = "en"
    stop_read: bool = False

    def draft(self, *, idempotency_key: str) -> Draft:
        """The draft that this body describes."""
        return Draft(
            service=self.service,
            channel=Channel.API,
            location=Location(**vars(self.location)) if self.location else None,
            words=self.words,
            wanted=self.wanted,
            answers=self.answers,
            contact=ContactDetails(**vars(self.contact)),
            language=self.language,
            idempotency_key=idempotency_key,
            stop_read=self.stop_read,
        )


class ReceiptOut(Schema):
    """The confirmation; ``again`` where this submission had been received before."""

    number: str
    url: str
    again: bool


class ServiceOut(Schema):
    """A service that residents can ask for."""

    code: str
    name: str
    group: str
    description: str


class ServiceRequestOut(Schema):
    """What everyone may know of a request."""

    number: str
    service: str
    agency: str
    status: str
    requested_at: datetime
    updated_at: datetime
    due_at: datetime | None
    explanation: str
