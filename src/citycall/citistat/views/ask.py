"""What do you want to know? Asking, keeping the question, and today's answer to a kept one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citycall.analytics.store import Facts, store
from citycall.analytics.watch import queries
from citycall.analytics.watch.actions import save
from citycall.analytics.watch.models import SavedQuestion
from citycall.citistat import ask_form, builder, question_page
from citycall.citistat.around import around
from citycall.citistat.question_forms import SaveForm, save_form
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotAllowed
from citycall.pages.staff import staff_only


def present() -> Facts | None:
    """The present facts, where there are any yet."""
    kept = store()
    return kept.facts() if kept.version() else None


@require_safe
@staff_only
def ask(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The builder with the answer below, and what was kept before."""
    return _page(request, actor, request.GET)


@require_POST
@staff_only
def keep(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Keep the question that was asked."""
    return _kept(request, actor, None)


@require_safe
@staff_only
def change(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The builder with a question's own fields."""
    row = _own(actor, pk)
    asked = request.GET if "measure" in request.GET else QueryDict(builder.query_of(row))
    return _page(request, actor, asked, row=row)


@require_POST
@staff_only
def changed(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Let a kept question ask what was asked now."""
    return _kept(request, actor, _own(actor, pk))


def _own(actor: Actor, pk: int) -> SavedQuestion:
    row = queries.question_for(actor, pk)
    if row.owner_id != actor.id:
        raise NotAllowed(_("Only the person who saved this question may change it."))
    return row


def _kept(request: HttpRequest, actor: Actor, row: SavedQuestion | None) -> HttpResponse:
    form = save_form(actor, row, request.POST)
    built = builder.read(request.POST, facts=store().facts(), actor=actor)
    if form.is_valid() and not built.faults and not built.asked.beyond:
        sharing, agency_id = form.shared()
        wanted = built.wanted(
            title=form.cleaned_data["title"], sharing=sharing, agency_id=agency_id
        )
        try:
            if row is None:
                kept = save.save(wanted, by=actor, at=clock.now())
            else:
                kept = save.change(row.pk, wanted, by=actor, at=clock.now())
        except DomainError as fault:
            if fault.status in {403, 404}:
                raise
            form.tell(fault)
        else:
            messages.success(request, _("Kept. This address always tells the answer of the day."))
            return redirect("citistat:question", kept.pk)
    return _page(request, actor, request.POST, row=row, form=form)


def _page(
    request: HttpRequest,
    actor: Actor,
    query: QueryDict,
    *,
    row: SavedQuestion | None = None,
    form: SaveForm | None = None,
) -> HttpResponse:
    context = around(actor, "ask") | {"row": row}
    facts = present()
    status = 422 if form is not None else 200
    if facts is not None:
        built = builder.read(query, facts=facts, actor=actor)
        status = 422 if built.faults else status
        context |= _built(built, facts, actor)
        if "measure" in query and not built.faults and not built.asked.beyond:
            context |= question_page.answered(built.asked, facts)
            context["form"] = form or save_form(actor, row)
    if row is None:
        page = queries.shared(actor, before=request.GET.get("before", ""))
        context |= {
            "own": question_page.lines(queries.own(actor)),
            "shared": question_page.lines(page.rows),
            "older": page.older,
            "alerts": question_page.found(queries.alerts_of(actor)),
            "watching": question_page.all_watched(queries.all_rules_of(actor)),
        }
    return render(request, "citistat/ask_page.html", context, status=status)


def _built(built: builder.Built, facts: Facts, actor: Actor) -> dict[str, Any]:
    narrowing = ask_form.narrowing(built.asked, facts, actor)
    return {
        "built": built,
        "measures": builder.measures(built),
        "by": ask_form.by(built.asked, facts),
        "periods": ask_form.periods(built.asked),
        "units": builder.units(built),
        "narrowing": narrowing,
        "faults": ask_form.faults(built.faults, narrowing),
    }
