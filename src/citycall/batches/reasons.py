"""Why a request was left as it is, as a code that is kept, and as a sentence that is read."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from citycall.core.errors import DomainError
from citycall.service_requests.models import ServiceRequest, Status
from citycall.service_requests.rules import StepNotAllowed

_SENTENCES: Final[Mapping[str, str | Promise]] = {
    "not_allowed": lazy("You may not do this to them."),
    "changed_meanwhile": lazy("Somebody has changed them since."),
    "photo_missing": lazy("Their service needs a photo of the finished work."),
    "bad_choice:reason": lazy("Their service does not have this reason."),
    "bad_choice:outcome": lazy("Their service does not have this outcome."),
    "bad_choice:assignee": lazy("The person does not work for their agency."),
    "bad_choice:team": lazy("The team has them already."),
    "cannot_merge:itself": lazy("It is the request that the others are to be merged into."),
    "cannot_merge:parent": lazy("The request to merge into is not open."),
    "cannot_merge:merged": lazy("They were merged into another request."),
    "already_so:tags": lazy("Their tags are like that already."),
    "bad_tag:tag": lazy("They would have too many tags."),
    "not_found:parent": lazy("The request to merge into was not found."),
}


def code_of(error: DomainError, request: ServiceRequest) -> str:
    """The code that is kept of why a request was left as it is."""
    if isinstance(error, StepNotAllowed):
        return f"{error.code}:{request.status}"
    return f"{error.code}:{error.field}" if error.field else error.code


def sentence(code: str) -> str:
    """The reason in words, of one or several requests."""
    kind, _colon, about = code.partition(":")
    if kind == StepNotAllowed.code:
        state = Status(about).label
        return _("They are “%(state)s”, from where this step is not possible.") % {"state": state}
    found = _SENTENCES.get(code) or _SENTENCES.get(kind)
    return str(found) if found else _("The step is not possible for them.")
