"""Who may change the city's map of areas and places."""

from collections.abc import Mapping

from citycall.core.permissions import Grant

# Written out because ``accounts``, which owns the roles, stands beside this room, not below it.
ADMINISTRATOR = "administrator"

PERMISSIONS: Mapping[str, Grant] = {
    "load_layer": Grant(everywhere=frozenset({ADMINISTRATOR})),
    "load_places": Grant(everywhere=frozenset({ADMINISTRATOR})),
}
