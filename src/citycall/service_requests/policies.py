"""Who may do what to a service request."""

from collections.abc import Mapping
from typing import Final

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

_CALL_CENTRE = frozenset({Role.CALL_TAKER.value, Role.SUPERVISOR.value})
_DISPATCH = frozenset({Role.DISPATCHER.value, Role.AGENCY_MANAGER.value})
_FIELD = _DISPATCH | {Role.CREW.value}
_ADMIN = frozenset({Role.ADMINISTRATOR.value})
_READERS = _CALL_CENTRE | _FIELD | _ADMIN | {Role.ANALYST.value}

# Scopes of API keys stand beside roles: a key holds them as a person holds roles.
SUBMIT_SCOPE: Final = "service_requests:submit"
READ_SCOPE: Final = "service_requests:read"

PERMISSIONS: Mapping[str, Grant] = {
    "submit": Grant(everywhere=_READERS | {SUBMIT_SCOPE}),
    "read": Grant(everywhere=_CALL_CENTRE | _ADMIN | {Role.ANALYST.value}, own_agency=_FIELD),
    "read_contact": Grant(everywhere=_CALL_CENTRE | _ADMIN, own_agency=_DISPATCH),
    "note": Grant(everywhere=_CALL_CENTRE | _ADMIN, own_agency=_FIELD),
    "assign": Grant(everywhere=_ADMIN, own_agency=_DISPATCH),
    "start": Grant(everywhere=_ADMIN, own_agency=_FIELD),
    "hold": Grant(everywhere=_ADMIN, own_agency=_FIELD),
    "resume": Grant(everywhere=_ADMIN, own_agency=_FIELD),
    "transfer": Grant(everywhere=frozenset({Role.SUPERVISOR.value}) | _ADMIN, own_agency=_DISPATCH),
    "complete": Grant(everywhere=_ADMIN, own_agency=_FIELD),
    "confirm": Grant(everywhere=_CALL_CENTRE | _ADMIN),
    "dispute": Grant(everywhere=_CALL_CENTRE | _ADMIN),
    "close": Grant(everywhere=_ADMIN),
    "reopen": Grant(everywhere=_CALL_CENTRE | _ADMIN, own_agency=_DISPATCH),
    "cancel": Grant(everywhere=_CALL_CENTRE | _ADMIN, own_agency=_DISPATCH),
    "refer": Grant(everywhere=_CALL_CENTRE | _ADMIN, own_agency=_DISPATCH),
    "merge": Grant(everywhere=_CALL_CENTRE | _ADMIN, own_agency=_DISPATCH),
    "unmerge": Grant(everywhere=_CALL_CENTRE | _ADMIN, own_agency=_DISPATCH),
}
