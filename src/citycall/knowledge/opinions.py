"""Whether what the city tells answers people, and what they searched and did not find."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.errors import Faults, NotFound
from citycall.core.permissions import require
from citycall.knowledge import shown
from citycall.knowledge.alerts import UnknownAlert
from citycall.knowledge.models import Article, Opinion, ServiceAlert, UnansweredSearch
from citycall.knowledge.policies import PERMISSIONS
from citycall.knowledge.queries import UnknownArticle

LONGEST_MISSING: Final = 1_000
LONGEST_KEPT: Final = 60
MOST_KEPT: Final = 5_000
_MOST_WORDS: Final = 8

# What may name a person or a house: addresses of e-mail and of the web, and every number.
_TELLING = re.compile(r"\S*@\S*|\S*://\S*|\S*\d\S*")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")

_NOTE = """
INSERT INTO knowledge_unansweredsearch AS kept
    (words, language, times, first_on, last_on, at_console)
VALUES (%s, %s, 1, %s, %s, %s)
ON CONFLICT (words, language) DO UPDATE SET times = kept.times + 1, last_on = excluded.last_on,
    at_console = kept.at_console + excluded.at_console,
    state = CASE kept.state WHEN 'done' THEN 'open' ELSE kept.state END
RETURNING times
"""
_MAKE_ROOM = """
DELETE FROM knowledge_unansweredsearch WHERE id IN (
    SELECT id FROM knowledge_unansweredsearch ORDER BY last_on DESC, times DESC, id OFFSET %s
)
"""


class NoOpinion(NotFound):
    """This visitor has not said that something was missing."""

    code = "no_opinion"


@dataclass(frozen=True, slots=True)
class Helped:
    """How many visitors something answered, and how many it did not."""

    yes: int
    no: int


def say_whether_it_helped(
    *, subject: Opinion.Subject, code: str, visitor: str, helped: bool, at: datetime
) -> None:
    """Keep a visitor's yes or no; a second one replaces the first. Everybody may say it.

    ``visitor`` is a word that the visitor's session keeps. Raises ``UnknownArticle`` or
    ``UnknownAlert``.
    """
    _check_subject(subject, code)
    Opinion.objects.update_or_create(
        subject=subject,
        code=code,
        visitor=visitor,
        defaults={"helped": helped, "at": at, **({"missing": ""} if helped else {})},
    )


def say_what_was_missing(
    *, subject: Opinion.Subject, code: str, visitor: str, words: str, at: datetime
) -> None:
    """Keep what a visitor missed who has said no; staff read it, nobody else.

    Raises ``Faults`` for more than a thousand characters, ``NoOpinion`` for who has not said no.
    """
    words = words.replace("\x00", "").strip()
    if len(words) > LONGEST_MISSING:
        sentence = _("Please use at most %(limit)d characters.")
        raise Faults({"missing": sentence % {"limit": LONGEST_MISSING}})
    said = Opinion.objects.filter(subject=subject, code=code, visitor=visitor, helped=False)
    if not said.update(missing=words, at=at):
        raise NoOpinion(_("Please say first whether this answered your question."))


def opinion_of(*, subject: Opinion.Subject, code: str, visitor: str) -> bool | None:
    """What this visitor has said already; none where nothing."""
    said = Opinion.objects.filter(subject=subject, code=code, visitor=visitor)
    return said.values_list("helped", flat=True).first()


def helped(*, subject: Opinion.Subject, codes: Sequence[str], by: Actor) -> dict[str, Helped]:
    """The opinions on several articles or alerts, counted, by code."""
    require(PERMISSIONS, "read_opinions", by=by)
    rows = Opinion.objects.filter(subject=subject, code__in=codes).values("code")
    counted = rows.annotate(yes=Count("id", filter=Q(helped=True)), all=Count("id"))
    return {row["code"]: Helped(row["yes"], row["all"] - row["yes"]) for row in counted}


def shortened(words: str) -> str:
    """The words of a search without what may say who asked: no numbers, no addresses, few words."""
    plain = _TELLING.sub(" ", words[:400].lower())
    kept = ""
    for word in _WORD.findall(plain)[:_MOST_WORDS]:
        if len(kept) + len(word) + 1 > LONGEST_KEPT:
            break
        kept = f"{kept} {word}".strip()
    return kept


def note_unanswered(*, words: str, language: str, on: date, at_console: bool = False) -> None:
    """Keep for staff that nothing was found for these words; the oldest give way to new ones.

    What had been done with is open again: it did not help.
    """
    kept = shortened(words)
    if not kept:
        return
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [kept, language[:10], on, on, int(at_console)])
        (times,) = cursor.fetchone()
        if times == 1 and UnansweredSearch.objects.count() > MOST_KEPT:
            cursor.execute(_MAKE_ROOM, [MOST_KEPT])


def _check_subject(subject: Opinion.Subject, code: str) -> None:
    if subject is Opinion.Subject.ARTICLE:
        if not Article.objects.filter(shown.on(shown.today()), code=code).exists():
            raise UnknownArticle(_("There is no such article."))
    elif not ServiceAlert.objects.filter(code=code, retired=False).exists():
        raise UnknownAlert(_("There is no such service alert."))
