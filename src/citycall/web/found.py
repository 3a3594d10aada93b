"""What words lead to: a number, alerts, the answer, a service to report, somebody to call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citycall.assistant.queries import suggest
from citycall.catalog.queries import ServiceEntry
from citycall.core.numbers import BadNumber, read, show
from citycall.knowledge import alerts, days, queries
from citycall.knowledge.queries import ArticleEntry, FoundArticle
from citycall.knowledge.specs import AlertSpec
from citycall.places.words import fold

LONGEST: Final = 200
_MOST_SERVICES: Final = 3
_MOST_ARTICLES: Final = 6
_MOST_CONTACTS: Final = 3
_MOST_ALERTS: Final = 3

# Pages that answer by themselves: their address, what they are called, and the words for them.
TOPICS: Final[Sequence[tuple[str, Promise, Promise, Promise]]] = (
    (
        "web:collection-days",
        _("Collection days"),
        _("Trash, recycling, yard waste and street sweeping at your address."),
        _("trash garbage rubbish recycling collection pickup yard leaves sweeping bin"),
    ),
    (
        "web:holidays",
        _("Holiday schedules"),
        _("What is closed, and which collections move."),
        _("holiday holidays thanksgiving christmas"),
    ),
    (
        "web:directory",
        _("Phone numbers and opening hours"),
        _("Whom to call for what, open now or not."),
        _("opening hours phone telephone directory"),
    ),
    (
        "web:events",
        _("Local events"),
        _("What is on in the city."),
        _("event events festival concert"),
    ),
    (
        "web:permits",
        _("Permits"),
        _("Who may apply, what it costs, what to bring."),
        _("permit permits license licence"),
    ),
    (
        "web:programs",
        _("Help and assistance"),
        _("Programs that help with bills, repairs, food and more."),
        _("help assistance program programs aid afford discount"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that words lead to. ``best`` is the article that answers best, whole."""

    best: ArticleEntry | None
    excerpt: str
    articles: Sequence[FoundArticle]
    services: Sequence[ServiceEntry]
    alerts: Sequence[AlertSpec]
    contacts: Sequence[days.Contact]
    topics: Sequence[dict[str, object]]

    @property
    def nothing(self) -> bool:
        """Whether the words led nowhere."""
        return not (self.best or self.services or self.alerts or self.contacts or self.topics)


def find(words: str, *, language: str, at: datetime) -> Found:
    """What these words lead to, by the reader's language, else by the city's own."""
    articles = articles_for(words, language=language)
    return Found(
        best=queries.article(articles[0].code) if articles else None,
        excerpt=articles[0].excerpt if articles else "",
        articles=articles[1:],
        services=services_meant(words),
        alerts=alerts.speaking_of(words, language=language, at=at)[:_MOST_ALERTS],
        contacts=_contacts_for(words, language=language),
        topics=topics(words),
    )


def articles_for(words: str, *, language: str, limit: int = _MOST_ARTICLES) -> list[FoundArticle]:
    """The articles that answer words, in the reader's language, else in the city's own."""
    for known in dict.fromkeys((language, settings.LANGUAGE_CODE)):
        if found := queries.search(words, language=known, limit=limit):
            return found
    return []


def services_meant(words: str) -> list[ServiceEntry]:
    """The services that words may mean, best first, no more than one looks at."""
    return list(suggest(words).services[:_MOST_SERVICES])


def topics(words: str = "") -> list[dict[str, object]]:
    """The pages that answer by themselves: all of them, or those that words name."""
    asked = set(fold(words).split())
    return [
        {"href": reverse(name), "title": title, "text": text}
        for name, title, text, known in TOPICS
        if not words or asked.intersection(fold(str(known)).split())
    ]


def number_in(words: str) -> str:
    """The confirmation number that the words are, as it is written; empty for anything else."""
    try:
        return show(read(words))
    except BadNumber:
        return ""


def _contacts_for(words: str, *, language: str) -> list[days.Contact]:
    # Words without a letter ask for nobody; in the directory itself they show everybody.
    return days.contacts(words, language=language)[:_MOST_CONTACTS] if fold(words).strip() else []
