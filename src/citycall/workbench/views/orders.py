"""Work orders: the list, one of them, a new one, and what is done with them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citycall.catalog.queries import catalog
from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, DomainError, NotAllowed
from citycall.pages.staff import links_for, staff_only
from citycall.service_requests import queries as service_requests
from citycall.service_requests.photos import path_of
from citycall.work_orders import queries
from citycall.work_orders.actions import fieldwork, orders, plan
from citycall.work_orders.actions.fieldwork import Told
from citycall.work_orders.models import Step, WorkOrder
from citycall.workbench import order_page
from citycall.workbench.order_forms import OrderForm, OrdersForm


@require_safe
@staff_only
def order_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The orders of the actor's agencies, those made last first, and what crews tell of them."""
    crews = queries.crews(actor)
    form = OrdersForm(request.GET or {"state": "unended"}, crews=crews)
    form.is_valid()
    asked = form.cleaned_data
    page = queries.listed(
        actor,
        state=asked.get("state", "") or "unended",
        crew_id=int(asked["crew"]) if asked.get("crew") else None,
        words=asked.get("words", ""),
        older_than=request.GET.get("older", ""),
        newer_than=request.GET.get("newer", ""),
    )
    context = {
        "filters": form,
        "page": page,
        "told": order_page.by_order(queries.to_look_at(actor)),
        "may_plan": bool(queries.may_plan_somewhere(actor)),
        "staff_links": links_for(actor),
        "now": clock.now(),
    }
    return render(request, "workbench/orders.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A new order, about the requests that the address names."""
    if not queries.may_plan_somewhere(actor):
        raise NotAllowed(_("You do not have permission to do this."))
    status = 200
    form = OrderForm(initial=_first_words(request, actor), actor=actor)
    if request.method == "POST":
        form, status = OrderForm(request.POST, actor=actor), 422
        if form.is_valid():
            try:
                row = _made(form, actor)
            except NotAllowed:
                raise
            except DomainError as error:
                order_page.put_on_form(error, form)
            else:
                messages.success(request, _("The work order is made."))
                return redirect("workbench:order", order_id=row.pk)
    context = {"form": form, "staff_links": links_for(actor), "now": clock.now()}
    return render(request, "workbench/order_new.html", context, status=status)


def _first_words(request: HttpRequest, actor: Actor) -> dict[str, str]:
    asked = [text for text in request.GET.getlist("request") if text][: orders.MOST_REQUESTS]
    if not asked:
        return {}
    problem = service_requests.get_for(actor, numbers.read(asked[0]))
    return {
        "title": catalog().service_by_id(problem.service_id).name,
        "requests": ", ".join(asked),
    }


def _made(form: OrderForm, actor: Actor) -> WorkOrder:
    ids = form.cleaned_data["requests"]
    return orders.make(
        order_page.in_window(form.draft(), ids),
        agency_id=order_page.agency_for(actor, ids),
        request_ids=ids,
        firsts=form.cleaned_data["firsts"],
        by=actor,
        at=clock.now(),
    )


@require_safe
@staff_only
def order(request: HttpRequest, actor: Actor, order_id: int) -> HttpResponse:
    """One order: what it says, what it is about, what crews told, and what can be done."""
    return _show(request, actor, order_id)


def _show(
    request: HttpRequest,
    actor: Actor,
    order_id: int,
    bound: Mapping[str, Form] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    row = queries.get_for(actor, order_id)
    context = order_page.context(row, actor=actor, bound=bound or {})
    context["staff_links"] = links_for(actor)
    return render(request, "workbench/order.html", context, status=status)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A step that somebody takes on an order, with the form that it came in."""

    order: WorkOrder
    form: Form | None
    actor: Actor
    post: Mapping[str, str]

    @property
    def values(self) -> dict[str, Any]:
        return self.form.cleaned_data if self.form is not None else {}

    def tell(self, kind: Step.Kind, **more: Any) -> str:
        """As a phone tells it, of the order as it is shown now; what is to be known beside.

        An order may be finished whose requests have ended already, as a partner says so.
        """
        told = Told(key=uuid4().hex, order_id=self.order.pk, kind=kind, at=clock.now(), **more)
        taken = fieldwork.take(told, by=self.actor, at=clock.now())
        told_too = " ".join(trouble["sentence"] for trouble in taken.troubles)
        ended = all(trouble["code"] == "ended" for trouble in taken.troubles)
        if told_too and not (ended and kind == Step.Kind.FINISH):
            raise Conflict(told_too)
        return told_too

    def by(self) -> dict[str, Any]:
        return {"by": self.actor, "at": clock.now()}

    def request_id(self) -> int:
        number = numbers.read(self.post.get("number", ""))
        return service_requests.get_for(self.actor, number).pk


def _plan(asked: _Asked) -> None:
    crew_id, day = int(asked.values["crew"]), asked.values["day"]
    plan.plan(asked.order.pk, crew_id=crew_id, day=day, **asked.by())


def _change(asked: _Asked) -> None:
    form = asked.form
    assert isinstance(form, OrderForm)
    draft = order_page.keep_place(form.draft(), asked.order)
    orders.change(asked.order.pk, draft, **asked.by())
    known = {link.service_request_id for link in queries.links_of(asked.order)}
    for request_id in set(form.cleaned_data["requests"]) - known:
        orders.add_request(asked.order.pk, request_id, **asked.by())
    for first in form.cleaned_data["firsts"]:
        orders.put_after(asked.order.pk, first, **asked.by())


def _finish(asked: _Asked) -> str:
    photo = asked.values.get("photo")
    if photo is not None:
        asked.tell(Step.Kind.AFTER, photo=photo)
    return asked.tell(Step.Kind.FINISH, finished=asked.form.finished())  # type: ignore[union-attr]


Text = str | Promise
_STEPS: Final[Mapping[str, tuple[Callable[[_Asked], Any], Text]]] = {
    "plan": (_plan, lazy("The work order is planned.")),
    "take-off": (
        lambda asked: plan.take_off(asked.order.pk, **asked.by()),
        lazy("The work order waits to be planned."),
    ),
    "cancel": (
        lambda asked: orders.cancel(asked.order.pk, **asked.by()),
        lazy("The work order is cancelled."),
    ),
    "again": (
        lambda asked: orders.take_up_again(asked.order.pk, **asked.by()),
        lazy("The work order waits to be planned."),
    ),
    "change": (_change, lazy("The work order is changed.")),
    "drop": (
        lambda asked: orders.drop_request(asked.order.pk, asked.request_id(), **asked.by()),
        lazy("The work order is not about this request any more."),
    ),
    "free": (
        lambda asked: orders.put_free(asked.order.pk, int(asked.post["first"]), **asked.by()),
        lazy("The work order need not wait for the other one."),
    ),
    "start": (lambda asked: asked.tell(Step.Kind.START), lazy("Work has begun.")),
    "finish": (_finish, lazy("The work order is done.")),
    "not-found": (
        lambda asked: asked.tell(Step.Kind.NOT_FOUND, words=asked.values["words"]),
        lazy("The reporter will be called."),
    ),
    "seen": (
        lambda asked: fieldwork.look_at(asked.order.pk, **asked.by()),
        lazy("It is noted that you have seen this."),
    ),
}


@require_POST
@staff_only
def take_step(request: HttpRequest, actor: Actor, order_id: int, step: str) -> HttpResponse:
    """Do one thing with an order; on a fault the page comes back with what was typed."""
    if step not in _STEPS:
        raise Http404(step)
    run, done = _STEPS[step]
    row = queries.get_for(actor, order_id)
    form = order_page.form_of(step, row, actor=actor, data=request.POST, files=request.FILES)
    bound = {step: form} if form is not None else {}
    if form is not None and not form.is_valid():
        return _show(request, actor, order_id, bound, status=422)
    try:
        told_too = run(_Asked(row, form, actor, request.POST))
    except NotAllowed:
        raise
    except DomainError as error:
        if form is None:
            messages.error(request, error.message)
            return redirect("workbench:order", order_id=order_id)
        order_page.put_on_form(error, form)
        status = error.status if isinstance(error, Conflict) else 422
        return _show(request, actor, order_id, bound, status=status)
    messages.success(request, str(done))
    if isinstance(told_too, str) and told_too:
        messages.info(request, told_too)
    if request.POST.get("back") == "list":
        return redirect("workbench:orders")
    return redirect("workbench:order", order_id=order_id)


@require_safe
@staff_only
def photo(request: HttpRequest, actor: Actor, photo_id: int) -> HttpResponse:
    """A photo that a crew took, for those who may read its order."""
    kept = queries.photo_for(actor, photo_id)
    try:
        data = path_of(kept.thumbnail if "small" in request.GET else kept.file).read_bytes()
    except FileNotFoundError:
        raise Http404(str(photo_id)) from None
    response = HttpResponse(data, content_type="image/jpeg")
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return response
