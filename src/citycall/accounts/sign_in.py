"""Signing in and out with a user name and password, slowed for those who guess."""

import hashlib
import ipaddress
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from citycall.accounts.queries import actor_of
from citycall.core import clock

STAFF_SESSION: Final = timedelta(hours=12)

# Failures, not attempts, are counted, in each web process by itself. One address may be a whole
# office, so it gets more of them than one user name.
BY_ADDRESS: Final[RateLimitItem] = RateLimitItemPerMinute(30, 10)
BY_NAME: Final[RateLimitItem] = RateLimitItemPerMinute(10, 10)
_failures = MovingWindowRateLimiter(MemoryStorage())


def client_address(request: HttpRequest) -> str:
    """Whom a limit counts: the client's IPv4 address, or its IPv6 network of 64 bits.

    Behind proxies of the city's own, their number is the setting ``CITYCALL_PROXIES``: that many
    entries at the end of ``X-Forwarded-For`` were written by them and can be believed.
    """
    return address_in(request.META)


def address_in(environ: Mapping[str, Any]) -> str:
    """The ``client_address`` of a request of which only the WSGI environment is known."""
    address = str(environ.get("REMOTE_ADDR", ""))
    if proxies := int(getattr(settings, "CITYCALL_PROXIES", 0)):
        told = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(told) >= proxies:
            address = told[-proxies]
    return _counted_as(address)


@lru_cache(maxsize=1024)
def _counted_as(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:50]
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


class SignInForm(AuthenticationForm):
    """User name and password; one sentence for every failure, so that none says who exists."""

    error_messages = {
        "invalid_login": _("This user name and password do not belong together. Please try again."),
        "inactive": _("This user name and password do not belong together. Please try again."),
    }

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["username"].label = _("User name")
        self.fields["password"].label = _("Password")


class SignIn(auth_views.LoginView):
    """The staff's door: 30 failures from one address or 10 for one name close it for a while."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        """Refuse before the password is looked at while there were too many failures."""
        if not self._may_try():
            context = self.get_context_data(form=self.form_class(request), too_many=True)
            return self.render_to_response(context, status=429)
        return super().post(request, *arguments, **options)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Start a session under a new key that ends twelve hours from now, used or not."""
        response = super().form_valid(form)
        self.request.session.set_expiry(clock.now() + STAFF_SESSION)
        return response

    def get_default_redirect_url(self) -> str:
        """Where this person's work begins, who asked for no page."""
        held = [role for role, _agency in actor_of(self.request.user).memberships]
        homes = [home for role, home in settings.HOMES.items() if role in held]
        return homes[0] if homes else super().get_default_redirect_url()

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Count the failure, and say no more than that it was one."""
        for limit, who in self._limits():
            _failures.hit(limit, who)
        response = super().form_invalid(form)
        response.status_code = 422
        return response

    def _may_try(self) -> bool:
        return all(_failures.test(limit, who) for limit, who in self._limits())

    def _limits(self) -> tuple[tuple[RateLimitItem, str], ...]:
        name = self.request.POST.get("username", "").strip().casefold()
        digest = hashlib.sha256(name.encode()).hexdigest()
        return (
            (BY_ADDRESS, f"address:{client_address(self.request)}"),
            (BY_NAME, f"name:{digest}"),
        )


class SignOut(auth_views.LogoutView):
    """Ends the session, by POST only, and says so at the door."""

    def post(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        """Forget who was here, and everything else that the session held."""
        response = super().post(request, *arguments, **options)
        messages.success(request, _("You are signed out."))
        return response

    def get_default_redirect_url(self) -> str:
        """The staff's door again."""
        return resolve_url(settings.LOGIN_URL)


def forget_failures() -> None:
    """Forget every counted failure, as a restart does."""
    _failures.storage.reset()
