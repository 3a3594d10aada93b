"""Whether a page of our own has sent a request, for doors that need no session and no token."""

from collections.abc import Collection

from django.conf import settings
from django.http import HttpRequest


def is_own(request: HttpRequest, *, also: Collection[str] = ()) -> bool:
    """Whether the browser says that one of our pages sent it.

    Browsers say so themselves and let no page write it: ``Sec-Fetch-Site``, or ``Origin`` with
    those that do not know it. ``also`` are further values of the former: ``none`` is the person or
    their device. A request that says neither is not from a browser's page.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin" or site in also
    origin = request.headers.get("Origin", "")
    return origin in {settings.PUBLIC_URL, f"{request.scheme}://{request.get_host()}"}
