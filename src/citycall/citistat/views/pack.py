"""One meeting: its paper as page and PDF, and what is said and promised at it."""

from datetime import date, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citycall.analytics.packs import content, making
from citycall.citistat.around import around
from citycall.citistat.meeting_forms import CommitmentForm, DayForm, StepForm, commitment_form
from citycall.citistat.pack import minutes, words
from citycall.citistat.pack.pdf import pdf_of
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.core.phrases import said
from citycall.meetings import queries
from citycall.meetings.actions import commit, meet
from citycall.meetings.actions.meet import NotesChanged
from citycall.meetings.models import Meeting, Paper
from citycall.pages.staff import staff_only

_NEXT: Final = timedelta(days=14)
# Digits of the number of a paper.
_LONGEST: Final = 9


def found(actor: Actor, agency: str, on: str) -> Meeting:
    """The meeting of an address; raises as ``meeting_for`` does."""
    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise Http404(on) from None
    return queries.meeting_for(actor, queries.agency_for(actor, agency).pk, day)


def paper_asked(request: HttpRequest, meeting: Meeting) -> Paper | None:
    """The paper that the address names, or the latest."""
    nth = request.GET.get("paper", "")
    known = nth.isascii() and nth.isdigit() and len(nth) < _LONGEST
    return queries.paper_of(meeting, nth=int(nth) if known else None)


@require_safe
@staff_only
def pack(request: HttpRequest, actor: Actor, agency: str, on: str) -> HttpResponse:
    """The paper, and beside it what is said and promised."""
    return show(request, actor, found(actor, agency, on))


def show(
    request: HttpRequest,
    actor: Actor,
    meeting: Meeting,
    *,
    status: int = 200,
    new: CommitmentForm | None = None,
    **changes: Any,
) -> HttpResponse:
    """The whole page; what was typed and could not be kept stands in its field again."""
    paper = paper_asked(request, meeting)
    read = content.read(paper.content) if paper is not None else None
    may_take_down = queries.may(actor, "take_down", agency_id=meeting.agency_id)
    context = {
        **around(actor, "meetings"),
        "meeting": meeting,
        "agency_name": said(meeting.agency.name),
        "paper": paper,
        "papers": queries.papers_of(meeting),
        "document": words.document_of(read) if read is not None else None,
        "earlier": queries.coming_up_at(meeting),
        "taken": queries.taken_at(meeting),
        "may_take_down": may_take_down,
        "may_follow": queries.may(actor, "follow", agency_id=meeting.agency_id),
        "form": new or commitment_form(meeting.agency_id, due_on=meeting.on + _NEXT),
        "step": StepForm(auto_id=False),
        "day_form": DayForm(initial={"on": meeting.on}, auto_id="move_%s"),
        "notes": meeting.notes,
        "notes_version": meeting.notes_version,
        "today": clock.now().astimezone(clock.city_zone()).date(),
        "now": clock.now(),
        **changes,
    }
    return render(request, "citistat/pack.html", context, status=status)


@require_safe
@staff_only
def pack_pdf(request: HttpRequest, actor: Actor, agency: str, on: str) -> HttpResponse:
    """The paper as PDF, with the notes and the commitments taken down so far."""
    meeting = found(actor, agency, on)
    paper = paper_asked(request, meeting)
    if paper is None:
        raise Http404(on)
    document = words.document_of(content.read(paper.content), notes=minutes.sections(meeting))
    response = HttpResponse(pdf_of(document), content_type="application/pdf")
    name = f"citistat-{meeting.agency.code}-{meeting.on.isoformat()}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@require_POST
@staff_only
def make(request: HttpRequest, actor: Actor, agency: str, on: str) -> HttpResponse:
    """Count the pack now, by hand."""
    meeting = found(actor, agency, on)
    try:
        making.make(meeting, by=actor, at=clock.now(), tell="tell" in request.POST)
    except DomainError as fault:
        if fault.status == 403:
            raise
        messages.error(request, fault.message)
    else:
        messages.success(request, _("The pack is made."))
    return back(meeting)


@require_POST
@staff_only
def notes(request: HttpRequest, actor: Actor, agency: str, on: str) -> HttpResponse:
    """Keep the notes; as JSON where the page's own script asks while one writes."""
    meeting = found(actor, agency, on)
    # What no text of the database can hold.
    typed, version = request.POST.get("notes", "").replace("\x00", ""), _version(request)
    quiet = request.headers.get("Accept", "") == "application/json"
    try:
        row = meet.take_notes(meeting.pk, typed, version=version, by=actor, at=clock.now())
    except NotesChanged as fault:
        if quiet:
            told = {"sentence": fault.message, "present": fault.present, "version": fault.version}
            return JsonResponse(told, status=409)
        # Sent again, what stands in the field is kept upon what was read beside it.
        return show(
            request,
            actor,
            meeting,
            status=409,
            notes=typed,
            notes_version=fault.version,
            others=fault.present,
            notes_fault=fault.message,
        )
    except DomainError as fault:
        if quiet or fault.status == 403:
            return JsonResponse({"sentence": fault.message}, status=fault.status)
        return show(
            request, actor, meeting, status=fault.status, notes=typed, notes_fault=fault.message
        )
    if quiet:
        return JsonResponse({"version": row.notes_version})
    messages.success(request, _("The notes are kept."))
    return back(meeting, "notes")


def _version(request: HttpRequest) -> int:
    told = request.POST.get("version", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0


@require_POST
@staff_only
def promise(request: HttpRequest, actor: Actor, agency: str, on: str) -> HttpResponse:
    """Take down what is promised."""
    meeting = found(actor, agency, on)
    form = commitment_form(meeting.agency_id, request.POST)
    if form.is_valid():
        try:
            commit.commit(meeting.pk, form.draft(), by=actor, at=clock.now())
        except DomainError as fault:
            if fault.status == 403:
                raise
            form.tell(fault)
        else:
            messages.success(request, _("The commitment is taken down."))
            return back(meeting, "new")
    return show(request, actor, meeting, status=422, new=form)


@require_POST
@staff_only
def move(request: HttpRequest, actor: Actor, agency: str, on: str) -> HttpResponse:
    """Hold the meeting on another day."""
    meeting = found(actor, agency, on)
    form = DayForm(request.POST, auto_id="move_%s")
    if form.is_valid():
        try:
            moved = meet.move(meeting.pk, form.cleaned_data["on"], by=actor, at=clock.now())
        except DomainError as fault:
            if fault.status == 403:
                raise
            form.add_error("on", fault.message)
        else:
            messages.success(request, _("The meeting is on another day now."))
            moved.agency = meeting.agency
            return back(moved)
    return show(request, actor, meeting, status=422, day_form=form)


def back(meeting: Meeting, anchor: str = "") -> HttpResponse:
    """To the meeting's page, at the part that was worked on."""
    response = redirect("citistat:pack", meeting.agency.code, meeting.on.isoformat())
    if anchor:
        response["Location"] += f"#{anchor}"
    return response
