"""What the request page says of lookalikes and of trouble that returned."""

from typing import Any

from citycall.core.actors import Actor
from citycall.duplicates import queries, repeats
from citycall.service_requests import queries as requests
from citycall.service_requests.models import OPEN_STATUSES, ServiceRequest


def around(problem: ServiceRequest, *, actor: Actor) -> dict[str, Any]:
    """Older requests that it may repeat, newer ones that may repeat it, and its repeat place."""
    is_open = problem.status in OPEN_STATUSES
    return {
        "same_older": queries.candidates_for(actor, problem) if is_open else [],
        "same_newer": queries.repeated_by(actor, problem) if is_open else [],
        "may_merge": requests.may(actor, "merge", problem),
        "repeat": repeats.of_request(actor, problem.pk),
    }
