"""Who asks for a district, and who answers."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant
from citycall.service_requests.policies import WORK_SCOPE

_AGENCY = frozenset({Role.DISPATCHER.value, Role.AGENCY_MANAGER.value})

PERMISSIONS: Mapping[str, Grant] = {
    "ask": Grant(everywhere=frozenset({Role.COUNCIL.value})),
    "answer": Grant(
        everywhere=frozenset({Role.ADMINISTRATOR.value}), own_agency=_AGENCY | {WORK_SCOPE}
    ),
}
