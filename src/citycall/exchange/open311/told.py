"""What another Open311 server tells, as it is read, and what it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

OPEN: Final = "open"
CLOSED: Final = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteService:
    """A service that the server takes requests for; ``metadata``: it has questions of its own."""

    code: str
    name: str
    description: str = ""
    metadata: bool = False
    type: str = "realtime"
    keywords: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAttribute:
    """A question; with ``variable`` false it is a text to show only.

    ``values`` are pairs of key and name; ``automated`` is ``server_set`` or ``hidden_field``
    where nobody is to be asked.
    """

    code: str
    variable: bool = True
    datatype: str = "string"
    required: bool = False
    datatype_description: str = ""
    order: int = 0
    description: str = ""
    values: tuple[tuple[str, str], ...] = ()
    automated: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteDefinition:
    """A service's questions, in the order in which they are asked."""

    service_code: str
    attributes: tuple[RemoteAttribute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteRequest:
    """A request as the server tells of it.

    ``status`` is ``open`` or ``closed``, empty where the server does not say; ``told_status`` is
    its own word. Moments are aware; ``notes`` are what its list of notes says, as it says it.
    """

    id: str
    status: str = ""
    told_status: str = ""
    status_notes: str = ""
    service_code: str = ""
    service_name: str = ""
    description: str = ""
    agency_responsible: str = ""
    service_notice: str = ""
    requested_at: datetime | None = None
    updated_at: datetime | None = None
    expected_at: datetime | None = None
    address: str = ""
    address_id: str = ""
    zipcode: str = ""
    latitude: float | None = None
    longitude: float | None = None
    media_urls: tuple[str, ...] = ()
    notes: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteUpdate:
    """News of a request, told by either side.

    ``status`` is the server's word in small letters; ``at`` is by the clock of who tells it.
    """

    update_id: str
    service_request_id: str
    status: str
    at: datetime
    description: str = ""
    media_urls: tuple[str, ...] = ()
    external_status_code: str = ""
    customer_reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """A request to be made on the other server.

    ``client_request_id`` is the same for each attempt at the same request; ``attributes`` are
    answers by the codes of the other server's questions.
    """

    service_code: str
    client_request_id: str
    description: str = ""
    latitude: float | None = None
    longitude: float | None = None
    address: str = ""
    address_id: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    device_id: str = ""
    account_id: str = ""
    media_urls: Sequence[str] = ()
    attributes: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """What a new request got: its id, or a token to ask for the id with."""

    service_request_id: str = ""
    token: str = ""
    service_notice: str = ""
    account_id: str = ""
