"""From the parameters of POST requests to a draft, and from its faults back to the parameters."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from citycall.catalog.queries import ServiceEntry
from citycall.catalog.questions import Datatype
from citycall.catalog.specs import LocationRequirement, ServiceSpec
from citycall.open311.posted_body import Posted
from citycall.open311.posted_place import location_of, name_of_place
from citycall.service_requests.checks import storable
from citycall.service_requests.drafts import ContactDetails, Draft
from citycall.service_requests.models import Channel

LONGEST_KEY: Final = 1_000
KEY: Final = "client_request_id"
# attribute[CODE], attribute[CODE][], attribute[CODE][0], attribute.CODE
_ATTRIBUTE: Final = re.compile(
    r"attributes?(?:\[(?P<code>[^\[\]]+)\](?:\[[^\[\]]*\])?|\.(?P<plain>[^\[\].]+))", re.I
)
_OF_ATTRIBUTE: Final = "answers."
# What the room calls its fields, and what the standard calls them.
_NAMES: Final = {
    "service": "service_code",
    "words": "description",
    "contact": "email",
    "email": "email",
    "phone": "phone",
}


def draft_of(
    posted: Posted, *, key: str, entry: ServiceEntry | None, faults: dict[str, str]
) -> Draft:
    """The draft that was sent; what cannot be read is added to ``faults`` by parameter.

    ``key`` is the client's own id of this submission, ``entry`` the service that it names.
    """
    note_unstorable(posted, faults)
    if len(key) > LONGEST_KEY:
        faults[KEY] = _("Please use at most %(limit)d characters.") % {"limit": LONGEST_KEY}
    location = None
    if entry is None or entry.spec.location is not LocationRequirement.NONE:
        accepted = entry.spec.location_kinds if entry else ()
        location = location_of(posted, accepted=accepted, faults=faults)
    names = (posted.one("first_name"), posted.one("last_name"))
    return Draft(
        service=entry.code if entry else posted.one("service_code"),
        channel=Channel.OPEN311,
        location=location,
        words=posted.one("description"),
        answers=answers_of(posted, entry.spec if entry else None),
        contact=ContactDetails(
            name=" ".join(filter(None, names)),
            email=posted.one("email"),
            phone=posted.one("phone"),
        ),
        language=settings.LANGUAGE_CODE,
        idempotency_key=key,
        stop_read=posted.says("stop_read"),
    )


def answers_of(posted: Posted, spec: ServiceSpec | None) -> dict[str, Any]:
    """The values of each attribute by its code, as a list where several were sent."""
    given: dict[str, list[str]] = {}
    for name, values in posted.fields.items():
        if found := _ATTRIBUTE.fullmatch(name):
            given.setdefault(found["code"] or found["plain"], []).extend(values)
    return {code: _answer(code, values, spec) for code, values in given.items()}


def named(faults: Mapping[str, str], posted: Posted) -> dict[str, str]:
    """Faults of a draft by the names of the parameters that they are about."""
    told: dict[str, str] = {}
    for field, sentence in faults.items():
        told.setdefault(_parameter(field, posted), sentence)
    return told


def _parameter(field: str, posted: Posted) -> str:
    if field.startswith(_OF_ATTRIBUTE):
        return f"attribute[{field.removeprefix(_OF_ATTRIBUTE)}]"
    return _NAMES.get(field) or name_of_place(posted)


def _answer(code: str, values: list[str], spec: ServiceSpec | None) -> str | list[str]:
    question = spec.question(code) if spec else None
    if question is None or question.datatype is not Datatype.MULTI:
        return values if len(set(values)) > 1 else values[0]
    keys = question.keys
    return [key for value in values for key in _keys_in(value, keys)]


def _keys_in(value: str, keys: tuple[str, ...]) -> list[str]:
    """The keys in one value: some clients put several into one, with commas between."""
    parts = [part.strip() for part in value.split(",")]
    several = value not in keys and all(part in keys for part in parts)
    return parts if several else [value]


def note_unstorable(posted: Posted, faults: dict[str, str]) -> None:
    """Add a fault for each parameter with characters that the database does not keep."""
    for name, values in posted.fields.items():
        if not storable(name + "".join(values)):
            faults[name.replace("\x00", "")[:80]] = _(
                "This text has characters that cannot be read. Please send it without them."
            )
