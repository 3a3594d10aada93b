"""When, where, how? The search of what the city knows, and each answer."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citycall.agencies.queries import UnknownAgency, directory
from citycall.core import clock
from citycall.core.errors import Faults
from citycall.knowledge import opinions, queries
from citycall.knowledge.models import Article, Opinion
from citycall.knowledge.queries import ArticleEntry
from citycall.web import alerts, dangers, found, pace, visits
from citycall.web.forms import MissingForm
from citycall.web.opinion_limits import LOOKED_UP, OPINIONS, UNANSWERED
from citycall.web.views.days import contact_told

PAGE: Final = 30


@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """What words lead to, the answer first; without words, all that is told, by title."""
    words = request.GET.get("q", "").replace("\x00", "")[: found.LONGEST].strip()
    if not words:
        return _all(request)
    if number := found.number_in(words):
        return redirect("web:request", number=number)
    if stopped := dangers.search_stopped(request, words):
        return stopped
    pace.count(request, LOOKED_UP, "answers")
    at = clock.now()
    told = found.find(words, language=alerts.language(), at=at)
    if told.nothing:
        _note(request, words)
    context = {
        "now": at,
        "words": words,
        # From the start page's one box a report is wanted more often than an answer.
        "report_first": bool(request.GET.get("box")),
        "carried": dangers.hidden(dangers.read_in(request)),
        "found": told,
        "alerts": alerts.several(told.alerts),
        "long_unchecked": told.best is not None and _is_long_unchecked(told.best),
        "contacts": [contact_told(each, at=at) for each in told.contacts],
    }
    return render(request, "web/answers/answers.html", context)


def _all(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    lines, older = _listed(request, None)
    context = {
        "now": at,
        "topics": found.topics(),
        "lines": lines,
        "after": older,
        "begun": bool(request.GET.get("after")),
        **alerts.now(at=at),
    }
    return render(request, "web/answers/answers.html", context)


def _listed(
    request: HttpRequest, kind: Article.Kind | None
) -> tuple[list[queries.ArticleLine], str]:
    """A page of the articles in the reader's language, or in the city's own where it has none."""
    after = request.GET.get("after", "")[:600]
    for language in dict.fromkeys((alerts.language(), settings.LANGUAGE_CODE)):
        lines, older = queries.listed(language=language, kind=kind, after=after, size=PAGE)
        if lines:
            break
    return lines, older


def _note(request: HttpRequest, words: str) -> None:
    """Staff see what was not found; somebody who searches without end is noted no more."""
    if pace.may(request, UNANSWERED, "unanswered"):
        today = clock.now().astimezone(clock.city_zone()).date()
        opinions.note_unanswered(words=words, language=alerts.language(), on=today)


@require_safe
def permits(request: HttpRequest) -> HttpResponse:
    """Which permits are there, what do they cost, and what do I bring?"""
    return _of_kind(request, Article.Kind.PERMIT, title=_("Permits"))


@require_safe
def programs(request: HttpRequest) -> HttpResponse:
    """Who helps, and who may ask for it?"""
    return _of_kind(request, Article.Kind.PROGRAM, title=_("Help and assistance"))


def _of_kind(request: HttpRequest, kind: Article.Kind, *, title: str) -> HttpResponse:
    lines, after = _listed(request, kind)
    context = {
        "now": clock.now(),
        "title": title,
        "lines": lines,
        "after": after,
        "begun": bool(request.GET.get("after")),
    }
    return render(request, "web/answers/kind.html", context)


@require_safe
def article(request: HttpRequest, code: str) -> HttpResponse:
    """One answer, whole."""
    return _article(request, queries.article(code, language=alerts.language()))


def _article(
    request: HttpRequest, told: ArticleEntry, *, form: MissingForm | None = None
) -> HttpResponse:
    opinion = visits.opinion_of(request, f"article:{told.code}")
    context = {
        "now": clock.now(),
        "article": told,
        "lang": "" if told.language == alerts.language() else told.language,
        "services": alerts.offered(told.services),
        "agency": _agency(told.agency),
        "long_unchecked": _is_long_unchecked(told),
        "opinion": opinion,
        "form": form or (MissingForm(typed={}) if opinion == "no" else None),
        "words": request.GET.get("q", "")[: found.LONGEST],
    }
    return render(request, "web/answers/article.html", context, status=422 if form else 200)


def _agency(code: str | None) -> Any:
    try:
        return directory().agency_by_code(code) if code else None
    except UnknownAgency:
        return None


def _is_long_unchecked(told: ArticleEntry) -> bool:
    return told.is_long_unchecked(clock.now().astimezone(clock.city_zone()).date())


@require_POST
def helped(request: HttpRequest, code: str) -> HttpResponse:
    """Yes or no in one tap, counted once; after a no, what was missing, for staff alone."""
    told = queries.article(code)
    pace.count(request, OPINIONS, "opinion")
    if "missing" in request.POST:
        try:
            _keep_missing(request, told)
        except Faults as error:
            form = MissingForm(typed=request.POST.dict(), faults=error.faults)
            return _article(request, told, form=form)
    elif request.POST.get("helped") in {"yes", "no"}:
        _keep_opinion(request, told, said=request.POST["helped"])
    return redirect(f"{request.path.removesuffix('/helped')}#helped")


def _keep_opinion(request: HttpRequest, told: ArticleEntry, *, said: str) -> None:
    opinions.say_whether_it_helped(
        subject=Opinion.Subject.ARTICLE,
        code=told.code,
        visitor=visits.visitor_of(request),
        helped=said == "yes",
        at=clock.now(),
    )
    visits.keep_opinion(request, f"article:{told.code}", said)


def _keep_missing(request: HttpRequest, told: ArticleEntry) -> None:
    opinions.say_what_was_missing(
        subject=Opinion.Subject.ARTICLE,
        code=told.code,
        visitor=visits.visitor_of(request),
        words=request.POST["missing"],
        at=clock.now(),
    )
    visits.keep_opinion(request, f"article:{told.code}", "told")
