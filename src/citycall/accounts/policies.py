"""Who may manage people, roles and keys."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

_ADMIN = frozenset({Role.ADMINISTRATOR.value})

PERMISSIONS: Mapping[str, Grant] = {
    "manage_people": Grant(everywhere=_ADMIN, own_agency=frozenset({Role.AGENCY_MANAGER.value})),
    "manage_keys": Grant(everywhere=_ADMIN),
}
