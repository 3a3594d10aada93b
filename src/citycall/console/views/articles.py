"""The life of an article: what needs care, writing, review, approval, undo."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citycall.calls.policies import PERMISSIONS
from citycall.console import article_form
from citycall.console.article_form import ArticleForm
from citycall.console.views.alerts import furniture
from citycall.core import clock, phrases
from citycall.core.actors import Actor
from citycall.core.errors import Faults
from citycall.core.permissions import require
from citycall.knowledge import actions, care, changes, drafts, gaps, markdown, queries
from citycall.knowledge.models import UnansweredSearch
from citycall.knowledge.queries import UnknownArticle
from citycall.knowledge.specs import ArticleSpec
from citycall.pages.staff import staff_only


@require_safe
@staff_only
def overview(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What waits for somebody, what ends, what is old, what is not translated; and all by words."""
    today = clock.now().astimezone(clock.city_zone()).date()
    words = request.GET.get("q", "")[:100].strip()
    context = {
        "drafts": drafts.drafts(by=actor),
        "care": care.care(by=actor, on=today),
        "words": words,
        "lines": care.find(words, by=actor) if words else [],
        "language_names": dict(settings.LANGUAGES),
        "today": today,
        **furniture(actor),
    }
    return render(request, "console/knowledge/articles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A new article, a translation of one, or an answer to what was not found."""
    require(PERMISSIONS, "supervise", by=actor)
    present = _translation(request, actor)
    if present is not None and care.is_there(present, by=actor):
        return redirect("console:article", code=present.code)
    gap = _gap(request, actor)
    if request.method == "POST":
        return _kept(request, actor, present, gap=gap)
    first: dict[str, Any] = {"checked_on": clock.now().astimezone(clock.city_zone()).date()}
    if present is not None:
        first = article_form.initial(present)
    elif gap is not None:
        first |= {"title": gap.words.capitalize(), "keywords": gap.words}
    form = ArticleForm(initial=first, present=present)
    return _form(request, actor, form, present)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def one(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """One article: what is shown, what is being written, who changed what."""
    draft = drafts.draft(code, by=actor)
    present = draft.spec if draft else drafts.article_spec(code, by=actor)
    if present is None:
        raise UnknownArticle(_("There is no such article."))
    if request.method == "POST":
        return _kept(request, actor, present)
    form = ArticleForm(initial=article_form.initial(present), present=present)
    return _form(request, actor, form, present)


@require_POST
@staff_only
def step(request: HttpRequest, actor: Actor, code: str, name: str) -> HttpResponse:
    """One step in an article's life, by its name."""
    at = clock.now()
    if name == "ask":
        drafts.ask(code=code, by=actor, at=at)
        messages.success(request, _("It waits for a second person."))
    elif name == "show":
        drafts.show(code=code, by=actor, at=at)
        messages.success(request, _("It is shown, from its day on where it names one."))
    elif name == "discard":
        drafts.discard(code=code, by=actor)
        messages.success(request, _("What was being written is thrown away."))
        return redirect("console:articles")
    elif name == "withdraw":
        actions.withdraw_article(code=code, by=actor, at=at)
        messages.success(request, _("It is shown no longer."))
    elif name == "still-true":
        care.still_true(code=code, by=actor, at=at)
        messages.success(request, _("Noted: somebody made sure of it today."))
    else:
        return _other_step(request, actor, code, name)
    return redirect("console:article", code=code)


def _other_step(request: HttpRequest, actor: Actor, code: str, name: str) -> HttpResponse:
    if name == "undo":
        last = changes.last(queries.ARTICLE, code, by=actor)
        if last is None:
            raise UnknownArticle(_("There is no such article."))
        actions.undo(revision=last.pk, by=actor, at=clock.now())
        messages.success(request, _("The last change was taken back."))
    elif name == "send-back":
        try:
            drafts.send_back(code=code, words=request.POST.get("words", ""), by=actor)
        except Faults as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("It was sent back with your words."))
    else:
        raise UnknownArticle(_("There is no such step."))
    return redirect("console:article", code=code)


def _translation(request: HttpRequest, actor: Actor) -> ArticleSpec | None:
    """The article to be translated as its translator begins with it, where one is named."""
    code, language = request.GET.get("translates", ""), request.GET.get("into", "")
    if not code or not phrases.is_offered(language):
        return None
    original = drafts.article_spec(code, by=actor)
    return article_form.translation_of(original, language) if original else None


def _gap(request: HttpRequest, actor: Actor) -> UnansweredSearch | None:
    asked = request.GET.get("gap", "")
    return gaps.gap(int(asked), by=actor) if asked.isdecimal() and len(asked) < 19 else None


def _kept(
    request: HttpRequest,
    actor: Actor,
    present: ArticleSpec | None,
    *,
    gap: UnansweredSearch | None = None,
) -> HttpResponse:
    form = ArticleForm(request.POST, present=present)
    at = clock.now()
    if not form.is_valid():
        return _form(request, actor, form, present, status=422)
    try:
        spec = form.spec(at=at)
        if "preview" in request.POST:
            return _form(request, actor, form, present, preview=spec)
        drafts.write(spec=spec, by=actor, at=at)
    except Faults as error:
        form.add_faults(error.faults)
        return _form(request, actor, form, present, status=422)
    if gap is not None:
        done = UnansweredSearch.State.DONE
        gaps.settle(gap.pk, state=done, by=actor, at=at, article=spec.code)
    messages.success(request, _("It is kept. Nothing that is shown has changed yet."))
    return redirect("console:article", code=spec.code)


def _form(
    request: HttpRequest,
    actor: Actor,
    form: ArticleForm,
    present: ArticleSpec | None,
    *,
    preview: ArticleSpec | None = None,
    status: int = 200,
) -> HttpResponse:
    code = present.code if present else ""
    draft = drafts.draft(code, by=actor) if code else None
    context = {
        "form": form,
        "spec": present,
        "draft": draft,
        "may_show": draft is not None and draft.may_be_shown_by(actor),
        "reviews": settings.CITYCALL_REVIEW_ARTICLES,
        "kept": drafts.article_spec(code, by=actor) if code else None,
        "original": _original(present, actor),
        "preview": preview,
        "preview_html": markdown.html(preview.body) if preview else "",
        "history": changes.of(queries.ARTICLE, code, by=actor) if code else [],
        "family": care.family(code, by=actor) if code else [],
        "language_names": dict(settings.LANGUAGES),
        **furniture(actor),
    }
    return render(request, "console/knowledge/article.html", context, status=status)


def _original(present: ArticleSpec | None, actor: Actor) -> dict[str, Any] | None:
    """What is translated, for its translator to read beside."""
    if present is None or not present.translates:
        return None
    spec = drafts.article_spec(present.translates, by=actor)
    return {"spec": spec, "html": markdown.html(spec.body)} if spec else None
