"""Who may change services and outcomes, and load a whole catalog."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

_ADMIN = Grant(everywhere=frozenset({Role.ADMINISTRATOR.value}))

PERMISSIONS: Mapping[str, Grant] = {
    "save_service": _ADMIN,
    "save_outcome": _ADMIN,
    "retire_service": _ADMIN,
    "undo": _ADMIN,
    "read_history": _ADMIN,
    "import_catalog": _ADMIN,
}
