"""What the request page shows, gathered in a bounded number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import Form

from citycall.catalog.queries import catalog
from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.models import Event, Visibility
from citycall.places.queries import areas
from citycall.service_requests import queries
from citycall.service_requests.events import Kind
from citycall.service_requests.history import sentence
from citycall.service_requests.models import Report, ServiceRequest
from citycall.workbench import forms, steps


@dataclass(frozen=True, slots=True)
class OfferedStep:
    """One step with its form, ready to show; ``open`` when it came back with a fault."""

    code: str
    button: Any
    form: Form
    open: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history, as ``pages/timeline.html`` shows it."""

    at: datetime
    title: str
    text: str
    by: str
    internal: bool


@dataclass(frozen=True, slots=True)
class Telling:
    """One report as staff see it; contact data only for those who may."""

    report: Report
    number: str
    answers: list[tuple[str, str]]
    contact: Any


def request_context(
    problem: ServiceRequest, *, actor: Actor, bound: Mapping[str, Form] | None = None
) -> dict[str, Any]:
    """Everything for ``workbench/request.html``; ``bound`` are forms that came back."""
    bound = bound or {}
    entry = catalog().service_by_id(problem.service_id)
    events = queries.history(problem, visible=Visibility)
    routed = next((e for e in events if e.kind == Kind.SUBMITTED), None)
    return {
        "problem": problem,
        "number": numbers.show(problem.number),
        "service": entry.spec,
        "steps": _steps(problem, actor=actor, bound=bound),
        "tellings": _tellings(problem, actor=actor),
        "photos": queries.attachments_of(problem),
        "areas": [areas().area(area_id) for area_id in problem.areas],
        "history": _history(events),
        "why_this_team": routed.data.get("reason", "") if routed else "",
        "may_note": queries.may(actor, "note", problem),
        "internal_form": bound.get("internal")
        or forms.NoteForm(request=problem, prefix="internal"),
        "public_form": bound.get("public") or forms.NoteForm(request=problem, prefix="public"),
        "photo_form": bound.get("photo") or forms.PhotoForm(request=problem, prefix="photo"),
        "parent_number": numbers.show(problem.merged_into.number) if problem.merged_into else "",
        "now": clock.now(),
    }


def _steps(
    problem: ServiceRequest, *, actor: Actor, bound: Mapping[str, Form]
) -> list[OfferedStep]:
    return [
        OfferedStep(
            code=page.step.value,
            button=page.button,
            form=bound.get(page.step.value) or page.form(request=problem, prefix=page.step.value),
            open=page.step.value in bound,
        )
        for page in steps.offered(problem, actor=actor)
    ]


def _tellings(problem: ServiceRequest, *, actor: Actor) -> list[Telling]:
    spec = catalog().service_by_id(problem.service_id).spec
    prompts = {question.code: question.text for question in spec.questions}
    sees_contact = queries.may(actor, "read_contact", problem)
    return [
        Telling(
            report=report,
            number=numbers.show(report.number),
            answers=[(prompts.get(code, code), str(said)) for code, said in report.answers.items()],
            contact=report.contact if sees_contact else None,
        )
        for report in queries.reports_of(problem)
    ]


def _history(events: Sequence[Event]) -> list[Entry]:
    return [
        Entry(
            at=event.at,
            title=sentence(event),
            text=event.words or "",
            by=event.actor_name,
            internal=event.visibility == Visibility.INTERNAL,
        )
        for event in events
    ]
