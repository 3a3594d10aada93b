"""Who may have the assistant learn."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

PERMISSIONS: Mapping[str, Grant] = {
    "train": Grant(everywhere=frozenset({Role.ADMINISTRATOR.value})),
}
