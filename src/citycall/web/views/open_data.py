"""How does the city do? Its requests as files for everyone, with what each column means."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import conditional_page, require_safe
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from citycall.accounts.sign_in import client_address
from citycall.catalog.queries import catalog
from citycall.catalog.specs import Privacy
from citycall.core import clock
from citycall.core.errors import DomainError, NotFound
from citycall.exchange.open_data import downloads, queries
from citycall.exchange.open_data.columns import LEFT_OUT, LICENSE_ADDRESS, LICENSE_NAME
from citycall.exchange.open_data.formats import TOLD, Format
from citycall.exchange.open_data.queries import Edition, EditionFile
from citycall.pages.numbers import rounded
from citycall.pages.sending import send
from citycall.web.forms import TypedForm

# Counted by each web process: a selection is made anew each time, which is work.
LIMIT: Final[RateLimitItem] = RateLimitItemPerMinute(10)
_asked = MovingWindowRateLimiter(MemoryStorage())
# A file of an edition never changes, but is removed after a week.
_WHILE_KEPT: Final = "public, max-age=604800, immutable"
_A_WHILE: Final = "public, max-age=300"


class TooManyDownloads(DomainError):
    """This client has many selections made."""

    code = "too_many"
    status = 429

    def __init__(self) -> None:
        super().__init__(
            _(
                "Too many selections at once. Please wait a minute, or take the latest edition,"
                " which has all requests."
            )
        )


class PartForm(TypedForm):
    """Which requests to put into a file of their own."""

    mark_optional = False
    since = forms.CharField(
        label=gettext_lazy("Received from this day on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = forms.CharField(
        label=gettext_lazy("Received before this day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    service = forms.ChoiceField(label=gettext_lazy("Service"), required=False)

    def __init__(self) -> None:
        super().__init__(typed={})
        told = [each for each in catalog().services if each.spec.privacy is not Privacy.PRIVATE]
        field = self.fields["service"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("All services")), *((each.code, each.name) for each in told)]


def forget() -> None:
    """Forget who asked, as a restart does."""
    _asked.storage.reset()


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What is there to download, what does it mean, and what is not in it?"""
    editions = queries.editions()
    latest = editions[0] if editions else None
    context = {
        "now": clock.now(),
        "latest": latest,
        "downloads": [_download(latest, file) for file in _data_files(latest)],
        "earlier": [
            {"edition": each, "downloads": [_download(each, file) for file in _data_files(each)]}
            for each in editions[1:]
        ],
        "columns": queries.columns(),
        "left_out": LEFT_OUT,
        "license": {"name": LICENSE_NAME, "address": LICENSE_ADDRESS},
        "form": PartForm(),
        "formats": [{"ending": each.value, "name": TOLD[each].name} for each in Format],
        "rows": rounded(latest.rows) if latest is not None else "",
        "most": rounded(downloads.MOST_ROWS),
        "latest_address": request.build_absolute_uri(
            reverse("web:open-data-file", args=[queries.LATEST, Format.PARQUET.file_name])
        ),
    }
    return render(request, "web/open_data.html", context)


@require_safe
@conditional_page
def dictionary(request: HttpRequest) -> HttpResponse:
    """The data dictionary for programs, as it is now."""
    return JsonResponse(
        queries.dictionary(),
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        headers={"Cache-Control": _A_WHILE},
    )


@require_safe
def edition_file(request: HttpRequest, edition: str, name: str) -> HttpResponseBase:
    """A file of an edition, or of the latest one; with Range the part that is still missing."""
    found, file = queries.file_of(edition, name)
    try:
        return send(
            request,
            file.path,
            size=file.size,
            digest=file.sha256,
            changed_at=found.made_at,
            media_type=file.media_type,
            name=_save_as(found, file),
            kept_for=_A_WHILE if edition == queries.LATEST else _WHILE_KEPT,
        )
    except FileNotFoundError:
        raise NotFound(_("This edition has just been removed. Please take the latest.")) from None


@require_safe
def part(request: HttpRequest, ending: str) -> HttpResponseBase:
    """``?since=&until=&service=&area=``: the requests that are selected, at most so many."""
    if ending not in list(Format):
        raise NotFound(_("There is no such format."))
    if not _asked.hit(LIMIT, client_address(request)):
        raise TooManyDownloads
    chosen = Format(ending)
    selection = downloads.select(
        since=request.GET.get("since", "").strip(),
        until=request.GET.get("until", "").strip(),
        services=request.GET.getlist("service"),
        areas_named=request.GET.getlist("area"),
        zone=clock.city_zone(),
    )
    made = downloads.make(selection, chosen, at=clock.now())
    response = FileResponse(
        made.file,
        as_attachment=True,
        filename=f"{_city()}-part.{chosen.value}",
        content_type=TOLD[chosen].media_type,
    )
    response.headers["Content-Length"] = str(made.size)
    response.headers["Cache-Control"] = "no-store"
    return response


def _data_files(edition: Edition | None) -> list[EditionFile]:
    files = edition.files if edition is not None else ()
    return [file for file in files if file.format in list(Format)]


def _download(edition: Edition | None, file: EditionFile) -> dict[str, Any]:
    told = TOLD[Format(file.format)]
    name = edition.name if edition is not None else queries.LATEST
    return {
        "href": reverse("web:open-data-file", args=[name, file.name]),
        "file": file,
        "name": told.name,
        "purpose": told.purpose,
    }


def _save_as(edition: Edition, file: EditionFile) -> str:
    """The name that tells a saved file's city and edition."""
    _stem, _dot, ending = file.name.partition(".")
    what = "dictionary" if file.format == "dictionary" else "requests"
    return f"{_city()}-{what}-{edition.name}.{ending}"


def _city() -> str:
    return slugify(settings.CITYCALL_CITY_NAME) or "citycall"
