"""Who may say who is told of late work."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

_ADMIN = frozenset({Role.ADMINISTRATOR.value})

PERMISSIONS: Mapping[str, Grant] = {
    "save_policy": Grant(everywhere=_ADMIN),
    "undo": Grant(everywhere=_ADMIN),
}
