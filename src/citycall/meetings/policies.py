"""Who may read what a meeting decided, take it down, and say what came of it."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

_CITY = frozenset({Role.ANALYST.value, Role.ADMINISTRATOR.value})
_AGENCY = frozenset({Role.AGENCY_MANAGER.value})

PERMISSIONS: Mapping[str, Grant] = {
    "see": Grant(
        everywhere=_CITY | {Role.SUPERVISOR.value}, own_agency=_AGENCY | {Role.DISPATCHER.value}
    ),
    "take_down": Grant(everywhere=_CITY),
    "follow": Grant(everywhere=_CITY, own_agency=_AGENCY),
}
