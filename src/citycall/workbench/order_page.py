"""What the page of one work order shows, and the forms that it has for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.forms import Form
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from citycall.appointments import queries as appointments
from citycall.catalog.queries import catalog
from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, Faults
from citycall.exchange.forwarding.queries import passed_on
from citycall.exchange.models import Forward
from citycall.exchange.open311 import following
from citycall.service_requests import queries as service_requests
from citycall.service_requests.models import ServiceRequest
from citycall.work_orders import queries
from citycall.work_orders.actions.orders import Draft
from citycall.work_orders.models import Ending, OrderState, Step, WorkOrder
from citycall.workbench.crew_day import outcomes_of
from citycall.workbench.order_forms import FinishForm, OrderForm, PlanForm, WordsForm, written

_SIDE: Final = 1000


@dataclass(frozen=True, slots=True)
class ToldOf:
    """An order with the steps that could not be done as a crew meant them."""

    order: WorkOrder
    steps: Sequence[Step]

    @property
    def sentences(self) -> list[str]:
        """Why, each once."""
        told = (trouble["sentence"] for step in self.steps for trouble in step.troubles)
        return list(dict.fromkeys(told))


def by_order(steps: Sequence[Step]) -> list[ToldOf]:
    """Steps under their orders, in the order in which they came."""
    grouped: dict[int, list[Step]] = {}
    for step in steps:
        grouped.setdefault(step.order_id, []).append(step)
    return [ToldOf(group[0].order, group) for group in grouped.values()]


@dataclass(frozen=True, slots=True)
class AtPartner:
    """A request of the order that another body has, and how it stands there."""

    forward: Forward

    @property
    def says_done(self) -> bool:
        """Whether they say that they have done it; the order is a person's to close."""
        meaning = following.meaning_of(self.forward.remote_status)
        return meaning in {following.Meaning.ENDED, following.Meaning.FIXED}

    @property
    def ended_otherwise(self) -> bool:
        """Whether they will not do anything more about it."""
        return following.is_end(self.forward.remote_status) and not self.says_done


def context(order: WorkOrder, *, actor: Actor, bound: Mapping[str, Form]) -> dict[str, Any]:
    """Everything for ``workbench/order.html``; ``bound`` are forms that came back."""
    may_plan = queries.may(actor, "plan", agency_id=order.agency_id)
    may_work = queries.may(actor, "work", agency_id=order.agency_id)
    unended = order.ended_at is None
    steps = queries.steps_of(order)
    about = requests_of(order)
    linked = {link.service_request_id for link in queries.links_of(order)}
    return {
        "order": order,
        "state": order.state,
        "requests": [
            {"row": request, "number": numbers.show(request.number), "service": service_of(request)}
            for request in about
        ],
        "partners": [
            AtPartner(each) for each in passed_on(linked | {request.pk for request in about})
        ],
        "firsts": queries.firsts_of(order),
        "laters": queries.laters_of(order),
        "steps": steps[::-1],
        "troubles": [t for s in steps if s.looked_at is None for t in s.troubles],
        "strokes": _strokes(order),
        "checked": [
            {"text": point["text"], "done": bool(order.answers.get(point["code"]))}
            for point in order.checklist
        ],
        "may_plan": may_plan,
        "may_start": may_work and order.state in {OrderState.OPEN, OrderState.PLANNED},
        "may_work": may_work and unended,
        "may_change": may_plan and unended,
        "may_again": may_plan and order.ending in {Ending.NOT_FOUND, Ending.CANCELLED},
        "forms": {
            name.replace("-", "_"): bound.get(name) or form_of(name, order, actor=actor)
            for name in ("plan", "change", "finish", "not-found")
        },
        "form": next(iter(bound.values()), None),
        "opened": {name.replace("-", "_"): True for name in bound},
        "now": clock.now(),
    }


def form_of(
    step: str,
    order: WorkOrder,
    *,
    actor: Actor,
    data: QueryDict | None = None,
    files: MultiValueDict[str, Any] | None = None,
) -> Form | None:
    """The form of a step of the page, empty or with what was sent; none where it has none."""
    sent: dict[str, Any] = {"data": data, "files": files, "prefix": step}
    if step == "plan":
        today = clock.now().astimezone(clock.city_zone()).date()
        crews = [crew for crew in queries.crews(actor) if crew.agency_id == order.agency_id]
        now = {"crew": order.crew_id, "day": order.day or today}
        return PlanForm(**sent, crews=crews, today=today, initial=now)
    if step == "change":
        return OrderForm(**sent, actor=actor, initial=written(order))
    if step == "finish":
        return FinishForm(**sent, order=order, outcomes=outcomes_of(requests_of(order)))
    if step == "not-found":
        return WordsForm(**sent)
    return None


def requests_of(order: WorkOrder) -> list[ServiceRequest]:
    """The requests that the order is about today, through any merging, each once."""
    roots = service_requests.roots([link.service_request_id for link in queries.links_of(order)])
    return list({request.pk: request for request in roots.values()}.values())


def service_of(request: ServiceRequest) -> str:
    """The name of its service."""
    return catalog().service_by_id(request.service_id).name


def agency_for(actor: Actor, request_ids: Sequence[int]) -> int:
    """Whose order it is: that of the first request, or of the actor; raises ``Faults``."""
    if request_ids:
        return service_requests.roots(request_ids[:1])[request_ids[0]].agency_id
    own = queries.agencies_of(actor, "plan")
    if own is None or len(own) != 1:
        sentence = _("Please name a request: its agency does the work.")
        raise Faults({"requests": sentence})
    return next(iter(own))


def in_window(draft: Draft, request_ids: Sequence[int]) -> Draft:
    """Where somebody waits for the crew, the order is for that time."""
    booked = (appointments.of_request(pk) for pk in request_ids)
    first = next((each for each in booked if each is not None), None)
    if first is None:
        return draft
    return replace(draft, window_from=first.starts_at, window_until=first.ends_at)


def keep_place(draft: Draft, order: WorkOrder) -> Draft:
    """What the form does not ask stays as it is: the point of the same place, and the window."""
    same = draft.place == order.place
    return replace(
        draft,
        directions=order.directions,
        longitude=order.longitude if same else draft.longitude,
        latitude=order.latitude if same else draft.latitude,
        window_from=order.window_from,
        window_until=order.window_until,
    )


def put_on_form(error: DomainError, form: Form) -> None:
    """Say a fault next to the field it belongs to, or above the form."""
    faults = error.faults if isinstance(error, Faults) else {error.field: error.message}
    for field, sentence in faults.items():
        form.add_error(field if field in form.fields else None, sentence)


def _strokes(order: WorkOrder) -> list[str]:
    """The strokes of a signature as the points of SVG's polylines."""
    drawn = (order.signature or {}).get("strokes", [])
    return [" ".join(f"{x},{y}" for x, y in stroke) for stroke in drawn]
