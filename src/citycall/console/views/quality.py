"""How well do we serve? Conversations to score, how they were scored, and one's own scores."""

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from citycall.calls.measures.queries import midnight
from citycall.calls.quality import actions, queries
from citycall.calls.quality.models import Criterion
from citycall.calls.shifts import adherence
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.core.phrases import said
from citycall.pages.staff import links_for, staff_only

_EACH: Final = 5
_OWN_DAYS: Final = 28
_POINTS: Final = [
    ("3", _("3 – as it should be")),
    ("2", _("2 – nearly")),
    ("1", _("1 – hardly")),
    ("0", _("0 – not at all")),
    ("none", _("Does not apply")),
]


class ScoreForm(forms.Form):
    """Points for each line of the card, and a note to the call-taker."""

    words = forms.CharField(
        label=_("Note to the call-taker"),
        required=False,
        max_length=actions.LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, card: list[Criterion], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._card = card
        for line in card:
            self.fields[f"line-{line.pk}"] = forms.ChoiceField(
                label=said(line.name),
                help_text=said(line.hint),
                choices=_POINTS,
                widget=forms.RadioSelect,
                error_messages={"required": _("Please choose one.")},
            )
        self.order_fields([f"line-{line.pk}" for line in card])

    def points(self) -> dict[int, int | None]:
        """The chosen points by criterion."""
        told = {line.pk: self.cleaned_data[f"line-{line.pk}"] for line in self._card}
        return {each: None if value == "none" else int(value) for each, value in told.items()}


class CriterionForm(forms.Form):
    """One more line of the card."""

    name = forms.CharField(label=_("What is looked at"), max_length=80)
    hint = forms.CharField(label=_("When is it as it should be?"), max_length=300, required=False)
    weight = forms.IntegerField(label=_("Weight, 1 to 10"), min_value=1, max_value=10, initial=1)


@require_safe
@staff_only
def quality(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A week's conversations, trends, agreement and the card."""
    at = clock.now()
    today = at.astimezone(clock.city_zone()).date()
    week = _week(request.GET.get("week", "")) or queries.latest_week(by=actor)
    week = week or today - timedelta(days=today.weekday() + 7)
    agreed, by_line = queries.agreed(week, by=actor)
    samples = list(queries.of_week(week, by=actor))
    shown = {
        "now": at,
        "week": week,
        "before": week - timedelta(days=7),
        "after": week + timedelta(days=7),
        "has_after": week + timedelta(days=7) <= today,
        "samples": samples,
        "to_do": sum(not sample.reviews.all() for sample in samples),
        "trends": queries.trends(week, by=actor),
        "agreed": agreed,
        "by_line": by_line,
        "card": queries.card(by=actor),
        "criterion": CriterionForm(),
        "each": _EACH,
        "adherence": adherence.of_everybody(*_span(week), by=actor, at=at),
        "staff_links": links_for(actor),
    }
    return render(request, "console/supervise/quality.html", shown)


@require_POST
@staff_only
def draw(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Draw a week's conversations."""
    week = _week(request.POST.get("week", ""))
    if week is not None:
        made = actions.draw(week, count=_EACH, by=actor, zone=clock.city_zone(), at=clock.now())
        text = ngettext(
            "%(count)d conversation was drawn.", "%(count)d conversations were drawn.", made
        )
        messages.success(request, text % {"count": made})
    return _to_week(week)


@require_POST
@staff_only
def card(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Change the card: begin with the usual one, add a line, or retire one."""
    if "usual" in request.POST:
        actions.use_usual_card(by=actor)
    elif request.POST.get("retire", "").isdigit():
        actions.retire_criterion(int(request.POST["retire"]), by=actor)
    else:
        form = CriterionForm(request.POST)
        if form.is_valid():
            actions.add_criterion(**form.cleaned_data, by=actor)
        else:
            messages.error(request, _now("A criterion has a name, and a weight from 1 to 10."))
    return _to_week(_week(request.POST.get("week", "")))


@staff_only
def score(request: HttpRequest, actor: Actor, sample_id: int) -> HttpResponse:
    """One conversation: what was noted beside what was recorded, and the points."""
    sample, reviews, recorded = queries.to_score(sample_id, by=actor)
    lines = queries.card(by=actor)
    form = ScoreForm(lines, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.score(
                sample_id,
                points=form.points(),
                words=form.cleaned_data["words"],
                by=actor,
                at=clock.now(),
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _now("The score was kept."))
            return _to_week(sample.week)
    shown = {
        "now": clock.now(),
        "sample": sample,
        "call": sample.call,
        "reviews": reviews,
        "recorded": recorded,
        "form": None if reviews and not form.is_bound else form,
        "lines": lines,
        "staff_links": links_for(actor),
    }
    return render(request, "console/supervise/score.html", shown)


@require_safe
@staff_only
def own(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A call-taker's own scores, notes and hours."""
    at, zone = clock.now(), clock.city_zone()
    today = at.astimezone(zone).date()
    week = today - timedelta(days=today.weekday())
    since = midnight(today - timedelta(days=_OWN_DAYS), zone)
    shown = {
        "now": at,
        "reviews": queries.own(by=actor),
        "trend": queries.own_trend(week, by=actor),
        "adherence": adherence.own(since, at, by=actor, at=at),
        "days": _OWN_DAYS,
        "staff_links": links_for(actor),
    }
    page = render(request, "console/supervise/own.html", shown)
    actions.note_seen(by=actor, at=at)
    return page


def _span(week: date) -> tuple[Any, Any]:
    zone = clock.city_zone()
    return midnight(week, zone), midnight(week + timedelta(days=7), zone)


def _week(told: str) -> date | None:
    try:
        day = date.fromisoformat(told)
    except ValueError:
        return None
    return day - timedelta(days=day.weekday())


def _to_week(week: date | None) -> HttpResponse:
    asked = f"?week={week.isoformat()}" if week else ""
    return redirect(f"{reverse('console:quality')}{asked}")
