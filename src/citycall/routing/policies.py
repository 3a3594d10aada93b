"""Who may change and read the routing rules."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

_ADMIN = frozenset({Role.ADMINISTRATOR.value})

PERMISSIONS: Mapping[str, Grant] = {
    "save_rule": Grant(everywhere=_ADMIN),
    "remove_rule": Grant(everywhere=_ADMIN),
    "undo": Grant(everywhere=_ADMIN),
    "read_history": Grant(everywhere=_ADMIN),
}
