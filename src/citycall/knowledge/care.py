"""What needs care among the articles: what ends, what is old, what is not translated."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from citycall.agencies import editing
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.permissions import require
from citycall.knowledge import actions, queries
from citycall.knowledge.models import Article, ArticleDraft
from citycall.knowledge.policies import PERMISSIONS
from citycall.knowledge.queries import LONG_UNCHECKED, UnknownArticle
from citycall.knowledge.specs import ArticleSpec

MOST: Final = 100
EXPIRES_SOON: Final = timedelta(days=30)
EXPIRED_LATELY: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An article in a list of those who care for it."""

    code: str
    title: str
    kind: str
    language: str
    published: bool
    checked_on: date
    publish_from: date | None
    expires_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Untranslated:
    """An article, the languages in which it is missing, and those in which it is older."""

    code: str
    title: str
    missing: tuple[str, ...]
    older: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """All that needs care; each list at most a hundred long."""

    scheduled: Sequence[Line]
    expiring: Sequence[Line]
    unchecked: Sequence[Line]
    untranslated: Sequence[Untranslated]


_LINE: Final = tuple(Line.__dataclass_fields__)


def care(*, by: Actor, on: date) -> Care:
    """What needs care on a day: what comes first is first."""
    require(PERMISSIONS, "save_article", by=by)
    rows = Article.objects.filter(published=True)
    ending = rows.filter(expires_on__range=(on - EXPIRED_LATELY, on + EXPIRES_SOON))
    unchecked = rows.filter(checked_on__lt=on - LONG_UNCHECKED, translates="")
    return Care(
        scheduled=_lines(rows.filter(publish_from__gt=on).order_by("publish_from", "code")),
        expiring=_lines(ending.order_by("expires_on", "code")),
        unchecked=_lines(unchecked.order_by("checked_on", "code")),
        untranslated=_untranslated()[:MOST],
    )


def find(words: str, *, by: Actor) -> Sequence[Line]:
    """Articles by a part of their title or code, shown or not; the latest changed without words."""
    require(PERMISSIONS, "save_article", by=by)
    rows = Article.objects.order_by("-updated_at", "code")
    for word in words.replace("\x00", "").split()[:8]:
        rows = rows.filter(searchable__icontains=word) | rows.filter(code__icontains=word)
    return _lines(rows)


def is_there(spec: ArticleSpec, *, by: Actor) -> bool:
    """Whether an article with this code is kept or being written already."""
    require(PERMISSIONS, "save_article", by=by)
    kept = Article.objects.filter(code=spec.code)
    return kept.exists() or ArticleDraft.objects.filter(code=spec.code).exists()


def names(*, by: Actor) -> Sequence[tuple[str, str]]:
    """Code and title of every article that is no translation, by title; for choosing one."""
    require(PERMISSIONS, "save_article", by=by)
    rows = Article.objects.filter(translates="").order_by("title", "code")
    return list(rows.values_list("code", "title")[: queries.MOST])


def family(code: str, *, by: Actor) -> Sequence[Line]:
    """The article with this code and what translates it, or what it translates, by language."""
    require(PERMISSIONS, "save_article", by=by)
    root = Article.objects.filter(code=code).values_list("translates", flat=True).first() or code
    same = Article.objects.filter(code=root) | Article.objects.filter(translates=root)
    return _lines(same.order_by("language"))


@transaction.atomic
def still_true(*, code: str, by: Actor, at: datetime) -> Article:
    """Somebody has made sure of it: an article and its translations are checked today."""
    require(PERMISSIONS, "save_article", by=by)
    row = editing.locked(Article, code)
    if row is None:
        raise UnknownArticle(_("There is no such article."))
    today = at.astimezone(clock.city_zone()).date()
    for each in (row, *Article.objects.filter(translates=code, published=True)):
        spec = queries.article_spec(each).model_copy(update={"checked_on": today})
        actions.save_article(spec=spec, by=by, at=at)
    return row


def _lines(rows: QuerySet[Article]) -> list[Line]:
    return [Line(**each) for each in rows.values(*_LINE)[:MOST]]


def _untranslated() -> list[Untranslated]:
    """By title. One is older where its text was last changed before that of the original."""
    names = ("code", "translates", "language", "title", "written_at", "updated_at")
    rows = list(Article.objects.filter(published=True).order_by("title", "code").values(*names))
    others: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["translates"]:
            others.setdefault(row["translates"], []).append(row)
    found = (_compared(row, others.get(row["code"], ())) for row in rows if not row["translates"])
    return [each for each in found if each.missing or each.older]


def _compared(row: dict[str, Any], others: Iterable[dict[str, Any]]) -> Untranslated:
    there = {each["language"]: each for each in others}
    wanted = [code for code, _name in settings.LANGUAGES if code != row["language"]]
    written = row["written_at"] or row["updated_at"]
    return Untranslated(
        code=row["code"],
        title=row["title"],
        missing=tuple(code for code in wanted if code not in there),
        older=tuple(
            (code, there[code]["code"])
            for code in wanted
            if code in there and (there[code]["written_at"] or there[code]["updated_at"]) < written
        ),
    )
