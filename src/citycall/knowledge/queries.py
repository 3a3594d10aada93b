"""Reading articles: those that are published, and the history for those who write them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from citycall.core import paging
from citycall.core.actors import Actor
from citycall.core.errors import NotFound
from citycall.core.models import Revision
from citycall.core.permissions import require
from citycall.knowledge import markdown, shown
from citycall.knowledge.models import Article
from citycall.knowledge.policies import PERMISSIONS
from citycall.knowledge.searching import FoundArticle, search
from citycall.knowledge.specs import ArticleSpec, FactsSpec, ScriptUse

__all__ = [
    "ArticleEntry",
    "ArticleLine",
    "FoundArticle",
    "UnknownArticle",
    "article",
    "articles",
    "listed",
    "search",
]

ARTICLE = "article"
MOST = 5_000
# What nobody has looked at for longer than this may have changed since.
LONG_UNCHECKED = timedelta(days=365)
_LINE = ("code", "title", "summary", "checked_on", "facts")


class UnknownArticle(NotFound):
    """No published article has this code."""

    code = "unknown_article"


@dataclass(frozen=True)
class ArticleEntry:
    """A published article; ``body`` is Markdown, ``html`` the same, safe to put on a page."""

    code: str
    title: str
    summary: str
    body: str
    keywords: tuple[str, ...]
    services: tuple[str, ...]
    agency: str | None
    language: str
    checked_on: date
    kind: Article.Kind = Article.Kind.ANSWER
    facts: FactsSpec | None = None
    translates: str = ""
    used_for: str = ""

    @property
    def root(self) -> str:
        """The code of the article that this one translates; its own where it is no translation."""
        return self.translates or self.code

    @cached_property
    def html(self) -> str:
        return markdown.html(self.body)

    def is_long_unchecked(self, today: date) -> bool:
        """Whether it is so long since somebody made sure of it that it may be wrong by now."""
        return today - self.checked_on > LONG_UNCHECKED


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """A published article as a list has it; ``facts`` are those of a permit or program."""

    code: str
    title: str
    summary: str
    checked_on: date
    facts: FactsSpec | None


def article(code: str, *, language: str = "", for_staff: bool = False) -> ArticleEntry:
    """The shown article with this code; the same in ``language`` where it is translated.

    Scripts are ``for_staff`` alone. Raises ``UnknownArticle``.
    """
    row = _shown(for_staff=for_staff).filter(code=code).first()
    if row is None:
        raise UnknownArticle(_("There is no such article."))
    if language and row.language != language:
        same = _in_language([row.translates or row.code], language, for_staff=for_staff)
        row = same.first() or row
    return _entry(row)


def in_languages(codes: Sequence[str], languages: Sequence[str]) -> list[ArticleEntry]:
    """The shown articles with these codes and the same in each of the languages; scripts too."""
    rows = _shown(for_staff=True)
    named = rows.filter(code__in=codes).values_list("code", "translates")
    roots = {translates or code for code, translates in named}
    same = Q(code__in=[*roots, *codes]) | Q(translates__in=roots, language__in=languages)
    return [_entry(each) for each in rows.filter(same)]


def of_kind(kind: Article.Kind) -> list[ArticleEntry]:
    """The articles of one kind, whole, in every language, by code; for staff."""
    rows = _shown(for_staff=True).filter(kind=kind).order_by("code")
    return [_entry(each) for each in rows[:MOST]]


def _shown(*, for_staff: bool = False) -> QuerySet[Article]:
    return Article.objects.filter(shown.on(shown.today(), for_staff=for_staff))


def _in_language(
    codes: Sequence[str], language: str, *, for_staff: bool = False
) -> QuerySet[Article]:
    """The shown articles of a language that have these codes or translate them."""
    same = Q(translates__in=codes) | Q(code__in=codes)
    return _shown(for_staff=for_staff).filter(same, language=language)


def articles(*, language: str = "en") -> list[ArticleEntry]:
    """Every published article of a language, by title, five thousand at most."""
    rows = _shown().filter(language=language).order_by("title", "code")
    return [_entry(row) for row in rows[:MOST]]


def listed(
    *, language: str, kind: Article.Kind | None = None, after: str = "", size: int = 50
) -> tuple[list[ArticleLine], str]:
    """One page of the published articles of a language (and kind), by title.

    ``after`` is the cursor of the page before. Returns the cursor of the next page too, empty on
    the last one; raises ``BadCursor``.
    """
    rows = _shown().filter(language=language)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if after:
        title, code = paging.decode(after, kinds=(str, str))
        rows = rows.filter(Q(title__gt=title) | Q(title=title, code__gt=code))
    found = rows.order_by("title", "code").values_list(*_LINE)[: size + 1]
    lines = _lines(found)
    more = len(lines) > size
    last = lines[size - 1] if more else None
    return lines[:size], paging.encode([last.title, last.code]) if last else ""


def of_service(service: str, *, language: str, limit: int = 5) -> Sequence[ArticleLine]:
    """The published articles that lead to a service, by title."""
    rows = _shown().filter(language=language, services__contains=[service])
    found = rows.order_by("title", "code").values_list(*_LINE)[:limit]
    return _lines(found)


def titles(codes: Sequence[str], *, language: str) -> list[ArticleLine]:
    """The published articles with these codes, by title; in ``language`` where translated."""
    if not codes:
        return []
    there = _in_language(codes, language)
    kept = set(codes) - {row.translates or row.code for row in there}
    rows = there | _shown().filter(code__in=kept)
    return _lines(rows.order_by("title", "code").values_list(*_LINE))


def _lines(rows: Iterable[Any]) -> list[ArticleLine]:
    return [
        ArticleLine(code, title, summary, checked_on, _facts(facts))
        for code, title, summary, checked_on, facts in rows
    ]


def _facts(kept: object) -> FactsSpec | None:
    return FactsSpec.model_validate(kept) if kept else None


def article_spec(row: Article) -> ArticleSpec:
    """What its writer wrote of an article."""
    return ArticleSpec(
        code=row.code,
        title=row.title,
        summary=row.summary,
        body=row.body,
        keywords=tuple(row.keywords),
        services=tuple(row.services),
        agency=row.agency_code or None,
        language=row.language,
        translates=row.translates or None,
        checked_on=row.checked_on,
        published=row.published,
        publish_from=row.publish_from,
        expires_on=row.expires_on,
        used_for=ScriptUse(row.used_for) if row.used_for else None,
        kind=Article.Kind(row.kind),
        facts=_facts(row.facts),
    )


def history(*, code: str, by: Actor) -> list[Revision]:
    """Every change of an article, newest first."""
    require(PERMISSIONS, "read_history", by=by)
    return list(Revision.objects.filter(subject_kind=ARTICLE, subject_code=code).order_by("-id"))


def _entry(row: Article) -> ArticleEntry:
    return ArticleEntry(
        code=row.code,
        title=row.title,
        summary=row.summary,
        body=row.body,
        keywords=tuple(row.keywords),
        services=tuple(row.services),
        agency=row.agency_code or None,
        language=row.language,
        checked_on=row.checked_on,
        kind=Article.Kind(row.kind),
        facts=_facts(row.facts),
        translates=row.translates,
        used_for=row.used_for,
    )
