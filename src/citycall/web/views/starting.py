"""Beginning a report with whatever comes first: a photo, or the place."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citycall.appointments.actions.hold import release
from citycall.web import photo_keeping, photo_point, steps, telling
from citycall.web.steps import Step
from citycall.web.telling import Telling
from citycall.web.views.telling import take_first


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Keep what was given first, and lead to what is asked next."""
    kept = telling.load(request) or Telling()
    begun_with = request.POST.get("start", "")
    if "photo_place" in request.POST:
        _answer_photo_place(kept, request.POST["photo_place"])
    elif "remove_photo" in request.POST:
        gone = request.POST["remove_photo"]
        kept.photos = [photo for photo in kept.photos if photo["file"] != gone]
    elif begun_with == "photo":
        _keep_photos(request, kept)
    elif begun_with == "place":
        _begin_with_place(request, kept)
        telling.save(request, kept)
        return redirect(steps.address(Step.WHERE))
    telling.save(request, kept)
    return redirect("web:report")


def _begin_with_place(request: HttpRequest, kept: Telling) -> None:
    """The place is told before anything else; what it is about is asked afterwards."""
    take_first(request, kept)
    if kept.service:
        if kept.day:
            release(kept.key)
        kept.service, kept.day, kept.joins, kept.stopped_at, kept.done = "", "", "", "", []


def _keep_photos(request: HttpRequest, kept: Telling) -> None:
    take_first(request, kept)
    uploads = request.FILES.getlist("photos")
    if not uploads:
        messages.warning(request, _("Please choose a photo first."))
        return
    faults, taken = photo_keeping.keep(kept, uploads)
    for sentence in faults.values():
        messages.warning(request, sentence)
    offered = [point for point in taken if photo_point.offer(kept, point)]
    if offered:
        kept.taken_at = list(offered[0])


def _answer_photo_place(kept: Telling, answer: str) -> None:
    """Whether the problem is where the photo was taken."""
    if answer == "no":
        kept.taken_at = None
        return
    photo_point.accept(kept, answer)
    if kept.pointed and not kept.service:
        kept.done = sorted({*kept.done, Step.WHERE.value})
