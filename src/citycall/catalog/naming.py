"""The agency and the service that a rule of the city is for, by their codes."""

from django.utils.translation import gettext as _

from citycall.agencies.models import Agency
from citycall.catalog.models import Service
from citycall.core.errors import Faults


def agency_and_service(
    *, agency: str | None, service: str | None
) -> tuple[Agency | None, Service | None]:
    """What the codes name, none where there is no code.

    Raises ``Faults`` for a code that nothing has.
    """
    found = Agency.objects.filter(code=agency).first() if agency else None
    offered = Service.objects.filter(code=service).first() if service else None
    faults: dict[str, str] = {}
    if agency and found is None:
        faults["agency"] = _("There is no agency with this code.")
    if service and offered is None:
        faults["service"] = _("There is no service with this code.")
    if faults:
        raise Faults(faults)
    return found, offered
