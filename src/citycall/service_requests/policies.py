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
WORK_SCOPE: Final = "service_requests:work"
# A program that works needs no contacts; one that writes to people does, and is recorded.
CONTACT_SCOPE: Final = "service_requests:contact"
_WORK = frozenset({WORK_SCOPE})

PERMISSIONS: Mapping[str, Grant] = {
    "submit": Grant(everywhere=_READERS | {SUBMIT_SCOPE, Role.COUNCIL.value}),
    "read": Grant(
        everywhere=_CALL_CENTRE | _ADMIN | {Role.ANALYST.value},
        own_agency=_FIELD | {READ_SCOPE, WORK_SCOPE},
    ),
    "read_contact": Grant(everywhere=_CALL_CENTRE | _ADMIN, own_agency=_DISPATCH | {CONTACT_SCOPE}),
    "note": Grant(everywhere=_CALL_CENTRE | _ADMIN, own_agency=_FIELD | _WORK),
    "assign": Grant(everywhere=_ADMIN, own_agency=_DISPATCH | _WORK),
    "start": Grant(everywhere=_ADMIN, own_agency=_FIELD | _WORK),
    "hold": Grant(everywhere=_ADMIN, own_agency=_FIELD | _WORK),
    "resume": Grant(everywhere=_ADMIN, own_agency=_FIELD | _WORK),
    "transfer": Grant(
        everywhere=frozenset({Role.SUPERVISOR.value}) | _ADMIN, own_agency=_DISPATCH | _WORK
    ),
    "return_work": Grant(everywhere=_ADMIN, own_agency=_FIELD | _WORK),
    # Who decides where a team's word stands against another's.
    "settle": Grant(everywhere=frozenset({Role.SUPERVISOR.value}) | _ADMIN),
    "prioritise": Grant(
        everywhere=frozenset({Role.SUPERVISOR.value}) | _ADMIN, own_agency=_DISPATCH | _WORK
    ),
    "save_return_reason": Grant(everywhere=_ADMIN),
    "change_service": Grant(everywhere=_CALL_CENTRE | _ADMIN, own_agency=_DISPATCH | _WORK),
    "complete": Grant(everywhere=_ADMIN, own_agency=_FIELD | _WORK),
    "confirm": Grant(everywhere=_CALL_CENTRE | _ADMIN),
    "dispute": Grant(everywhere=_CALL_CENTRE | _ADMIN),
    "close": Grant(everywhere=_ADMIN),
    "reopen": Grant(everywhere=_CALL_CENTRE | _ADMIN, own_agency=_DISPATCH | _WORK),
    "inspect": Grant(everywhere=frozenset({Role.SUPERVISOR.value}) | _ADMIN, own_agency=_DISPATCH),
    "cancel": Grant(everywhere=_CALL_CENTRE | _ADMIN, own_agency=_DISPATCH | _WORK),
    "refer": Grant(everywhere=_CALL_CENTRE | _ADMIN, own_agency=_DISPATCH | _WORK),
    "merge": Grant(everywhere=_CALL_CENTRE | _ADMIN, own_agency=_DISPATCH | _WORK),
    "unmerge": Grant(everywhere=_CALL_CENTRE | _ADMIN, own_agency=_DISPATCH | _WORK),
    # Of views of the list that others find there too.
    "share_view": Grant(own_agency=_FIELD),
    "remove_view": Grant(everywhere=_ADMIN, own_agency=frozenset({Role.AGENCY_MANAGER.value})),
}
