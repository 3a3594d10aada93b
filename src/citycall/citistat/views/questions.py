"""One kept question: today's answer, who is mailed it, what is watched, and how that ends."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from citycall.analytics.measures.book import MEASURES
from citycall.analytics.store import store
from citycall.analytics.watch import links, queries
from citycall.analytics.watch.actions import mail, rule, save
from citycall.citistat import question_page
from citycall.citistat.around import around
from citycall.citistat.question_forms import mail_form, rule_form
from citycall.citistat.views.ask import present
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotFound
from citycall.pages.staff import staff_only


@require_safe
@staff_only
def question(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Today's answer, and what follows from it."""
    return _show(request, actor, pk)


def _show(
    request: HttpRequest, actor: Actor, pk: int, *, status: int = 200, **forms: Any
) -> HttpResponse:
    row = queries.question_for(actor, pk)
    subscription = queries.subscription_of(actor, row)
    measure = MEASURES.get(row.measure)
    context = {
        **around(actor, "ask"),
        "row": row,
        "line": question_page.lines([row])[0],
        "fixed": row.last is None,
        "is_own": row.owner_id == actor.id,
        "may_delete": row.owner_id == actor.id or queries.may_tidy(actor),
        "subscription": subscription,
        "mail_form": mail_form(subscription),
        "rules": question_page.watched(queries.rules_of(actor, row), row),
        "rule_form": rule_form(measure) if measure else None,
        "alerts": question_page.found(queries.alerts_of(actor, question_id=row.pk)),
        **question_page.today(row, present(), actor),
        **forms,
    }
    return render(request, "citistat/question.html", context, status=status)


@require_POST
@staff_only
def mailed(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Mail the answer to whoever asks for it, or no more."""
    if request.POST.get("step") == "end":
        mail.unsubscribe(pk, by=actor, at=clock.now())
        messages.success(request, _("You are not mailed this answer any more."))
        return redirect("citistat:question", pk)
    form = mail_form(None, request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            mail.subscribe(pk, told["rhythm"], told["weekday"], by=actor, at=clock.now())
        except DomainError as fault:
            if fault.status in {403, 404}:
                raise
            form.tell(fault)
        else:
            messages.success(request, _("You are mailed the answer from the next time on."))
            return redirect("citistat:question", pk)
    return _show(request, actor, pk, status=422, mail_form=form)


@require_POST
@staff_only
def watched(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Have the number watched, or no more."""
    ended = request.POST.get("end", "")
    if ended:
        if not (ended.isascii() and ended.isdigit() and len(ended) < 19):
            raise NotFound(_("There is no such rule of yours."))
        rule.unwatch(int(ended), by=actor, at=clock.now())
        messages.success(request, _("It is not watched any more."))
        seen = queries.may_see(actor, pk)
        return redirect("citistat:question", pk) if seen else redirect("citistat:ask")
    row = queries.question_for(actor, pk)
    measure = MEASURES.get(row.measure)
    if measure is None:
        return _show(request, actor, pk, status=422)
    form = rule_form(measure, request.POST)
    if form.is_valid():
        try:
            rule.watch(
                pk,
                form.cleaned_data["bound"],
                form.number_told(),
                facts=store().facts(),
                by=actor,
                at=clock.now(),
            )
        except DomainError as fault:
            if fault.status in {403, 404, 503}:
                raise
            form.tell(fault)
        else:
            messages.success(request, _("It is watched. You are mailed when it begins."))
            return redirect("citistat:question", pk)
    return _show(request, actor, pk, status=422, rule_form=form)


@require_POST
@staff_only
def deleted(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Delete a question with its messages and rules."""
    save.delete(pk, by=actor, at=clock.now())
    messages.success(request, _("The question was deleted."))
    return redirect("citistat:ask")


@method_decorator(csrf_exempt, name="dispatch")
class End(View):
    """The link in each mailed answer; mail programs post to it by themselves (RFC 8058)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """One button: looking ends nothing, since programs look at mail too."""
        key = request.GET.get("key", "")
        try:
            row = mail.look_at_end(key)
        except links.BadLink as fault:
            return self._show(request, status=fault.status, fault=fault.message)
        return self._show(request, key=key, done=row is None)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Nothing more is mailed."""
        try:
            mail.end(request.POST.get("key") or request.GET.get("key", ""), at=clock.now())
        except links.BadLink as fault:
            return self._show(request, status=fault.status, fault=fault.message)
        return self._show(request, done=True)

    def _show(self, request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
        return render(request, "citistat/mail_end.html", context, status=status)
