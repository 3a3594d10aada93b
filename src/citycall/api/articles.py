"""What the city knows: the search of articles, and one article."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from citycall.api.conditions import conditional
from citycall.api.cursors import Listed
from citycall.api.keys import ANYBODY
from citycall.api.naming import Code
from citycall.api.parameters import Limit, Words
from citycall.api.telling import told
from citycall.knowledge import queries
from citycall.knowledge.searching import MOST_FOUND

router = Router(tags=["Knowledge"], auth=ANYBODY)


class ArticleSearch(BaseModel):
    """What is looked for."""

    q: Words = Field(description="A question, or some words.", min_length=1)
    language: str = Field("en", pattern="^[a-z]{2}(-[a-z]{4})?$", description="Of the articles.")
    limit: Limit = Field(10, description="At most this many, up to 50.")


class FoundArticleOut(BaseModel):
    """An article that answers, with the sentence of it that fits best."""

    code: str
    title: str
    summary: str
    excerpt: str


class ArticleOut(BaseModel):
    """A published article: `body` is Markdown, `html` the same, safe to put on a page."""

    code: str
    title: str
    summary: str
    body: str
    html: str
    language: str
    keywords: list[str]
    services: list[str] = Field(description="Codes of the services that it belongs to.")
    agency: str | None
    checked_on: str = Field(description="When somebody last made sure that it is still true.")


@router.get(
    "/articles",
    **told(
        "search_articles",
        "Search what the city knows",
        gives=Listed[FoundArticleOut],
        conditional=True,
    ),
)
def search(request: HttpRequest, asked: Query[ArticleSearch]) -> HttpResponse:
    """Published articles, best first; misspelt words are forgiven."""

    def make() -> Any:
        limit = min(asked.limit, MOST_FOUND)
        found = queries.search(asked.q, language=asked.language, limit=limit)
        return {
            "items": [
                {
                    "code": each.code,
                    "title": each.title,
                    "summary": each.summary,
                    "excerpt": each.excerpt,
                }
                for each in found
            ]
        }

    return conditional(request, make)


@router.get(
    "/articles/{code}",
    **told("get_article", "One article", gives=ArticleOut, conditional=True),
)
def article(request: HttpRequest, code: Code) -> HttpResponse:
    """A published article, whole."""

    def make() -> Any:
        found = queries.article(code.replace("\x00", ""))
        return {
            "code": found.code,
            "title": found.title,
            "summary": found.summary,
            "body": found.body,
            "html": found.html,
            "language": found.language,
            "keywords": list(found.keywords),
            "services": list(found.services),
            "agency": found.agency,
            "checked_on": found.checked_on.isoformat(),
        }

    return conditional(request, make)
