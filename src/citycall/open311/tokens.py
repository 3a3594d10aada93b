"""GET tokens: a program that never saw the answer to its POST finds the id of its request.

A token is the ``client_request_id`` or ``Idempotency-Key`` of that POST, and only the key that
sent it finds it.
"""

from django.utils.translation import gettext as _

from citycall.core.errors import NotFound
from citycall.open311.calls import Answer, Call
from citycall.open311.posted_body import Posted, holder_of
from citycall.open311.posted_rows import request_with_key
from citycall.service_requests.checks import storable


def token(call: Call, token: str) -> Answer:
    """The id of the request that the token stands for; raises ``NotAllowed``, ``NotFound``."""
    actor = holder_of(call, Posted())
    request_id = request_with_key(token, by=actor) if storable(token) else None
    if request_id is None:
        raise NotFound(_("token was not found."))
    row = {"service_request_id": str(request_id), "token": token}
    return Answer("service_requests", "request", [row], headers={"Cache-Control": "no-store"})
