"""Who may take calls, and who may see how the call centre does."""

from collections.abc import Mapping
from typing import Final

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

_CALL_CENTRE = frozenset({Role.CALL_TAKER.value, Role.SUPERVISOR.value, Role.ADMINISTRATOR.value})
_SUPERVISORS = frozenset({Role.SUPERVISOR.value, Role.ADMINISTRATOR.value})

# The scope of the key by which a telephone system tells of its calls.
TELEPHONY_SCOPE: Final = "calls:tell"

PERMISSIONS: Mapping[str, Grant] = {
    "take": Grant(everywhere=_CALL_CENTRE),
    "supervise": Grant(everywhere=_SUPERVISORS),
    "tell": Grant(everywhere=frozenset({TELEPHONY_SCOPE})),
}
