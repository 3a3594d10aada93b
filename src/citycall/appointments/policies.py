"""Who may change other people's appointments, beside the reporters themselves."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant
from citycall.service_requests.policies import WORK_SCOPE

_CITY = frozenset({Role.CALL_TAKER.value, Role.SUPERVISOR.value, Role.ADMINISTRATOR.value})
_MANAGERS = frozenset({Role.SUPERVISOR.value, Role.ADMINISTRATOR.value})
_AGENCY = frozenset({Role.DISPATCHER.value, Role.AGENCY_MANAGER.value, WORK_SCOPE})

PERMISSIONS: Mapping[str, Grant] = {
    "book": Grant(everywhere=_CITY, own_agency=_AGENCY),
    "move": Grant(everywhere=_CITY, own_agency=_AGENCY),
    "cancel": Grant(everywhere=_CITY, own_agency=_AGENCY),
    "wait": Grant(everywhere=_CITY, own_agency=_AGENCY),
    "tell_missed": Grant(everywhere=_CITY, own_agency=_AGENCY),
    "call_off": Grant(everywhere=_MANAGERS, own_agency=_AGENCY),
}
