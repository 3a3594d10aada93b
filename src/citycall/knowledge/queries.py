"""Reading articles: those that are published, and the history for those who write them."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.errors import NotFound
from citycall.core.models import Revision
from citycall.core.permissions import require
from citycall.knowledge import markdown
from citycall.knowledge.models import Article
from citycall.knowledge.policies import PERMISSIONS
from citycall.knowledge.searching import FoundArticle, search
from citycall.knowledge.specs import ArticleSpec

__all__ = ["ArticleEntry", "FoundArticle", "UnknownArticle", "article", "articles", "search"]

ARTICLE = "article"
MOST = 5_000


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

    @cached_property
    def html(self) -> str:
        return markdown.html(self.body)


def article(code: str) -> ArticleEntry:
    """The published article with this code; raises ``UnknownArticle``."""
    row = Article.objects.filter(code=code, published=True).first()
    if row is None:
        raise UnknownArticle(_("There is no such article."))
    return _entry(row)


def articles(*, language: str = "en") -> list[ArticleEntry]:
    """Every published article of a language, by title, five thousand at most."""
    rows = Article.objects.filter(language=language, published=True).order_by("title", "code")
    return [_entry(row) for row in rows[:MOST]]


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
        checked_on=row.checked_on,
        published=row.published,
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
    )
