"""Keeping work from going to and fro between teams that both say it is not theirs."""

from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.errors import Conflict
from citycall.service_requests import queries, returning
from citycall.service_requests.models import ServiceRequest


class WouldBounce(Conflict):
    """The team has sent the request back before, or too many have; a supervisor decides."""

    code = "would_bounce"


def check(request: ServiceRequest, *, team_id: int, by: Actor) -> None:
    """Raise ``WouldBounce`` where somebody sends it to and fro who may not settle whose it is."""
    if not request.returned_count or queries.may(by, "settle", request):
        return
    if returning.has_bounced(request):
        raise WouldBounce(
            _(
                "This was sent back %(n)s times. A supervisor decides whose it is, so that it "
                "does not go to and fro."
            )
            % {"n": request.returned_count},
            field="team",
        )
    if team_id in returning.returned_by(request.pk):
        raise WouldBounce(
            _("This team has sent it back already. Please choose another, or ask a supervisor."),
            field="team",
        )
