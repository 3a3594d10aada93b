"""A crew's day on its phone: one page that is kept for no network, and the door for its steps."""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citycall import pages
from citycall.accounts.queries import actor_of
from citycall.core import clock
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import DomainError
from citycall.pages.templatetags.citycall_map import MAPLIBRE, has_map
from citycall.pages.templatetags.citycall_pages import USWDS
from citycall.workbench import crew_day

# What the page needs without a network: without one of these it is not kept.
_FILES: Final = (
    "citycall/pages.css",
    "citycall/pages.js",
    "citycall/device.js",
    "citycall/favicon.svg",
    f"{USWDS}/uswds.css",
    f"{USWDS}/uswds.js",
    f"{USWDS}/icons.svg",
    f"{USWDS}/woff2/PublicSans-Regular.woff2",
    f"{USWDS}/woff2/PublicSans-Bold.woff2",
    "workbench/crew/crew.css",
    "workbench/crew/store.js",
    "workbench/crew/sync.js",
    "workbench/crew/sign.js",
    "workbench/crew/stop.js",
    "workbench/crew/page.js",
)
# What it can do without: another direction of lines, and the map.
_WISHED: Final = (
    f"{USWDS}/uswds.rtl.css",
    "citycall/map/map.js",
    f"{MAPLIBRE}/maplibre-gl.mjs",
    f"{MAPLIBRE}/maplibre-gl.css",
)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The one page, the same for everybody; what is on it comes from ``day``, or from the phone.

    It asks for no sign-in, so that a phone can open it when the session is over.
    """
    context: dict[str, Any] = {
        "words": _words(),
        "messages": (),
        "sign_in": f"{reverse('web:sign-in')}?next={reverse('workbench:crew')}",
        "styles": _styles(),
        "has_map": has_map(),
    }
    response = render(request, "workbench/crew.html", context)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _styles() -> list[str]:
    return [reverse(f"web:map-style-{theme}") for theme in ("light", "dark")]


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The crew page's service worker; another text as soon as one of its files changes."""
    told = {
        "page": reverse("workbench:crew"),
        "files": [static(name) for name in _FILES],
        "styles": _styles(),
        "wished": [*(static(name) for name in _WISHED), reverse("workbench:crew-map-worker")],
    }
    script = static("workbench/crew/worker.js")
    version = hashlib.sha256(f"{told}{script}".encode()).hexdigest()[:16]
    known = json.dumps({**told, "version": version})
    text = f"self.CITYCALL = {known};\nimportScripts({json.dumps(script)});\n"
    response = HttpResponse(text, content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
def map_worker(request: HttpRequest) -> HttpResponse:
    """The map's own worker under the crew's address, where the crew's service worker keeps it.

    A browser asks the service worker of a worker's own address, and not that of its page.
    """
    file = Path(pages.__file__).parent / "static" / MAPLIBRE / "maplibre-gl-worker.mjs"
    response = HttpResponse(file.read_bytes(), content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """Today's stops of whoever is signed in, and the token that goes with their steps."""
    actor = _staff(request)
    if actor is None:
        return _signed_out()
    try:
        told = crew_day.day_of(actor, at=clock.now())
    except DomainError as error:
        return JsonResponse({"sentence": error.message}, status=error.status)
    return _answer({**told, "token": get_token(request)})


@require_POST
def sync(request: HttpRequest) -> HttpResponse:
    """Take steps in their order, each once; what came of each of them, and the day as it is now.

    403 where the token is not that of the session: the phone asks for the day, and sends again.
    """
    actor = _staff(request)
    if actor is None:
        return _signed_out()
    at = clock.now()
    try:
        handed = crew_day.read(
            request.POST.get("steps", ""), request.POST.get("now", ""), request.FILES, at=at
        )
        results = crew_day.take_all(handed, by=actor, at=at)
        told = crew_day.day_of(actor, at=at)
    except DomainError as error:
        return JsonResponse({"sentence": error.message}, status=error.status)
    return _answer({**told, "results": results, "token": get_token(request)})


def _staff(request: HttpRequest) -> Actor | None:
    if not request.user.is_authenticated:
        return None
    actor = actor_of(request.user)
    return actor if actor.kind is ActorKind.STAFF else None


def _signed_out() -> JsonResponse:
    sentence = _("Please sign in. What you did is kept on this phone.")
    return JsonResponse({"sentence": sentence}, status=401)


def _answer(told: dict[str, Any]) -> JsonResponse:
    response = JsonResponse(told)
    add_never_cache_headers(response)
    return response


def _words() -> dict[str, str]:
    return {
        "allSent": _("Everything has been sent."),
        "waiting": _("Steps that wait on this phone to be sent: %s"),
        "offline": _("No connection. What you do is kept on this phone and sent later."),
        "sending": _("Sending…"),
        "signIn": _("Please sign in. What you did is kept on this phone."),
        "another": _("Somebody else is signed in. Your steps wait until you sign in again."),
        "failed": _("The city could not take this now. It is tried again by itself."),
        "noStops": _("No stops are planned for you today."),
        "noCrew": _("You are in no crew. Please ask your dispatcher."),
        "minutes": _("%s min"),
        "planned": _("Planned"),
        "started": _("Under way"),
        "done": _("Done"),
        "not_found": _("Could not be found"),
        "from": _("Planned for %s"),
        "waits": _("First must be done: %s"),
        "gone": _("“%s” is not on your day any more: it was moved or given to somebody else."),
        "told": _(
            "%(title)s: %(sentences)s What you did is kept with the request, and your dispatcher "
            "reads this too."
        ),
        "photoKept": _("The photo is kept."),
        "startKept": _("Started."),
        "callKept": _("The call centre will be asked to call."),
        "refused": _("%(title)s could not be taken: %(sentence)s"),
        "needWords": _("Please say what you looked for, or what the reporter should be asked."),
        "needOutcome": _("Please choose an outcome from the list."),
        "needExplanation": _("Please tell the resident what was done."),
        "needAnswers": _("Please tick every point of the checklist, or say why it is open."),
        "needSignature": _("Please have it signed, or type the name of who took it over."),
        "needPhoto": _("This service needs a photo of the finished work."),
        "notSaved": _(
            "This phone has no room left. Please write it down, and tell your dispatcher."
        ),
        "photoTold": _("Photo from a reporter: %s"),
        "photoBefore": _("Photo before the work: %s"),
        "photoAfter": _("Photo after the work: %s"),
        "amount": _("%(name)s, in %(unit)s"),
    }
