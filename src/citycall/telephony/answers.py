"""How this door answers programs: JSON, and a sentence for whatever is wrong."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, cast

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from citycall.accounts.callers import TooManyCalls
from citycall.core.errors import DomainError

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
log = logging.getLogger(__name__)

MOST_BYTES: Final = 16_384
_AGAIN_IN_SECONDS: Final = 5


class BadLength(DomainError):
    """The body is longer than any event is."""

    code = "too_long"
    status = 413


class OnlyPost(DomainError):
    """Events are told by POST."""

    code = "only_post"
    status = 405


def machine(view: View[P]) -> View[P]:
    """A view that takes a short POST of a program, and answers every fault in JSON.

    Where the database is away nothing was kept, and the program is asked to come again.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            _check(request)
            return view(request, *args, **kwargs)
        except DomainError as error:
            return _refused(error)
        except DatabaseError:
            log.exception("An event could not be kept")
            sentence = _("This could not be kept just now. Please send it again.")
            answer = JsonResponse({"error": "unavailable", "message": sentence}, status=503)
            answer["Retry-After"] = str(_AGAIN_IN_SECONDS)
            return answer

    return cast(View[P], csrf_exempt(answered))


def _check(request: HttpRequest) -> None:
    if request.method != "POST":
        raise OnlyPost(_("Please send this by POST."))
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise BadLength(_("This is too long: one event has at most 16 kilobytes."))


def _refused(error: DomainError) -> HttpResponse:
    said = {"error": error.code, "message": error.message}
    if error.field:
        said["field"] = error.field
    answer = JsonResponse(said, status=error.status)
    if isinstance(error, TooManyCalls):
        answer["Retry-After"] = str(error.retry_after)
    if isinstance(error, OnlyPost):
        answer["Allow"] = "POST"
    return answer
