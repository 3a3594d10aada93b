"""A crew's day as their phone keeps it, and the steps that it hands over again."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from citycall.catalog.queries import catalog
from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, Faults
from citycall.core.phrases import said
from citycall.service_requests import photos
from citycall.service_requests import queries as service_requests
from citycall.service_requests.models import Report, ServiceRequest, Status
from citycall.work_orders import queries
from citycall.work_orders.actions import fieldwork
from citycall.work_orders.models import Step, WorkOrder
from citycall.work_orders.rules import Finished

MOST_STEPS: Final = 50
# Of the reporters' photos of one stop, so many are kept on the phone.
MOST_PHOTOS: Final = 4
# What could not be done as it was meant is shown to the crew for so long.
TOLD_FOR: Final = timedelta(days=2)
# An order of an earlier day is theirs for so long, unless it was planned anew.
LEFT_OVER_FOR: Final = timedelta(days=14)


class BadSteps(DomainError):
    """What a phone sent is not a list of steps."""

    code = "bad_steps"


def day_of(actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Everything that a crew needs on its phone today, without any contact data."""
    today = at.astimezone(clock.city_zone()).date()
    crews = queries.crews_of_member(actor.id)
    ids = [crew.pk for crew in crews]
    late = [
        order
        for order in queries.left_over(ids, before=today)
        if order.day is not None and order.day >= today - LEFT_OVER_FOR
    ]
    orders = [*queries.on_day(ids, today), *late]
    return {
        "user": actor.id,
        "name": actor.name,
        "day": today.isoformat(),
        "dayWords": day_in_words(today),
        "crews": [crew.name for crew in crews],
        "stops": _stops(orders, actor=actor, today=today),
        "told": _told(queries.told_by(actor.id, since=at - TOLD_FOR)),
    }


def day_in_words(day: date | None) -> str:
    """A day with the name of its weekday, as the reader's language writes it."""
    if day is None:
        return ""
    names = {"weekday": formats.date_format(day, "l"), "day": formats.date_format(day)}
    return _("%(weekday)s, %(day)s") % names


def _stops(orders: Sequence[WorkOrder], *, actor: Actor, today: date) -> list[dict[str, Any]]:
    linked = {link.service_request_id for order in orders for link in queries.links_of(order)}
    roots = service_requests.roots(linked)
    told = _first_reports(roots, actor=actor)
    pictures = _pictures({*linked, *(root.pk for root in roots.values())}, actor=actor)
    waits = queries.undone_firsts([order.pk for order in orders])
    taken = queries.photos_after([order.pk for order in orders])
    return [
        _stop(
            order,
            requests=_about(order, roots),
            reports=told,
            pictures=_of_stop(order, roots, pictures),
            waits=waits.get(order.pk, ()),
            photos_after=taken.get(order.pk, 0),
            today=today,
        )
        for order in orders
    ]


def _about(order: WorkOrder, roots: Mapping[int, ServiceRequest]) -> list[ServiceRequest]:
    found = (roots[link.service_request_id] for link in queries.links_of(order))
    return list({request.pk: request for request in found}.values())


def _first_reports(roots: Mapping[int, ServiceRequest], *, actor: Actor) -> dict[int, Report]:
    ids = sorted({request.pk for request in roots.values()})
    if not ids:
        return {}
    found = service_requests.first_reports(ids, by=actor)
    return {report.service_request_id: report for report in found}


def _pictures(request_ids: Collection[int], *, actor: Actor) -> dict[int, list[dict[str, str]]]:
    """The addresses of the small photos of these requests, of those that the crew may see.

    A photo that was blurred has another address, so that no phone keeps the one before.
    """
    found: dict[int, list[dict[str, str]]] = {}
    if request_ids:
        for photo in service_requests.reporters_photos(request_ids, by=actor):
            address = reverse("web:photo_small", args=[photo.pk])
            version = hashlib.sha256(photo.thumbnail.encode()).hexdigest()[:12]
            found.setdefault(photo.service_request_id, []).append({"src": f"{address}?v={version}"})
    return found


def _of_stop(
    order: WorkOrder,
    roots: Mapping[int, ServiceRequest],
    pictures: Mapping[int, Sequence[dict[str, str]]],
) -> list[dict[str, str]]:
    ids = [link.service_request_id for link in queries.links_of(order)]
    every = dict.fromkeys(pk for each in ids for pk in (each, roots[each].pk))
    return [photo for pk in every for photo in pictures.get(pk, ())][:MOST_PHOTOS]


def _stop(
    order: WorkOrder,
    *,
    requests: Sequence[ServiceRequest],
    reports: Mapping[int, Report],
    pictures: Sequence[dict[str, str]],
    waits: Sequence[WorkOrder],
    photos_after: int,
    today: date,
) -> dict[str, Any]:
    specs = [catalog().service_by_id(request.service_id).spec for request in requests]
    return {
        "id": order.pk,
        "title": order.title,
        "crew": order.crew.name if order.crew else "",
        "place": order.place,
        "directions": order.directions,
        "instructions": order.instructions,
        "point": list(order.point) if order.point else None,
        "navigate": _navigation(order),
        "minutes": order.minutes,
        "window": _window(order),
        "day": "" if order.day in {None, today} else day_in_words(order.day),
        "state": order.state.value,
        "waits": [str(first) for first in waits],
        "materials": order.materials,
        "checklist": order.checklist,
        "signature": order.signature_needed,
        "outcomes": outcomes_of(requests),
        "photosAfter": photos_after,
        "photo": any(spec.photo_on_completion for spec in specs),
        "photos": pictures,
        "requests": [_request(request, report=reports.get(request.pk)) for request in requests],
    }


def _request(request: ServiceRequest, *, report: Report | None) -> dict[str, Any]:
    number = numbers.show(request.number)
    return {
        "id": request.pk,
        "team": request.team_id,
        "number": number,
        "service": said(catalog().service_by_id(request.service_id).name),
        "status": str(Status(request.status).label),
        "words": report.words if report else "",
        "href": reverse("workbench:request", args=[number]),
    }


def outcomes_of(requests: Sequence[ServiceRequest]) -> list[dict[str, str]]:
    """The outcomes that all of these requests can have, by code and name."""
    book = catalog()
    codes = [list(book.service_by_id(each.service_id).spec.outcomes) for each in requests]
    shared = [code for code in (codes[0] if codes else []) if all(code in own for own in codes)]
    return [{"code": code, "name": said(book.outcome(code).spec.name)} for code in shared]


def _navigation(order: WorkOrder) -> dict[str, str]:
    if order.point is None:
        return {}
    where = {"longitude": f"{order.point[0]:.6f}", "latitude": f"{order.point[1]:.6f}"}
    return {
        "app": "geo:{latitude},{longitude}?q={latitude},{longitude}".format(**where),
        "web": settings.CITYCALL_DIRECTIONS_URL.format(**where),
    }


def _window(order: WorkOrder) -> str:
    if order.window_from is None or order.window_until is None:
        return ""
    begins, ends = (
        formats.time_format(timezone.localtime(moment), "TIME_FORMAT")
        for moment in (order.window_from, order.window_until)
    )
    return _("%(begins)s to %(ends)s") % {"begins": begins, "ends": ends}


def _told(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """What could not be done as it was meant, an entry for each order, the latest first."""
    grouped: dict[int, list[Step]] = {}
    for step in steps:
        grouped.setdefault(step.order_id, []).append(step)
    return [
        {
            "key": own[0].key,
            "title": own[0].order.title,
            "sentences": list(dict.fromkeys(t["sentence"] for s in own for t in s.troubles)),
        }
        for own in grouped.values()
    ]


@dataclass(frozen=True, kw_only=True)
class Handed:
    """Steps as a phone hands them over, with its clock and the pictures by key."""

    steps: Sequence[Mapping[str, Any]]
    clock_off: timedelta
    files: Mapping[str, Any]


def read(text: str, phone_now: str, files: MultiValueDict[str, Any], *, at: datetime) -> Handed:
    """What a phone sent; raises ``BadSteps`` for what is no list of steps."""
    bad = BadSteps(_("These steps cannot be read. Please reload the page."))
    try:
        steps = json.loads(text)
        off = at - _moment(phone_now)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise bad from None
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise bad
    return Handed(steps=steps[:MOST_STEPS], clock_off=off, files=files)


def take_all(handed: Handed, *, by: Actor, at: datetime) -> list[dict[str, Any]]:
    """Take the steps in their order, each by itself; what came of each, by its key."""
    return [_taken(step, handed, by=by, at=at) for step in handed.steps]


def _taken(step: Mapping[str, Any], handed: Handed, *, by: Actor, at: datetime) -> dict[str, Any]:
    key = str(step.get("key", ""))
    try:
        told = _told_step(step, handed, key=key)
        taken = fieldwork.take(told, by=by, at=at)
    except DomainError as error:
        faults = error.faults if isinstance(error, Faults) else {error.field: error.message}
        return {"key": key, "state": "refused", "sentences": [*faults.values()], "faults": faults}
    sentences = [trouble["sentence"] for trouble in taken.troubles]
    return {"key": key, "state": "partly" if sentences else "done", "sentences": sentences}


def _told_step(step: Mapping[str, Any], handed: Handed, *, key: str) -> fieldwork.Told:
    bad = BadSteps(_("This step cannot be read."))
    try:
        kind = Step.Kind(step["kind"])
        order_id, at = int(step["order"]), _moment(step["at"]) + handed.clock_off
        seen = {int(pk): int(team) for pk, team in step.get("seen", [])}
    except (KeyError, ValueError, TypeError, OverflowError):
        raise bad from None
    if not key or len(key) > fieldwork.LONGEST_KEY or not 0 < order_id < 2**62:
        raise bad
    upload = handed.files.get(f"photo-{key}")
    return fieldwork.Told(
        key=key,
        order_id=order_id,
        kind=kind,
        at=at,
        words=_text(step.get("words")),
        finished=_finished(step.get("finished")),
        photo=photos.keep(upload) if upload is not None else None,
        seen=seen,
    )


def _finished(told: Any) -> Finished:
    if not isinstance(told, dict):
        return Finished()
    answers, used = told.get("answers"), told.get("used")
    return Finished(
        outcome=_text(told.get("outcome"))[:40],
        explanation=_text(told.get("explanation")),
        answers=answers if isinstance(answers, dict) else {},
        used=used if isinstance(used, list) else (),
        signature=told.get("signature"),
    )


def _text(value: Any) -> str:
    return value.replace("\x00", "") if isinstance(value, str) else ""


def _moment(text: Any) -> datetime:
    moment = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
