"""Tell me about new requests here: asked for, confirmed from the mailbox, and ended in one tap."""

from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from limits import RateLimitItem, RateLimitItemPerMinute

from citycall.core import clock, phrases
from citycall.follows import actions
from citycall.follows.actions import Wanted
from citycall.follows.links import BadFollowLink
from citycall.follows.models import Often
from citycall.follows.words import describe
from citycall.service_requests import checks
from citycall.web import nearby as asking
from citycall.web import pace, signed_in
from citycall.web.account_forms import FollowForm
from citycall.web.views.mine import own

# One address may be a whole library's.
ASKED: Final[RateLimitItem] = RateLimitItemPerMinute(20, 10)
_NAMES: Final = ("service", "lon", "lat", "within", "group")


@method_decorator(own, name="dispatch")
class Ask(View):
    """``?service=`` or ``?lon=&lat=&within=&group=``: whom shall the city tell, and how often?"""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form; an address that leads to nothing says so as every page does."""
        typed = {"often": Often.DAILY.value}
        return self._page(request, _wanted(request.GET.dict()), typed=typed)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin, or send the question whether this address belongs to who asks."""
        sent = request.POST.dict()
        wanted = _wanted(sent)
        typed = {"email": sent.get("email", ""), "often": sent.get("often", "")}
        at = clock.now()
        person = signed_in.person_of(request, at=at)
        proven = person.email if person is not None else ""
        faults: dict[str, str] = {}
        email = proven or checks.clean_email(typed["email"], faults=faults)
        if not email:
            faults.setdefault("email", _("Please enter your e-mail address."))
        if typed["often"] not in set(Often):
            faults["often"] = _("Please choose how often.")
        if not faults and not pace.may(request, ASKED, "follow"):
            faults["often"] = _("That was too often. Please wait a while and try again.")
        if faults:
            return self._page(request, wanted, typed=typed, faults=faults)
        try:
            begun = actions.ask(
                wanted,
                email=email,
                often=Often(typed["often"]),
                language=phrases.spoken(),
                proven=bool(proven),
                at=at,
            )
        except actions.TooManyFollows as error:
            return self._page(request, wanted, typed=typed, faults={"often": error.message})
        if begun or proven:
            messages.success(request, _("You will be told. You can end it here at any time."))
            return redirect("web:me")
        messages.success(
            request,
            _(
                "A message is on its way to %(email)s. Please open it and confirm, so that we "
                "know that the address is yours. Until then nothing else is sent."
            )
            % {"email": email},
        )
        return redirect(_where(wanted))

    def _page(
        self,
        request: HttpRequest,
        wanted: Wanted,
        *,
        typed: dict[str, str],
        faults: dict[str, str] | None = None,
    ) -> HttpResponse:
        person = signed_in.person_of(request, at=clock.now())
        email = person.email if person is not None else ""
        context = {
            "what": describe(actions.drafted(wanted)),
            "form": FollowForm(typed=typed, faults=faults, known=bool(email)),
            "email": email,
            "asked": _query(wanted),
            "up": _where(wanted),
        }
        return render(request, "web/follow/ask.html", context, status=422 if faults else 200)


@method_decorator(own, name="dispatch")
class Confirm(View):
    """The link in the question: looking at it confirms nothing, since programs look at mail too."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """One button."""
        key = request.GET.get("key", "")
        try:
            follow = actions.look(key, at=clock.now())
        except BadFollowLink as error:
            return _over(request, error)
        context = {"key": key, "what": describe(follow)}
        return render(request, "web/follow/confirm.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """From now on they are told."""
        try:
            follow = actions.confirm(request.POST.get("key", ""), at=clock.now())
        except BadFollowLink as error:
            return _over(request, error)
        context = {"done": True, "what": describe(follow), "often": Often(follow.often).label}
        return render(request, "web/follow/confirm.html", context)


@method_decorator([csrf_exempt, own], name="dispatch")
class End(View):
    """The link in each message; mail programs post to it by themselves (RFC 8058)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """One button: looking ends nothing, since programs look at mail too."""
        key = request.GET.get("key", "")
        try:
            follow = actions.look_at_end(key)
        except BadFollowLink as error:
            return _over(request, error)
        context: dict[str, Any] = {"key": key, "done": follow is None}
        context["what"] = describe(follow) if follow is not None else ""
        return render(request, "web/follow/end.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Nothing more is sent, and the address is forgotten."""
        try:
            actions.end(request.POST.get("key") or request.GET.get("key", ""), at=clock.now())
        except BadFollowLink as error:
            return _over(request, error)
        return render(request, "web/follow/end.html", {"done": True})


@own
@require_POST
def end_own(request: HttpRequest, follow_id: int) -> HttpResponse:
    """End it from the list of what is one's own."""
    at = clock.now()
    person = signed_in.person_of(request, at=at)
    if person is not None and person.email:
        actions.end_own(follow_id, email=person.email, at=at)
        messages.success(request, _("You will not be told of it any more."))
    return redirect("web:me")


def address_around(point: tuple[float, float], *, within_m: int, group: str) -> str:
    """Where somebody asks to be told of new requests around a point."""
    wanted = Wanted(point=point, within_m=within_m, group=group)
    return f"{reverse('web:follow')}?{urlencode(_query(wanted))}"


def _wanted(query: dict[str, str]) -> Wanted:
    """What is to be followed; raises ``CannotFollow``, ``BadQuestion`` and ``UnknownService``."""
    asked = {name: query.get(name, "") for name in _NAMES}
    within = asked["within"] or str(asking.USUAL_WITHIN_M)
    wanted = Wanted(
        service=asked["service"][:100],
        group=asked["group"][:100],
        point=asking.read_point(asked),
        within_m=int(within) if within.isascii() and within.isdigit() else 0,
    )
    actions.drafted(wanted)
    return wanted


def _query(wanted: Wanted) -> dict[str, str]:
    if wanted.service or wanted.point is None:
        return {"service": wanted.service}
    longitude, latitude = wanted.point
    told = {
        "lon": f"{longitude:.6f}",
        "lat": f"{latitude:.6f}",
        "within": str(wanted.within_m),
    }
    return {**told, "group": wanted.group} if wanted.group else told


def _where(wanted: Wanted) -> str:
    """Whence somebody came."""
    if wanted.service:
        return reverse("web:service", args=[wanted.service])
    return f"{reverse('web:nearby')}?{urlencode(_query(wanted))}"


def _over(request: HttpRequest, error: BadFollowLink) -> HttpResponse:
    return render(request, "web/follow/over.html", {"sentence": error.message}, status=404)
