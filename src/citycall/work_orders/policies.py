"""Who may see, plan and do work orders; a crew's work is its own agency's."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant
from citycall.service_requests.policies import WORK_SCOPE

_CALL_CENTRE = frozenset({Role.CALL_TAKER.value, Role.SUPERVISOR.value})
_DISPATCH = frozenset({Role.DISPATCHER.value, Role.AGENCY_MANAGER.value})
_FIELD = _DISPATCH | {Role.CREW.value}
_ADMIN = frozenset({Role.ADMINISTRATOR.value})

PERMISSIONS: Mapping[str, Grant] = {
    "read": Grant(everywhere=_ADMIN | _CALL_CENTRE, own_agency=_FIELD | {WORK_SCOPE}),
    "plan": Grant(everywhere=_ADMIN, own_agency=_DISPATCH | {WORK_SCOPE}),
    "work": Grant(everywhere=_ADMIN, own_agency=_FIELD | {WORK_SCOPE}),
}
