"""One event as a door has read it, whatever the telephone system's own way of telling."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from citycall.calls.switch.models import Kind
from citycall.core.errors import DomainError

LONGEST_ID: Final = 100
_NOT_DATA: Final = frozenset({"switch", "event_id", "kind", "call_key", "at"})
# A call has several of these, and without a name or a time one is not to be told from the next.
_SEVERAL_A_CALL: Final = frozenset(
    {Kind.OFFERED, Kind.HELD, Kind.RESUMED, Kind.TRANSFERRED, Kind.STARTED}
)


class Malformed(DomainError):
    """What the telephone system told cannot be understood."""

    code = "malformed"
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What happened to a call, and when.

    ``phone`` is the other party's number and ``dialled`` the city's own, both as ``phones`` reads
    them. ``extension`` is the desk that it concerns, by its name at the telephone system.
    ``cause`` is why a call ended, in Zammad's words (``cancel``, ``busy``, ``normalClearing``,
    ``forwarded`` ...) or ours (``menu``, ``callBack``, ``closed``). ``at`` is none where the
    system does not tell the time: then it is when the event came.
    """

    switch: str
    kind: Kind
    call_key: str
    event_id: str = ""
    at: datetime | None = None
    phone: str = ""
    dialled: str = ""
    name: str = ""
    language: str = ""
    topic: str = ""
    extension: str = ""
    cause: str = ""
    outside: str = ""
    priority: int | None = None
    told_seconds: int | None = None
    outgoing: bool = False

    def __post_init__(self) -> None:
        if not self.call_key or len(self.call_key) > LONGEST_ID:
            raise Malformed(_("callId is missing, or longer than 100 characters."), field="callId")
        if len(self.event_id) > LONGEST_ID:
            raise Malformed(_("eventId is longer than 100 characters."), field="eventId")
        if self.kind in _SEVERAL_A_CALL and self.at is None and not self.event_id:
            raise Malformed(
                _("A call may have several such events: give each an eventId, or its time."),
                field="eventId",
            )

    @property
    def identity(self) -> str:
        """What makes it the same event when it is told again."""
        if self.event_id:
            return self.event_id
        whole = json.dumps(asdict(self), sort_keys=True, default=str)
        return f"sha256:{hashlib.sha256(whole.encode()).hexdigest()}"

    @property
    def data(self) -> dict[str, Any]:
        """What is kept of it beside who, what and when."""
        said = asdict(self).items()
        return {name: value for name, value in said if name not in _NOT_DATA and value}
