"""What the request page shows, gathered in a bounded number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import Form
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from citycall.accounts.queries import names_of
from citycall.appointments import queries as appointments
from citycall.catalog.queries import catalog
from citycall.catalog.specs import ServiceSpec
from citycall.core import clock, languages, numbers
from citycall.core.actors import Actor, ActorKind
from citycall.core.models import Event, Visibility
from citycall.core.phrases import said
from citycall.emergencies.dangers import Danger, caution
from citycall.feedback.ratings import ratings_for
from citycall.notifications import text_actions
from citycall.notifications.models import StandardText
from citycall.places.queries import areas
from citycall.privacy import openings, redacting
from citycall.service_requests import queries
from citycall.service_requests.events import Kind
from citycall.service_requests.history import sentence, specs_along
from citycall.service_requests.models import OPEN_STATUSES, Attachment, ServiceRequest, Status
from citycall.service_requests.photos import THUMBNAIL_SIDE
from citycall.service_requests.queries import Nearby
from citycall.service_requests.returning import reason_name
from citycall.service_requests.rules import Step
from citycall.work_orders import queries as order_queries
from citycall.workbench import forms, lookalikes, steps, tellings, texts, urgency
from citycall.workbench.texts import TextChoice

NEARBY_M = 150.0
# Staff read the latest first, and seldom more than that.
ENTRIES_SHOWN = 15
# The events by which a team comes to a request, and where they say why it is this team.
_MOVES = {
    Kind.SUBMITTED: "reason",
    Kind.SERVICE_CHANGED: "why_team",
    Kind.TRANSFERRED: "",
    Kind.RETURNED: "",
}


@dataclass(frozen=True, slots=True)
class OfferedStep:
    """One step with its form, ready to show; ``open`` when it came back with a fault."""

    code: str
    button: str | Promise
    form: Form
    open: bool
    text: TextChoice | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history, as ``pages/timeline.html`` shows it."""

    at: datetime
    title: str
    text: str
    by: str
    internal: bool
    language: str
    written_in: str
    warned: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo, as ``pages/photo.html`` shows it: the size is that of the thumbnail."""

    id: int
    href: str
    thumbnail: str
    width: int
    height: int
    label: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why this team has the request: a sentence, and the words of whoever passed it on."""

    sentence: str
    words: str = ""


def request_context(
    problem: ServiceRequest,
    *,
    actor: Actor,
    bound: Mapping[str, Form] | None = None,
    chosen: str = "",
) -> dict[str, Any]:
    """Everything for ``workbench/request.html``; ``bound`` are forms that came back.

    ``chosen`` is the id of the agency's text that was put into one of them.
    """
    bound = bound or {}
    spec = catalog().service_by_id(problem.service_id).spec
    events = queries.history(problem, visible=Visibility)
    entries = _history(events, problem)
    reasons = (*spec.pause_reasons, *spec.hold_reasons)
    may_note = queries.may(actor, "note", problem)
    sees = openings.may_see(problem, by=actor, at=clock.now())
    return {
        "problem": problem,
        "number": numbers.show(problem.number),
        "service": spec,
        **_steps(problem, actor=actor, bound=bound, chosen=chosen),
        **tellings.told(problem, _services(events, spec), sees_contact=sees),
        **_opening(problem, actor=actor, sees=sees, bound=bound),
        **_around(problem, actor=actor, spec=spec),
        "history": entries[:ENTRIES_SHOWN],
        "older_history": entries[ENTRIES_SHOWN:],
        "why": _why_this_team(events),
        "closed_by": _closed_by(events),
        "state_words": _words_of_state(events, problem),
        "hold_reason": next(
            (r.name for r in reasons if r.code == problem.hold_reason), problem.hold_reason
        ),
        "may_note": may_note,
        **urgency.context(problem, actor=actor, at=clock.now()),
        "known_tags": queries.known_tags(actor) if may_note else (),
        "may_redact": redacting.may(actor, "redact", problem),
        **(_writing(bound) if may_note else {}),
        "form": next(iter(bound.values()), None),
        "parent_number": numbers.show(problem.merged_into.number) if problem.merged_into else "",
        "now": clock.now(),
    }


def _around(problem: ServiceRequest, *, actor: Actor, spec: ServiceSpec) -> dict[str, Any]:
    """What belongs to it beside its words: photos, areas, neighbours, orders, dates, ratings."""
    is_open = problem.status in OPEN_STATUSES
    return {
        "photos": [_picture(photo) for photo in queries.attachments_of(problem)],
        "areas": [areas().area(area_id) for area_id in problem.areas],
        "nearby": _nearby(problem, actor=actor),
        "orders": order_queries.of_request([problem.pk]),
        "may_order": is_open and order_queries.may(actor, "plan", agency_id=problem.agency_id),
        **lookalikes.around(problem, actor=actor),
        "booked": appointments.of_request(problem.pk) if spec.booking else None,
        "ratings": ratings_for(actor, problem) if problem.completed_at is not None else (),
    }


def _opening(
    problem: ServiceRequest, *, actor: Actor, sees: bool, bound: Mapping[str, Form]
) -> dict[str, Any]:
    """The form that asks why, for those who may see the contacts and do not yet."""
    if sees or not queries.may(actor, "read_contact", problem):
        return {}
    return {"opening": bound.get("opening") or forms.OpeningForm(prefix="opening")}


def _steps(
    problem: ServiceRequest, *, actor: Actor, bound: Mapping[str, Form], chosen: str
) -> dict[str, Any]:
    offer = steps.offered(problem, actor=actor)
    kept = text_actions.offered(problem.agency_id)
    codes = {page.step.value for page in offer.every}
    lost = [page for page in steps.PAGES.values() if page.step.value in set(bound) - codes]
    return {
        "likely": _offered(offer.likely, problem, bound, kept, chosen) if offer.likely else None,
        "others": [_offered(page, problem, bound, kept, chosen) for page in offer.others],
        "public_text": texts.choice("public", problem, offered=kept, chosen=chosen),
        # What was decided upon is not possible any more, but what was typed is still shown.
        "lost": _offered(lost[0], problem, bound) if lost else None,
    }


def _offered(
    page: steps.StepPage,
    problem: ServiceRequest,
    bound: Mapping[str, Form],
    chosen_from: Sequence[StandardText] = (),
    chosen: str = "",
) -> OfferedStep:
    code = page.step.value
    button = page.button
    if page.step is Step.ASSIGN and problem.status != Status.NEW:
        button = _("Give to somebody else")
    return OfferedStep(
        code=code,
        button=button,
        form=bound.get(code) or page.form(request=problem, prefix=code),
        open=code in bound,
        text=texts.choice(code, problem, offered=chosen_from, chosen=chosen),
    )


def _writing(bound: Mapping[str, Form]) -> dict[str, Form]:
    return {
        "internal_form": bound.get("internal") or forms.NoteForm(prefix="internal"),
        "public_form": bound.get("public") or forms.MessageForm(prefix="public"),
        "photo_form": bound.get("photo") or forms.PhotoForm(prefix="photo"),
    }


def _picture(photo: Attachment) -> Picture:
    scale = min(1.0, THUMBNAIL_SIDE / max(photo.width, photo.height))
    labels = {"before": _("Before the work"), "after": _("After the work")}
    return Picture(
        id=photo.pk,
        href=reverse("web:photo", args=[photo.pk]),
        thumbnail=reverse("web:photo_small", args=[photo.pk]),
        width=round(photo.width * scale),
        height=round(photo.height * scale),
        label=labels.get(photo.stage, _("From a reporter")),
    )


def _nearby(problem: ServiceRequest, *, actor: Actor) -> Sequence[Nearby]:
    """Open requests of the same service around this one that the actor may read."""
    if problem.longitude is None or problem.latitude is None:
        return ()
    found = [
        near
        for near in queries.nearest_open(
            service_id=problem.service_id,
            longitude=problem.longitude,
            latitude=problem.latitude,
            within_m=NEARBY_M,
        )
        if near.request_id != problem.pk
    ]
    if not found:
        return ()
    known = set(
        queries.readable(actor)
        .filter(pk__in=[near.request_id for near in found])
        .values_list("pk", flat=True)
    )
    return [near for near in found if near.request_id in known]


def _services(events: Sequence[Event], spec: ServiceSpec) -> list[ServiceSpec]:
    """The services that the request has had, the present one first."""
    had = specs_along(((event.kind, event.data) for event in events), spec)
    return list({each.code: each for each in (spec, *reversed(had))}.values())


def _history(events: Sequence[Event], problem: ServiceRequest) -> list[Entry]:
    """Every event as a line, the latest first."""
    spec = catalog().service_by_id(problem.service_id).spec
    specs = specs_along(((event.kind, event.data) for event in events), spec)
    spoken = queries.comment_languages(events)
    given_to = {event.data["assignee"] for event in events if event.data.get("assignee")}
    people = names_of(given_to) if given_to else {}
    return [
        Entry(
            at=event.at,
            title=sentence(event, spec=had, people=people),
            text=said(event.words or ""),
            by=event.actor_name or _kind_of_actor(event),
            internal=event.visibility == Visibility.INTERNAL,
            language=spoken.get(event.pk, ""),
            written_in=languages.written_in(spoken.get(event.pk, "")),
            warned=_warned(event),
        )
        for event, had in reversed(list(zip(events, specs, strict=True)))
    ]


def entries_since(problem: ServiceRequest, *, seen: datetime) -> list[Entry]:
    """What others have done since somebody looked, the latest first."""
    return _history(queries.happened_since(problem, seen=seen), problem)


def _warned(event: Event) -> str:
    """Which danger was heard in the words of a report, and denied, before it was sent."""
    code = event.data.get("no_danger")
    if code not in set(Danger):
        return ""
    return _("The words sounded like danger. Shown first: “%(text)s” Answer: no emergency.") % {
        "text": caution(Danger(code)).text
    }


def _kind_of_actor(event: Event) -> str:
    return _("a resident") if event.actor_kind == ActorKind.RESIDENT else ""


def _words_of_state(events: Sequence[Event], problem: ServiceRequest) -> str:
    """What was said when the request came into its state: on hold, cancelled, open again."""
    kinds = {
        Status.ON_HOLD: {Kind.HELD},
        Status.CANCELLED: {Kind.CANCELLED},
    }.get(Status(problem.status), set())
    if problem.reopened_count and problem.status in OPEN_STATUSES:
        kinds = kinds or {Kind.REOPENED, Kind.DISPUTED}
    return next((event.words or "" for event in reversed(events) if event.kind in kinds), "")


def _closed_by(events: Sequence[Event]) -> str:
    """Who entered the latest completion; empty where none was, or nobody is known."""
    done = [event.actor_name for event in events if event.kind == Kind.COMPLETED]
    return done[-1] if done else ""


def _why_this_team(events: Sequence[Event]) -> Why | None:
    moves = [event for event in events if event.kind in _MOVES]
    if not moves:
        return None
    last = moves[-1]
    if last.kind not in {Kind.TRANSFERRED, Kind.RETURNED}:
        reason = str(last.data.get(_MOVES[Kind(last.kind)], ""))
        return Why(reason) if reason else None
    words = [e.words for e in events if e.id > last.id and e.data.get("about") == last.kind]
    if last.kind == Kind.RETURNED:
        why = {"person": last.actor_name, "reason": reason_name(str(last.data.get("reason", "")))}
        passed = _("%(person)s sent it back: %(reason)s.") % why
    else:
        passed = _("%(person)s passed it on to this team.") % {"person": last.actor_name}
    return Why(passed, words[0] or "" if words else "")
