"""Signing in as a resident: by a code, or through the sign-in of somebody whom the city trusts."""

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_POST, require_safe
from limits import RateLimitItem, RateLimitItemPerMinute

from citycall.core import clock, phrases
from citycall.pages.language import remember
from citycall.residents import accounts, codes, oidc
from citycall.residents.models import Account
from citycall.service_requests import checks
from citycall.web import pace, signed_in, visits
from citycall.web.account_forms import CodeForm, SettingsForm
from citycall.web.forms import EmailForm
from citycall.web.views.mine import own

# One address may be a whole library's.
CODES: Final[RateLimitItem] = RateLimitItemPerMinute(20, 10)
TRIES: Final[RateLimitItem] = RateLimitItemPerMinute(60, 10)
_ASKED: Final = "sign_in_asked"
_ELSEWHERE: Final = "sign_in_elsewhere"


@method_decorator(own, name="dispatch")
class SignIn(View):
    """Who are you? An address, and a code is on its way."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form, and the other sign-in where there is one."""
        return self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send a code; the answer is the same for every address."""
        typed = request.POST.get("email", "")
        faults: dict[str, str] = {}
        email = checks.clean_email(typed, faults=faults)
        if not email:
            faults.setdefault("email", _("Please enter your e-mail address."))
            return self._page(request, typed=typed, faults=faults, status=422)
        if not pace.may(request, CODES, "sign-in code"):
            faults["email"] = _("Too many codes were asked for. Please wait ten minutes.")
            return self._page(request, typed=typed, faults=faults, status=429)
        # The code serves in this session alone, which must not be one that somebody planted.
        request.session.cycle_key()
        code_id = codes.ask(email, language=phrases.spoken(), at=clock.now())
        request.session[_ASKED] = {"code": code_id, "email": email}
        return redirect("web:sign-in-code")

    def _page(
        self,
        request: HttpRequest,
        *,
        typed: str = "",
        faults: dict[str, str] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context: dict[str, Any] = {
            "form": EmailForm(typed={"email": typed}, faults=faults),
            "provider": settings.OIDC.name if settings.OIDC else "",
        }
        return render(request, "web/me/sign_in.html", context, status=status)


@method_decorator(own, name="dispatch")
class Code(View):
    """The code that came; right, it signs in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        return self._page(request) if _ASKED in request.session else redirect("web:sign-in-by-code")

    def post(self, request: HttpRequest) -> HttpResponse:
        """Judge the digits."""
        asked = request.session.get(_ASKED)
        if asked is None:
            return redirect("web:sign-in-by-code")
        at = clock.now()
        typed = request.POST.get("digits", "")
        if not pace.may(request, TRIES, "sign-in code tried"):
            error = _("Too many tries. Please wait ten minutes.")
            return self._page(request, typed=typed, fault=error, status=429)
        try:
            email = codes.check(int(asked["code"]), typed, at=at)
        except (codes.BadCode, codes.CodeOver) as problem:
            return self._page(request, typed=typed, fault=problem.message, status=422)
        del request.session[_ASKED]
        account = accounts.enter(email, language=phrases.spoken(), at=at)
        return _entered(request, account)

    def _page(
        self, request: HttpRequest, *, typed: str = "", fault: str = "", status: int = 200
    ) -> HttpResponse:
        context = {
            "form": CodeForm(
                typed={"digits": typed[:40]}, faults={"digits": fault} if fault else None
            ),
            "email": request.session[_ASKED]["email"],
            "minutes": int(codes.VALID_FOR.total_seconds() // 60),
        }
        return render(request, "web/me/code.html", context, status=status)


@own
@require_safe
def go_elsewhere(request: HttpRequest) -> HttpResponse:
    """To the other sign-in; what it has to bring back is kept in the session."""
    if settings.OIDC is None or not pace.may(request, CODES, "sign-in elsewhere"):
        return redirect("web:sign-in-by-code")
    try:
        asked = oidc.ask(settings.OIDC, back=_back(), language=phrases.spoken(), at=clock.now())
    except oidc.SignInFailed as error:
        return _failed(request, error)
    request.session[_ELSEWHERE] = asked.kept
    return redirect(asked.address)


@own
@require_safe
def back_from_elsewhere(request: HttpRequest) -> HttpResponse:
    """From the other sign-in: judged, and once only."""
    kept = request.session.pop(_ELSEWHERE, None)
    if settings.OIDC is None or not pace.may(request, TRIES, "sign-in elsewhere tried"):
        return redirect("web:sign-in-by-code")
    at = clock.now()
    try:
        person = oidc.judge(settings.OIDC, request.GET.dict(), kept=kept, back=_back(), at=at)
    except oidc.SignInFailed as error:
        return _failed(request, error)
    account = accounts.enter_from_elsewhere(
        issuer=settings.OIDC.issuer,
        subject=person.subject,
        email=person.email,
        name=person.name,
        language=phrases.spoken(),
        at=at,
    )
    return _entered(request, account)


@own
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget on this device who was here, and all that they did."""
    visits.forget(request)
    messages.success(request, _("You are signed out."))
    return _left()


@own
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """The same on every device."""
    account = signed_in.account_of(request, at=clock.now())
    if account is not None:
        accounts.sign_out_everywhere(account)
    visits.forget(request)
    messages.success(request, _("You are signed out on every device."))
    return _left()


def _left() -> HttpResponse:
    response = redirect("web:me")
    # Going back must not show what was there; what waits to be sent stays.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@method_decorator(own, name="dispatch")
class Settings(View):
    """How shall the city call me, reach me, and speak to me?"""

    def get(self, request: HttpRequest) -> HttpResponse:
        """What is remembered."""
        account = signed_in.account_of(request, at=clock.now())
        if account is None:
            return redirect("web:sign-in-by-code")
        contact = account.contact
        typed = {"name": contact.name, "phone": contact.phone, "language": contact.language}
        return self._page(request, account, typed)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Remember it."""
        account = signed_in.account_of(request, at=clock.now())
        if account is None:
            return redirect("web:sign-in-by-code")
        typed = {name: request.POST.get(name, "") for name in SettingsForm.base_fields}
        faults: dict[str, str] = {}
        phone = checks.clean_phone(typed["phone"], faults=faults)
        if faults:
            return self._page(request, account, typed, faults)
        accounts.remember(account, name=typed["name"], phone=phone, language=typed["language"])
        messages.success(request, _("Your settings are kept."))
        response = redirect("web:me")
        remember(response, account.contact.language)
        return response

    def _page(
        self,
        request: HttpRequest,
        account: Account,
        typed: dict[str, str],
        faults: dict[str, str] | None = None,
    ) -> HttpResponse:
        context = {
            "form": SettingsForm(typed=typed, faults=faults),
            "email": account.contact.email,
        }
        return render(request, "web/me/settings.html", context, status=422 if faults else 200)


def _entered(request: HttpRequest, account: Account) -> HttpResponse:
    signed_in.begin(request, account, at=clock.now())
    messages.success(request, _("You are signed in."))
    response = redirect("web:me")
    remember(response, account.contact.language)
    return response


def _failed(request: HttpRequest, error: oidc.SignInFailed) -> HttpResponse:
    messages.warning(request, error.message)
    return redirect("web:sign-in-by-code")


def _back() -> str:
    return f"{settings.PUBLIC_URL}/me/elsewhere/back"
