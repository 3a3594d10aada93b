"""Who may see the city's numbers before everybody does, ask the facts, and set what is watched."""

from collections.abc import Mapping
from typing import Final

from citycall.accounts.models import Role
from citycall.core.permissions import Grant

# A key that is bound to an agency has that agency's measures, and none of the whole city's facts.
FACTS_SCOPE: Final = "facts:read"
_CITY = frozenset({Role.SUPERVISOR.value, Role.ANALYST.value, Role.ADMINISTRATOR.value})
_AGENCY = frozenset({Role.DISPATCHER.value, Role.AGENCY_MANAGER.value})

PERMISSIONS: Mapping[str, Grant] = {
    "see": Grant(everywhere=_CITY, own_agency=_AGENCY | {FACTS_SCOPE}),
    # Those who may read every request.
    "query": Grant(everywhere=_CITY, own_agency=frozenset({FACTS_SCOPE})),
    "see_questions": Grant(everywhere=frozenset({Role.ADMINISTRATOR.value})),
    "watch": Grant(everywhere=_CITY, own_agency=frozenset({Role.AGENCY_MANAGER.value})),
}
