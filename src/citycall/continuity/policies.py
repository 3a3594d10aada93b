"""Who makes kits, and who brings their reports back."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

_MAKERS = frozenset({Role.SUPERVISOR.value, Role.ADMINISTRATOR.value})

PERMISSIONS: Mapping[str, Grant] = {
    "make_kit": Grant(everywhere=_MAKERS),
    "merge": Grant(everywhere=_MAKERS | {Role.CALL_TAKER.value}),
}
