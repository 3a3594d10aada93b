"""Who may write articles: administrators and the supervisors of the call center."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

_WRITERS = Grant(everywhere=frozenset({Role.ADMINISTRATOR.value, Role.SUPERVISOR.value}))

PERMISSIONS: Mapping[str, Grant] = {
    "save_article": _WRITERS,
    "withdraw_article": _WRITERS,
    "undo": _WRITERS,
    "read_history": _WRITERS,
}
