"""Reporting without a connection: the page for it, and the door for what waited on a device.

The door needs no session: a report may arrive days later. It takes the report of a key once and
answers each further try with the first one's number, so that a lost answer costs nothing.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import IO, Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from citycall.accounts import callers
from citycall.catalog.queries import catalog
from citycall.core import clock, numbers, phrases
from citycall.core.actors import resident
from citycall.core.errors import DomainError, Faults
from citycall.notifications import links
from citycall.service_requests import checks, photos
from citycall.service_requests.actions import submit, tell_more
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import Attachment
from citycall.service_requests.photos import Photo
from citycall.web import alerts, dangers, offline, origins, signed_in, telling
from citycall.web.telling import MOST_PHOTOS, Telling


@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """The one page; the same for everybody who reads its language."""
    with translation.override(_language(request.GET.get("language", ""))):
        context = {
            "form": offline.OfflineForm(book=catalog()),
            # Made by a template of ours, which has escaped what is in it.
            "services": mark_safe(offline.services_parts()),  # noqa: S308
            "words": json.dumps(offline.page_words()),
            "most_photos": MOST_PHOTOS,
            "cautions": dangers.cautions(),
            **alerts.now(at=clock.now()),
        }
        response = render(request, "web/report/offline.html", context)
        response.headers["Content-Language"] = translation.get_language()
    response.headers["Cache-Control"] = "no-cache"
    etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    response.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


@csrf_exempt
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Take a report that waited; its number, or what has to be changed, or when to come again."""
    if not origins.is_own(request):
        return _refused({"": _("Please send this from the city's own page.")}, status=403)
    with translation.override(_language(request.POST.get("language", ""))):
        try:
            callers.count_address(request.META)
            return JsonResponse(_taken(request).told())
        except callers.TooManyCalls as error:
            answer = _refused({"": error.message}, status=error.status)
            answer.headers["Retry-After"] = str(error.retry_after)
            return answer
        except (dangers.SoundsDangerous, checks.Stopped) as error:
            return _stopped(error)
        except Faults as error:
            return _refused(error.faults)
        except DomainError as error:
            return _refused({error.field or "service": error.message})


def _stopped(error: dangers.SoundsDangerous | checks.Stopped) -> HttpResponse:
    """What has to be read first, on the device that the report waits on."""
    if isinstance(error, dangers.SoundsDangerous):
        mark = dangers.mark(error.caution)
    else:
        mark = telling.mark(error.stop)
    return JsonResponse({"faults": {}, "stop": {"text": error.message, "mark": mark}}, status=422)


def _refused(faults: Mapping[str, str], *, status: int = 422) -> HttpResponse:
    return JsonResponse({"faults": dict(faults)}, status=status)


@dataclass(kw_only=True)
class _Taken:
    """A report that is durable, and what has to be said of its photos."""

    key: str
    receipt: Receipt
    notes: list[str] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        number = numbers.show(self.receipt.number)
        link = reverse("web:request", args=[number])
        return {
            "key": self.key,
            "number": number,
            "link": f"{link}?key={links.make(self.receipt.report_id)}",
            "again": self.receipt.again,
            "notes": self.notes,
        }


def _taken(request: HttpRequest) -> _Taken:
    key = offline.key_of(request.POST)
    kept, notes = _kept(request.FILES.getlist("photos"))
    receipt = signed_in.sent(request, lambda: _receipt(request.POST, key))
    taken = _Taken(key=key, receipt=receipt, notes=notes)
    lost = sum(not _added(taken.receipt, photo) for photo in kept)
    if lost:
        sentence = ngettext(
            "%(n)s photo could not be kept.", "%(n)s photos could not be kept.", lost
        )
        taken.notes.append(sentence % {"n": lost})
    return taken


def _receipt(sent: QueryDict, key: str) -> Receipt:
    """The first receipt of the key, whatever has changed since: questions, services, the text."""
    by = resident()
    try:
        return submit.submit(offline.draft_of(sent), by=by, at=clock.now())
    except DomainError as error:
        before = submit.received(key, by=by)
        if before is not None:
            return before
        if isinstance(error, Faults):
            raise Faults(offline.faults_of(error, sent)) from None
        raise


def _kept(uploads: Sequence[IO[bytes]]) -> tuple[list[Photo], list[str]]:
    """The photos, stored; one that cannot be read must not hold up the report."""
    kept: list[Photo] = []
    notes: list[str] = []
    for upload in uploads[:MOST_PHOTOS]:
        try:
            kept.append(photos.keep(upload))
        except DomainError as error:
            notes.append(f"{upload.name}: {error.message}")
    return kept, notes


def _added(receipt: Receipt, photo: Photo) -> bool:
    try:
        tell_more.add_photo(
            receipt.request_id,
            photo=photo,
            stage=Attachment.Stage.REPORT,
            by=resident(reports=[receipt.report_id]),
            at=clock.now(),
            report_id=receipt.report_id,
        )
    except DomainError:
        return False
    return True


@csrf_exempt
@require_POST
def share(request: HttpRequest) -> HttpResponse:
    """Photos that were shared with the installed app, where its service worker is not there yet.

    They begin an unfinished report, as if they had been added to one.
    """
    if not origins.is_own(request, also=("none",)):
        return redirect("web:report")
    told = telling.load(request) or Telling()
    kept, _notes = _kept(request.FILES.getlist("photos"))
    known = {photo["file"]: photo for photo in told.photos}
    known.update({photo.file: asdict(photo) for photo in kept})
    told.photos = list(known.values())[:MOST_PHOTOS]
    told.words = told.words or request.POST.get("words", "")[:4_000]
    telling.save(request, told)
    return redirect("web:report")


def _language(asked: str) -> str:
    return asked if phrases.is_offered(asked) else phrases.spoken()
