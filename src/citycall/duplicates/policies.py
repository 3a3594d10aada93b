"""Who may decide about pairs, and about places where trouble returns."""

from collections.abc import Mapping
from typing import Final

from citycall.accounts.models import Role
from citycall.core.permissions import Grant
from citycall.service_requests import policies

_DISPATCH: Final = frozenset({Role.DISPATCHER.value, Role.AGENCY_MANAGER.value})
_ADMIN: Final = frozenset({Role.ADMINISTRATOR.value})

# Deciding is merging and parting, so whoever may do that may decide.
DECIDE: Final = policies.PERMISSIONS["merge"]
PERMISSIONS: Final[Mapping[str, Grant]] = {
    "decide": DECIDE,
    "read_repeats": policies.PERMISSIONS["read"],
    "keep_repeat": Grant(everywhere=_ADMIN, own_agency=_DISPATCH),
}
