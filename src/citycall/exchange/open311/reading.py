"""From parsed answers to services, definitions, requests and updates, of every dialect seen.

Nothing is taken for granted: ids may be numbers, fields may lack or be empty, a list may be one
object. What has no id cannot be told apart and is left out, and counted.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from citycall.exchange.open311 import dates
from citycall.exchange.open311.parsing import NotUnderstood
from citycall.exchange.open311.records import Record, as_text, flag, number, records, text, texts
from citycall.exchange.open311.told import (
    CLOSED,
    OPEN,
    Created,
    RemoteAttribute,
    RemoteDefinition,
    RemoteRequest,
    RemoteService,
    RemoteUpdate,
)

T = TypeVar("T")

_SERVICES: Final = {"services", "service"}
_REQUESTS: Final = {"service_requests", "service_request", "requests", "request"}
_UPDATES: Final = {
    "service_request_updates",
    "service_request_update",
    "request_updates",
    "request_update",
    "updates",
    "update",
}
# A record with none of these is no record, but perhaps a message that all is not well.
_SERVICE_SIGNS: Final = {"service_code", "service_name"}
_REQUEST_SIGNS: Final = {"service_request_id", "requested_datetime", "token", *_SERVICE_SIGNS}
_UPDATE_SIGNS: Final = {"update_id", "service_request_id"}
_MEDIA: Final = {"media", "medium", "media_url", "url", "photo", "photos"}
_ENDED: Final = re.compile(
    r"(closed|fixed|complete|resolved|done|archived|cancel|duplicate|no_further_action"
    r"|not_councils_responsibility|internal_referral|rejected|invalid)"
)


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """What could be read of a list; ``skipped`` counts what could not."""

    items: list[T] = field(default_factory=list)
    skipped: int = 0

    @property
    def count(self) -> int:
        """How many the list had."""
        return len(self.items) + self.skipped


def services(plain: Any) -> Read[RemoteService]:
    """The services of an answer; raises ``NotUnderstood`` where it is something else."""
    return _read(plain, _SERVICES, _SERVICE_SIGNS, _service)


def requests(plain: Any, *, zone: ZoneInfo | None) -> Read[RemoteRequest]:
    """The requests of an answer; ``zone`` is that of dates without an offset.

    Raises ``NotUnderstood`` where the answer is something else.
    """
    return _read(plain, _REQUESTS, _REQUEST_SIGNS, lambda record: _request(record, zone))


def updates(plain: Any, *, zone: ZoneInfo | None) -> Read[RemoteUpdate]:
    """The updates of an answer; raises ``NotUnderstood`` where it is something else."""
    return _read(plain, _UPDATES, _UPDATE_SIGNS, lambda record: _update(record, zone))


def _read(
    plain: Any, names: set[str], signs: set[str], one: Callable[[Record], T | None]
) -> Read[T]:
    found = records(plain, names)
    if not found and (isinstance(plain, list | str | int | float) and plain):
        raise NotUnderstood("no list of records")
    if found and not any(signs & set(record) for record in found):
        raise NotUnderstood("records of another kind")
    told = [one(record) for record in found]
    items = [item for item in told if item is not None]
    return Read(items, len(told) - len(items))


def created(plain: Any) -> Created | None:
    """What a new request got, none where the answer has neither id nor token."""
    for record in records(plain, _REQUESTS):
        identity = text(record, "service_request_id")
        token = "" if identity else text(record, "token")
        if identity or token:
            return Created(
                service_request_id=identity,
                token=token,
                service_notice=text(record, "service_notice"),
                account_id=text(record, "account_id"),
            )
    return None


def update_id(plain: Any) -> str:
    """The id that an update got, empty where the answer has none."""
    return next((text(record, "update_id") for record in records(plain, _UPDATES)), "")


def _service(record: Record) -> RemoteService | None:
    code = text(record, "service_code")
    if not code:
        return None
    return RemoteService(
        code=code,
        name=text(record, "service_name") or code,
        description=text(record, "description"),
        metadata=flag(record, "metadata", otherwise=False),
        type=text(record, "type") or "realtime",
        keywords=tuple(word.strip() for word in _keywords(record) if word.strip()),
        group=text(record, "group") or next(iter(texts(record.get("groups"), {"group"})), ""),
    )


def _keywords(record: Record) -> list[str]:
    told = record.get("keywords")
    return text(record, "keywords").split(",") if isinstance(told, str) else texts(told, ())


def definition(plain: Any, *, code: str) -> RemoteDefinition:
    """The questions of the service with this code."""
    found = records(plain, {"service_definition"})
    record = found[0] if found else {}
    # A wrapping of nothing but attributes is taken off, too: then these are the records.
    told = record.get("attributes") if "attributes" in record else found
    read = [_attribute(one) for one in records(told, {"attributes", "attribute"})]
    attributes = [attribute for attribute in read if attribute is not None]
    return RemoteDefinition(
        service_code=text(record, "service_code") or code,
        attributes=tuple(sorted(attributes, key=lambda attribute: attribute.order)),
    )


def _attribute(record: Record) -> RemoteAttribute | None:
    code = text(record, "code")
    if not code:
        return None
    return RemoteAttribute(
        code=code,
        variable=flag(record, "variable", otherwise=True),
        datatype=text(record, "datatype").lower() or "string",
        required=flag(record, "required", otherwise=False),
        datatype_description=text(record, "datatype_description"),
        order=int(number(record, "order") or 0),
        description=text(record, "description"),
        values=tuple(_values(record.get("values"))),
        automated=text(record, "automated"),
    )


def _values(told: Any) -> list[tuple[str, str]]:
    """Choices as pairs: told as keys and names, as a mapping of these, or as bare texts."""
    if isinstance(told, list) and not any(isinstance(one, dict) for one in told):
        return [(word, word) for word in texts(told, ())]
    if isinstance(told, dict) and not {"key", "name", "value", "values"} & set(told):
        return [(key, as_text(name) or key) for key, name in told.items()]
    found = records(told, {"values", "value"})
    pairs = [(text(one, "key", "name"), text(one, "name", "key")) for one in found]
    return [pair for pair in pairs if pair[0]]


def _request(record: Record, zone: ZoneInfo | None) -> RemoteRequest | None:
    identity = text(record, "service_request_id")
    if not identity:
        return None
    told_status = word_of(text(record, "status"))
    latitude, longitude = _point(record)
    return RemoteRequest(
        id=identity,
        status=status_of(told_status),
        told_status=told_status,
        status_notes=text(record, "status_notes", "status_note"),
        service_code=text(record, "service_code"),
        service_name=text(record, "service_name"),
        description=text(record, "description"),
        agency_responsible=text(record, "agency_responsible"),
        service_notice=text(record, "service_notice"),
        requested_at=dates.read(text(record, "requested_datetime"), zone=zone),
        updated_at=dates.read(text(record, "updated_datetime"), zone=zone),
        expected_at=dates.read(text(record, "expected_datetime"), zone=zone),
        address=text(record, "address", "address_string"),
        address_id=text(record, "address_id"),
        zipcode=text(record, "zipcode"),
        latitude=latitude,
        longitude=longitude,
        media_urls=_media(record),
        notes=_notes(record.get("notes")),
    )


def word_of(status: str) -> str:
    """A status as one word: ``IN_PROGRESS``, ``In progress`` and ``in-progress`` are one."""
    return re.sub(r"[\W_]+", "_", status.casefold()).strip("_")


def status_of(word: str) -> str:
    """Open or closed, whatever finer word a server has for it; empty where it has none."""
    if not word:
        return ""
    return CLOSED if _ENDED.match(word) else OPEN


def _point(record: Record) -> tuple[float | None, float | None]:
    """Latitude and longitude, both or none; zero and zero is how many say that they do not know."""
    latitude = number(record, "lat", "latitude")
    longitude = number(record, "long", "lon", "lng", "longitude")
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None, None
    return latitude, longitude


def _media(record: Record) -> tuple[str, ...]:
    told = [*texts(record.get("media_url"), _MEDIA), *texts(record.get("media"), _MEDIA)]
    return tuple(dict.fromkeys(url for url in told if _is_address(url)))


def _is_address(url: str) -> bool:
    """Whether this is a web address: some servers put the picture itself there."""
    try:
        return urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        return False


def _notes(told: Any) -> tuple[Mapping[str, str], ...]:
    notes = [
        {key: as_text(value) for key, value in note.items() if as_text(value)}
        for note in records(told, {"notes", "note"})
    ]
    return tuple(note for note in notes if note)


def _update(record: Record, zone: ZoneInfo | None) -> RemoteUpdate | None:
    identity, request = text(record, "update_id"), text(record, "service_request_id")
    at = dates.read(text(record, "updated_datetime"), zone=zone)
    if not identity or not request or at is None:
        return None
    return RemoteUpdate(
        update_id=identity,
        service_request_id=request,
        status=word_of(text(record, "status")),
        at=at,
        description=text(record, "description"),
        media_urls=_media(record),
        external_status_code=text(record, "external_status_code"),
        customer_reference=text(record, "customer_reference"),
    )
