"""Who may see the city's numbers before everybody does, and set what is watched."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

_CITY = frozenset({Role.SUPERVISOR.value, Role.ANALYST.value, Role.ADMINISTRATOR.value})
_AGENCY = frozenset({Role.DISPATCHER.value, Role.AGENCY_MANAGER.value})

PERMISSIONS: Mapping[str, Grant] = {
    "see": Grant(everywhere=_CITY, own_agency=_AGENCY),
    "watch": Grant(everywhere=_CITY, own_agency=frozenset({Role.AGENCY_MANAGER.value})),
}
