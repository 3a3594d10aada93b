"""Who may see what became of messages, and have them sent again."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

_WATCHERS = frozenset({Role.SUPERVISOR.value, Role.ADMINISTRATOR.value})

PERMISSIONS: Mapping[str, Grant] = {
    "read_deliveries": Grant(everywhere=_WATCHERS),
    "send_again": Grant(everywhere=_WATCHERS),
}
