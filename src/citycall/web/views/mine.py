"""Everything of mine: reports and what I follow, a copy of my data, erasing it.

Proven by an account, or by a link to my e-mail address or phone.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe
from limits import RateLimitItem, RateLimitItemPerMinute

from citycall.catalog.queries import catalog
from citycall.core import clock, numbers
from citycall.follows import actions as follows
from citycall.follows.models import Often
from citycall.follows.words import describe
from citycall.notifications import sms
from citycall.pages import moments
from citycall.privacy import belongings, links
from citycall.privacy.persons import Person
from citycall.service_requests import checks, personal
from citycall.service_requests.models import Report, Status
from citycall.web import pace, signed_in, visits
from citycall.web.account_forms import ReachForm
from citycall.web.forms import EmailForm

# One address may be a whole library's.
LINKS: Final[RateLimitItem] = RateLimitItemPerMinute(20, 10)
_DATA_NAME: Final = "my-reports.zip"

# Nobody else may find these pages in a cache.
own = cache_control(private=True, no_store=True)


@own
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What have I reported? By a proven address, else what this browser remembers."""
    return _page(request)


@own
@require_POST
def send_link(request: HttpRequest) -> HttpResponse:
    """Send a link to the address or number; the answer does not tell whether it is known here."""
    typed = request.POST.get("email", "")
    faults: dict[str, str] = {}
    by_phone = sms.is_on() and "@" not in typed and any(sign.isdecimal() for sign in typed)
    reach = _phone(typed, faults) if by_phone else checks.clean_email(typed, faults=faults)
    if not reach:
        faults.setdefault("email", _("Please enter your e-mail address."))
        return _page(request, typed=typed, faults=faults)
    if not pace.may(request, LINKS, "access link"):
        faults["email"] = _("Too many links were asked for. Please wait ten minutes.")
        return _page(request, typed=typed, faults=faults, status=429)
    if by_phone:
        links.ask_by_phone(reach, at=clock.now())
    else:
        links.ask(reach, at=clock.now())
    messages.success(
        request,
        _(
            "If reports were made with %(email)s, a message with a link is on its way there. "
            "The link opens once, within %(minutes)d minutes."
        )
        % {"email": reach, "minutes": links.VALID_FOR.total_seconds() // 60},
    )
    return redirect("web:me")


def _phone(typed: str, faults: dict[str, str]) -> str:
    number = checks.clean_phone(typed, faults=faults)
    if "phone" in faults:
        faults["email"] = faults.pop("phone")
    return number


@method_decorator(own, name="dispatch")
class Open(View):
    """The link in the message: looking at it uses nothing up, since programs look at mail too."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """One button."""
        key = request.GET.get("key", "")
        try:
            links.look(key, at=clock.now())
        except links.BadAccessLink as error:
            return _refused(request, error)
        return render(request, "web/me/open.html", {"key": key})

    def post(self, request: HttpRequest) -> HttpResponse:
        """The visitor reads the messages to this address."""
        at = clock.now()
        try:
            person = links.open_once(request.POST.get("key", ""), at=at)
        except links.BadAccessLink as error:
            return _refused(request, error)
        signed_in.prove_person(request, person, at=at)
        return redirect("web:me")


@own
@require_safe
def data(request: HttpRequest) -> HttpResponseBase:
    """A copy of everything that the city holds of the visitor."""
    at = clock.now()
    person = signed_in.lately_proven(request, at=at)
    if person is None:
        return _link_first(request)
    return FileResponse(belongings.packed(person, at=at), as_attachment=True, filename=_DATA_NAME)


@method_decorator(own, name="dispatch")
class Erase(View):
    """Erasing who I am and what I wrote; asked once more before it is done."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """What goes and what stays."""
        person = signed_in.lately_proven(request, at=clock.now())
        if person is None:
            return _link_first(request)
        return render(request, "web/me/erase.html", {"person": person})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Erase it, and forget the visitor here too."""
        at = clock.now()
        person = signed_in.lately_proven(request, at=at)
        if person is None:
            return _link_first(request)
        count = belongings.erase(person, at=at)
        visits.forget(request)
        done = ngettext(
            "Your personal data were erased from %(n)d report.",
            "Your personal data were erased from %(n)d reports.",
            count,
        )
        messages.success(request, done % {"n": count})
        return redirect("web:me")


def _page(
    request: HttpRequest,
    *,
    typed: str = "",
    faults: dict[str, str] | None = None,
    status: int = 422,
) -> HttpResponse:
    person = signed_in.person_of(request, at=clock.now())
    context: dict[str, Any] = {"person": person}
    if person is not None:
        page = belongings.page(person, older_than=request.GET.get("older", ""))
        # Whose address it is, theirs are the reports; their pages then know the reporter.
        signed_in.show(request, [report.pk for report in page.rows])
        began = "older" in request.GET
        context |= {"lines": _lines(page.rows), "older": page.older, "began": began}
        context |= {
            "follows": follow_lines(person),
            "signed_in": signed_in.account_of(request, at=clock.now()) is not None,
        }
    else:
        form = (ReachForm if sms.is_on() else EmailForm)(typed={"email": typed}, faults=faults)
        context |= {
            "by_sms": sms.is_on(),
            "form": form,
            "lines": _lines(personal.latest(visits.own_reports(request))),
        }
    return render(request, "web/me/mine.html", context, status=status if faults else 200)


def follow_lines(person: Person) -> list[dict[str, Any]]:
    """What the person follows, for a list with a way to end each."""
    return [
        {
            "id": each.pk,
            "what": describe(each),
            "often": Often(each.often).label,
            "waits": each.confirmed_at is None,
        }
        for each in (follows.of_email(person.email) if person.email else ())
    ]


def _lines(reports: Sequence[Report]) -> list[dict[str, Any]]:
    now = clock.now()
    return [
        {
            "number": numbers.show(report.number),
            "service": catalog().service_by_id(report.service_request.service_id).name,
            "place": report.service_request.place,
            "status": report.service_request.status,
            "label": Status(report.service_request.status).label,
            "reported": moments.in_words(report.reported_at, at=now, style="day"),
        }
        for report in reports
    ]


def _refused(request: HttpRequest, error: links.BadAccessLink) -> HttpResponse:
    messages.warning(request, error.message)
    return redirect("web:me")


def _link_first(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("Please sign in or ask for a link first, so that we know it is you."))
    return redirect("web:sign-in-by-code" if signed_in.is_begun(request) else "web:me")
