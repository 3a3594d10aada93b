"""Who may exchange data with other systems."""

from collections.abc import Mapping
from typing import Final

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

WEBHOOKS_SCOPE: Final = "webhooks:manage"
_ADMIN = frozenset({Role.ADMINISTRATOR.value})

PERMISSIONS: Mapping[str, Grant] = {
    "manage_webhooks": Grant(everywhere=_ADMIN | {WEBHOOKS_SCOPE}),
    "manage_partners": Grant(everywhere=_ADMIN),
    "make_export": Grant(everywhere=_ADMIN),
}
