"""A caller has an old matter: one box for whatever they remember."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from citycall.calls import queries
from citycall.calls.models import Call
from citycall.console import page
from citycall.console.finding import LONGEST
from citycall.console.finding import find as found
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.pages.staff import links_for, staff_only

WAYS = {
    "number": _("By number"),
    "slip": _("One slip away from this number"),
    "phone": _("By phone number"),
    "name": _("By name"),
    "place": _("Near this place"),
    "words": _("By words"),
}


# What was last asked for is kept with the sign-in, so that going back shows it again: names and
# phone numbers stand in no address, since addresses are written to logs.
_ASKED = "console_find"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def find(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Number, phone, name, place, words in one box; before that, the caller's own requests."""
    call, at = call_of(request, actor), clock.now()
    if request.method == "POST":
        request.session[_ASKED] = request.POST.get("q", "")[:LONGEST]
        return redirect(_found_address(call))
    text = request.session.get(_ASKED, "") if "found" in request.GET else ""
    piles = found(text, by=actor)
    if len(piles) == 1 and piles[0].by == "number":
        return redirect(address(piles[0].lines[0].number, call))
    known = queries.caller(call.phone, by=actor, before=at, but=call.pk) if call else None
    context = {
        "staff_links": links_for(actor),
        "text": text,
        "call": call,
        "piles": [{"way": WAYS[pile.by], "pile": pile} for pile in piles],
        "known": known,
        "reports": page.reports(known) if known else [],
        "now": at,
    }
    return render(request, "console/find.html", context)


def _found_address(call: Call | None) -> str:
    return reverse("console:find") + ("?found" if call is None else f"?found&call={call.pk}")


def call_of(request: HttpRequest, actor: Actor) -> Call | None:
    """The call that the page belongs to, where the address names one of the call-taker's."""
    asked = request.POST.get("call") or request.GET.get("call", "")
    if not (asked.isascii() and asked.isdecimal()) or len(asked) > 18:
        return None
    try:
        return queries.get_for(actor, int(asked))
    except DomainError:
        return None


def address(number: str, call: Call | None) -> str:
    """Where one request is told of, within the call."""
    asked = f"?call={call.pk}" if call is not None else ""
    return reverse("console:request", args=[number]) + asked
