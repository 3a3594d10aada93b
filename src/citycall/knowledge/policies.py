"""Who may tell residents something: administrators, the call center's supervisors, agencies."""

from collections.abc import Mapping

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

_WRITERS = Grant(everywhere=frozenset({Role.ADMINISTRATOR.value, Role.SUPERVISOR.value}))
# Who knows first that a main broke tells so: an agency's own people, for their agency.
_AGENCIES_TOO = Grant(
    everywhere=_WRITERS.everywhere,
    own_agency=frozenset({Role.AGENCY_MANAGER.value, Role.DISPATCHER.value}),
)

PERMISSIONS: Mapping[str, Grant] = {
    "save_article": _WRITERS,
    "withdraw_article": _WRITERS,
    "undo": _WRITERS,
    "read_history": _WRITERS,
    "save_entry": _WRITERS,
    "save_alert": _AGENCIES_TOO,
    "end_alert": _AGENCIES_TOO,
    "read_opinions": _WRITERS,
}
