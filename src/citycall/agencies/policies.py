"""Who may change agencies, teams and calendars."""

from collections.abc import Mapping
from typing import Final

from citycall.core.permissions import Grant

# ``accounts.models.Role.ADMINISTRATOR``, which this room lies below; a test holds them equal.
ADMINISTRATOR: Final = "administrator"

_ADMIN = Grant(everywhere=frozenset({ADMINISTRATOR}))

PERMISSIONS: Mapping[str, Grant] = {
    "save_calendar": _ADMIN,
    "save_agency": _ADMIN,
    "save_team": _ADMIN,
    "undo": _ADMIN,
    "read_history": _ADMIN,
}
