"""Who may sort, teach words, and propose or change routing rules."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

_ADMIN = frozenset({Role.ADMINISTRATOR.value})
_CALL_CENTRE = frozenset({Role.CALL_TAKER.value, Role.SUPERVISOR.value})
_DISPATCH = frozenset({Role.DISPATCHER.value, Role.AGENCY_MANAGER.value})
_MANAGERS = frozenset({Role.AGENCY_MANAGER.value})

PERMISSIONS: Mapping[str, Grant] = {
    "sort": Grant(everywhere=_CALL_CENTRE | _ADMIN, own_agency=_DISPATCH),
    "teach": Grant(everywhere=_ADMIN),
    "read_rules": Grant(
        everywhere=_ADMIN | {Role.SUPERVISOR.value, Role.ANALYST.value}, own_agency=_DISPATCH
    ),
    "propose_rule": Grant(everywhere=_ADMIN | {Role.SUPERVISOR.value}, own_agency=_MANAGERS),
    "apply_rule": Grant(everywhere=_ADMIN),
}
