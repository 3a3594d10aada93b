"""Messages on this device: a browser begins or ends to take them, for a report of its person's."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citycall.accounts import misses
from citycall.contacts import actions, queries
from citycall.core import clock, numbers, phrases
from citycall.core.errors import DomainError
from citycall.service_requests import public
from citycall.web import visits


@require_POST
def messages_here(request: HttpRequest, number: str) -> HttpResponse:
    """``go`` says whether to begin, to end, or only to say how it is; ``on`` is how it is then."""
    try:
        report_id = _own_report(request, number)
        said = _do(request, report_id)
        endpoint = request.POST.get("endpoint", "")
        on = queries.takes_messages(report_id=report_id, endpoint=endpoint)
        return JsonResponse({"on": on, "said": said})
    except DomainError as error:
        return JsonResponse({"said": error.message}, status=error.status)


def _do(request: HttpRequest, report_id: int) -> str:
    """Do what was asked for; the sentence to say."""
    sent, by, at = request.POST, visits.resident_of(request), clock.now()
    endpoint = sent.get("endpoint", "")
    if sent.get("go") == "on":
        actions.subscribe(
            report_id=report_id,
            endpoint=endpoint,
            public_key=sent.get("public_key", ""),
            secret=sent.get("secret", ""),
            language=phrases.spoken(),
            by=by,
            at=at,
        )
        return _("This device now gets the messages about your report.")
    if sent.get("go") == "off":
        actions.unsubscribe(report_id=report_id, endpoint=endpoint, by=by, at=at)
        return _("This device gets no more messages about your report.")
    return ""


def _own_report(request: HttpRequest, number: str) -> int:
    """The visitor's own report of this number; others hear that it has to be proven first."""
    with misses.counted(request):
        told = public.by_number(numbers.read(number), by=visits.resident_of(request))
    return told.own.report.pk if told.own is not None else 0
