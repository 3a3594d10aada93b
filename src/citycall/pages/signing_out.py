"""Signing out of the staff's doors, which leaves a call-taker's desk too."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from citycall.accounts.sign_in import SignOut
from citycall.calls.actions import desks
from citycall.core import clock


class LeaveDesk(SignOut):
    """Ends the session; no call is given to a desk that nobody sits at."""

    def post(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        """Sign the desk off, and then its call-taker."""
        if request.user.is_authenticated:
            desks.sign_off(request.user.pk, at=clock.now())
        return super().post(request, *arguments, **options)
