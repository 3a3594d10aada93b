"""Who may share questions, have numbers watched, and take away what others shared."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.analytics import policies
from citycall.core.permissions import Grant

# Whoever may see numbers may keep questions of their own and have the answers mailed.
PERMISSIONS: Mapping[str, Grant] = {
    "share": policies.PERMISSIONS["watch"],
    "watch": policies.PERMISSIONS["watch"],
    "tidy": Grant(everywhere=frozenset({Role.ADMINISTRATOR.value})),
}
