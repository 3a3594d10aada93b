"""Who may see how areas are served before everybody does: all who answer for the city's work."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

# Areas are everybody's: whoever answers for one agency sees what all of them do there.
PERMISSIONS: Mapping[str, Grant] = {
    "see": Grant(
        everywhere=frozenset(
            {
                Role.SUPERVISOR.value,
                Role.ANALYST.value,
                Role.ADMINISTRATOR.value,
                Role.DISPATCHER.value,
                Role.AGENCY_MANAGER.value,
            }
        )
    ),
}
