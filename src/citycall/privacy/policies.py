"""Who may hide what people wrote and sent, and who may still read it."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

_CITY = frozenset({Role.SUPERVISOR.value, Role.ADMINISTRATOR.value})
_AGENCY = frozenset({Role.DISPATCHER.value, Role.AGENCY_MANAGER.value})

PERMISSIONS: Mapping[str, Grant] = {
    "redact": Grant(everywhere=_CITY, own_agency=_AGENCY),
    "read_redacted": Grant(everywhere=_CITY, own_agency=frozenset({Role.AGENCY_MANAGER.value})),
}
