"""What a door hands in: one person's telling, before anything of it is believed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from citycall.places.locations import Location
from citycall.service_requests.models import Channel

LONGEST_WORDS = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDetails:
    """How a reporter wishes to hear back; every part may be empty."""

    name: str = ""
    email: str = ""
    phone: str = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.email or self.phone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One report as told. ``answers`` maps question codes to what was typed.

    ``idempotency_key`` is chosen by the door so that the same submission sent again, and only
    that, carries the same key. ``stop_read`` says that the person has read the advice or warning
    that their answers call for, and wishes to report all the same. ``no_danger`` is the danger
    that their words seem to speak of, where they were told to call for help and said that there
    is none.
    """

    service: str
    channel: Channel
    location: Location | None = None
    words: str = ""
    wanted: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    contact: ContactDetails = ContactDetails()
    language: str = "en"
    idempotency_key: str = ""
    stop_read: bool = False
    no_danger: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the reporter is told: durable by the time it exists.

    ``promised_at`` is by when the work is due, if the service promises it; ``again`` is true
    where this submission had been received before.
    """

    request_id: int
    report_id: int
    number: int
    promised_at: datetime | None = None
    again: bool = False
