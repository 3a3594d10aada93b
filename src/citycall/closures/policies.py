"""Who may decide upon completions that look false, check them, and say how many are checked."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

_CITY = frozenset({Role.SUPERVISOR.value, Role.ADMINISTRATOR.value})
_AGENCY = frozenset({Role.DISPATCHER.value, Role.AGENCY_MANAGER.value})

PERMISSIONS: Mapping[str, Grant] = {
    "see": Grant(everywhere=_CITY | {Role.ANALYST.value}, own_agency=_AGENCY),
    "decide": Grant(everywhere=_CITY, own_agency=_AGENCY),
    "check": Grant(everywhere=_CITY, own_agency=_AGENCY),
    "plan": Grant(everywhere=_CITY),
}
