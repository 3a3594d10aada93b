"""The report's pages: first what it is about, then a step at a time."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from citycall.appointments.actions.hold import release
from citycall.assistant.queries import suggest
from citycall.catalog.queries import ServiceEntry, UnknownService, catalog
from citycall.core.errors import Faults
from citycall.core.numbers import BadNumber, read, show
from citycall.web import beginnings, dangers, place_links, steps, telling
from citycall.web.alerts import language
from citycall.web.found import articles_for
from citycall.web.steps import Step
from citycall.web.telling import Telling
from citycall.web.views import places
from citycall.web.views.home import service_groups

# A shared computer must not show the next person what was typed, yet Back must find it.
private = cache_control(private=True, no_cache=True)
MOST_ANSWERS = 3
# What is said in one box at the beginning; there is more room for it later.
LONGEST_WORDS: Final = 200


@method_decorator(private, name="dispatch")
class What(View):
    """Which service is it? Chosen from groups, found by words, or something else."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The services, those that the words may mean first; a number typed here is followed."""
        words = request.GET.get("q", "")[:LONGEST_WORDS]
        number = _number_in(words)
        if number:
            return redirect("web:request", number=number)
        return dangers.search_stopped(request, words) or _choose_service(request, words=words)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin or go on with the chosen service; nothing said before is lost."""
        code = request.POST.get("service", "")
        try:
            entry = catalog().service(code)
        except UnknownService:
            return _choose_service(request, fault=_("Please choose one from the list."))
        if not entry.active:
            return _choose_service(
                request, fault=_("This service is no longer offered. Please choose another.")
            )
        kept = telling.load(request)
        if kept is None or (request.POST.get("anew") and kept.service != code):
            kept = Telling()
        take_first(request, kept)
        if kept.service != code:
            kept.service, kept.joins, kept.asked_at, kept.done = code, "", "", []
        _settle_place(kept)
        return go_on(request, kept, passed=Step.WHAT)


def take_first(request: HttpRequest, kept: Telling) -> None:
    """Keep the words of the first box, the place of a link, and what is no emergency."""
    words = request.POST.get("words", "")[:LONGEST_WORDS].strip()
    if words and Step.DETAILS not in kept.done:
        # Said anew on the first page, instead of what was tried there before.
        kept.words = words
    elif words and words not in kept.words:
        kept.words = f"{kept.words}\n{words}".strip()
    linked = place_links.read(request.POST.get(place_links.FIELD, ""))
    if linked is not None:
        place_links.take(kept, linked)
    kept.no_danger = sorted({*kept.no_danger, *dangers.read_in(request)})
    kept.stopped_at = ""


def _settle_place(kept: Telling) -> None:
    """A place that was told before, and will do for this service, is not asked for again."""
    told = bool(kept.place.strip() or kept.longitude)
    asked = Step.WHERE in steps.course(kept.entry().spec) and Step.WHERE not in kept.done
    if told and asked and steps.place_still_fits(kept):
        kept.done = [*kept.done, Step.WHERE.value]


@require_safe
@cache_control(private=True, max_age=60)
def suggested(request: HttpRequest) -> HttpResponse:
    """``?q=words``: the part of the first page that tells what words, as yet, may mean."""
    places.count(request)
    words = request.GET.get("q", "")[:LONGEST_WORDS]
    caution = dangers.unread([words], dangers.read_in(request))
    context = {
        "words": words,
        "caution": caution,
        "no": dangers.no_address(request, caution) if caution else "",
        "suggested": suggest(words),
    }
    return render(request, "web/report/suggested.html", context)


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Drop the unfinished report; a date that it held is free again."""
    kept = telling.load(request)
    if kept is not None and kept.day:
        release(kept.key)
    telling.discard(request)
    messages.success(request, _("Your unfinished report was deleted."))
    return redirect("web:report")


@method_decorator(private, name="dispatch")
class StepView(View):
    """One step: shows what was typed, keeps what is sent, and passes on what is in order.

    A step says how to take its form (``take``), what is wrong (``faults``) and what to show
    (``show``). ``Back`` keeps everything unjudged.
    """

    step: ClassVar[Step]
    template: ClassVar[str]
    # Whether it can be told before it is known which service it is for.
    before_service: ClassVar[bool] = False
    telling: Telling
    entry: ServiceEntry
    taken: Mapping[str, str] = {}

    def dispatch(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        """Only with a report being told, and only after the steps before this one."""
        kept = telling.load(request)
        elsewhere = _elsewhere(request, kept)
        if elsewhere is not None:
            return elsewhere
        if kept is None:
            return lost(request)
        self.telling = kept
        if not kept.service and self.before_service:
            return super().dispatch(request, *arguments, **named)
        try:
            self.entry = kept.entry()
        except UnknownService:
            return redirect("web:report")
        missing = steps.undone_before(self.step, kept)
        if missing is not None or self.step not in steps.course(self.entry.spec):
            return redirect(steps.address(missing or steps.following(kept)))
        return super().dispatch(request, *arguments, **named)

    def get(self, request: HttpRequest) -> HttpResponse:
        """The step as it was left."""
        return self.page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep what was sent; go back, stop, ask again, or go on."""
        self.taken = self.take(request)
        self.telling.no_danger = sorted({*self.telling.no_danger, *dangers.read_in(request)})
        telling.save(request, self.telling)
        if request.POST.get("go") == "back":
            return redirect(steps.address(steps.before(self.step, self.telling)))
        if self.telling.danger() is not None:
            self.telling.stopped_at = self.step.value
            telling.save(request, self.telling)
            return redirect("web:report-stop")
        interruption = self.interrupt()
        if interruption is not None:
            return interruption
        faults = {**self.faults(), **self.taken}
        return self.page(request, faults=faults) if faults else self.passed(request)

    def interrupt(self) -> HttpResponse | None:
        """What has to be shown before anything is judged, if anything has."""
        return None

    def passed(self, request: HttpRequest) -> HttpResponse:
        """Nothing is wrong with this step."""
        return go_on(request, self.telling, passed=self.step)

    def take(self, request: HttpRequest) -> dict[str, str]:
        """Keep what the form sent in the telling; returns faults of what could not be kept."""
        raise NotImplementedError

    def faults(self) -> dict[str, str]:
        """What is wrong with this step's part of the report."""
        return {}

    def show(self, faults: Mapping[str, str]) -> dict[str, Any]:
        """What the step's template shows."""
        raise NotImplementedError

    def sending_key(self) -> str:
        """What the report is sent with where this step may send it; empty where it cannot."""
        return ""

    def page(
        self, request: HttpRequest, *, faults: Mapping[str, str] | None = None
    ) -> HttpResponse:
        """The step's page, with status 422 when something has to be changed."""
        entry = self.entry if self.telling.service else None
        spec = entry.spec if entry else None
        context = {
            "telling": self.telling,
            "entry": entry,
            "spec": spec,
            "so_far": self.telling.so_far(key=self.sending_key()),
            **steps.progress(self.step, spec),
            **self.show(faults or {}),
        }
        return render(request, self.template, context, status=422 if faults else 200)


def go_on(request: HttpRequest, kept: Telling, *, passed: Step | None = None) -> HttpResponse:
    """Keep the report and lead to what comes next: a stop before any step."""
    if passed is not None and passed not in kept.done:
        kept.done = [*kept.done, passed.value]
    if kept.service and Step.DETAILS not in kept.done and steps.nothing_left_to_ask(kept):
        kept.done = [*kept.done, Step.DETAILS.value]
    telling.save(request, kept)
    if kept.halted:
        return redirect("web:report-stop")
    try:
        return redirect(steps.address(steps.following(kept)))
    except Faults:
        # The service was changed to one that cannot take this place.
        return redirect(steps.address(Step.WHERE))


def _elsewhere(request: HttpRequest, kept: Telling | None) -> HttpResponse | None:
    """Where a form leads whose report was sent already, as by a second tap, or replaced."""
    if request.method != "POST":
        return None
    key = request.POST.get("told", "")
    number = telling.sent_before(request, key)
    if number is not None:
        return redirect("web:request", number=show(number))
    if kept is not None and key != kept.key:
        messages.info(request, _("You have begun another report since. This is how far it is."))
        return redirect(_where_left(kept))
    return None


def lost(request: HttpRequest) -> HttpResponse:
    """There is no report in this session: it was sent or deleted, or cookies are not kept."""
    messages.info(
        request,
        _("There is no unfinished report here. Please start below, with cookies switched on."),
    )
    return redirect("web:report")


def _choose_service(request: HttpRequest, *, words: str = "", fault: str = "") -> HttpResponse:
    kept = telling.load(request)
    asked = request.GET.get(place_links.FIELD, "") or request.POST.get(place_links.FIELD, "")
    unfinished = None
    if kept is not None and kept.service in {entry.code for entry in catalog().services}:
        unfinished = {"entry": kept.entry(), "href": _where_left(kept)}
    context = {
        "words": words,
        "suggested": suggest(words),
        "groups": service_groups,
        "edition": catalog().edition,
        "something_else": catalog().something_else,
        "unfinished": unfinished,
        "begun": beginnings.told(kept) if kept is not None else None,
        **place_links.shown(asked),
        "carried": dangers.hidden(dangers.read_in(request)),
        "fault": fault,
        "answering": articles_for(words, language=language(), limit=MOST_ANSWERS) if words else (),
        **steps.progress(Step.WHAT, None),
    }
    return render(request, "web/report/what.html", context, status=422 if fault else 200)


def _where_left(kept: Telling) -> str:
    try:
        return steps.address(steps.following(kept))
    except Faults:
        return steps.address(Step.WHERE)


def _number_in(words: str) -> str:
    try:
        return show(read(words))
    except BadNumber:
        return ""
