"""Words of danger at the residents' door: what is shown first, and what was read already."""

from collections.abc import Collection, Iterable, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from citycall.catalog.specs import Stop, StopKind
from citycall.core.errors import DomainError
from citycall.emergencies.dangers import Caution, Danger, caution
from citycall.emergencies.queries import caution_for
from citycall.emergencies.rules import heard

# What says, of which danger, "No, this is not an emergency".
FIELD = "not_emergency"


class SoundsDangerous(DomainError):
    """The words of a report speak of danger, and nobody has yet said that there is none."""

    code = "sounds_dangerous"
    status = 422

    def __init__(self, told: Caution) -> None:
        super().__init__(told.text)
        self.caution = told


def unread(texts: Iterable[str], read: Collection[str]) -> Caution | None:
    """What has to be shown before anything else, if these texts speak of a danger not judged yet.

    ``read`` are the codes of the dangers of which the person has said that there is none.
    """
    return caution_for(*texts, read=read)


def still_heard(texts: Iterable[str], read: Collection[str]) -> str:
    """The code of the danger that texts seem to speak of and of which it was said: there is none.

    Empty where there is no such.
    """
    return next((each.value for each in heard(*texts) if each.value in read), "") if read else ""


def codes(sent: Iterable[str]) -> list[str]:
    """The codes among what a form or an address sent."""
    known = {danger.value for danger in Danger}
    return sorted(known.intersection(sent))


def read_in(request: HttpRequest) -> list[str]:
    """The dangers of which this page's address or form says that there is none."""
    return codes([*request.GET.getlist(FIELD), *request.POST.getlist(FIELD)])


def cautions() -> list[Caution]:
    """All that may have to be shown, for a page whose script looks while one types."""
    return [caution(danger) for danger in Danger]


def mark(told: Caution) -> str:
    """What says which caution was read."""
    return f"danger:{told.danger.value}"


def as_stop(told: Caution) -> Stop:
    """The same as a stop that answers call for."""
    return Stop(when=("words",), kind=StopKind.EMERGENCY, text=told.text)


def search_stopped(request: HttpRequest, words: str) -> HttpResponse | None:
    """The page that comes before what a search box leads to, if its words speak of danger.

    Everything that the address says is kept, and whoever says "no" finds what was asked for.
    """
    read = read_in(request)
    told = unread([words], read)
    if told is None:
        return None
    kept = [(name, value) for name, values in request.GET.lists() for value in values]
    context = {
        "stop": as_stop(told),
        "number": told.number,
        "said": words,
        "search": {"action": request.path, "kept": [*kept, (FIELD, told.danger.value)]},
        "back": request.path,
        "change": _("Change my words"),
    }
    response = render(request, "web/report/stop.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def no_address(request: HttpRequest, told: Caution) -> str:
    """Where "No, this is not an emergency" leads from the first page, with all its address said."""
    query = request.GET.copy()
    query.setlist(FIELD, [*read_in(request), told.danger.value])
    return f"{reverse('web:report')}?{query.urlencode()}"


def hidden(read: Iterable[str]) -> list[Mapping[str, str]]:
    """The fields that carry along what was read."""
    return [{"name": FIELD, "value": code} for code in read]
