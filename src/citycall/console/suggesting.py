"""What a caller's words bring up while they are typed: danger, services, places, what is known."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils import translation

from citycall.assistant.queries import ranked
from citycall.calls import storm
from citycall.catalog import rules as catalog_rules
from citycall.catalog.queries import ServiceEntry, catalog
from citycall.catalog.questions import Question
from citycall.catalog.specs import Stop
from citycall.console.intake import Intake, speaking
from citycall.core.actors import Actor
from citycall.core.errors import Faults
from citycall.duplicates import while_reporting
from citycall.duplicates.while_reporting import Likely
from citycall.emergencies.dangers import Caution
from citycall.emergencies.queries import caution_for
from citycall.knowledge import alerts, queries
from citycall.knowledge.searching import FoundArticle
from citycall.knowledge.specs import AlertSpec
from citycall.places.candidates import Answer, Candidate, Verdict
from citycall.places.words import fold
from citycall.service_requests.known import MOST

MOST_SERVICES: Final = 4
MOST_ARTICLES: Final = 3
MOST_ALERTS: Final = 3
# Before so many letters, words could mean anything.
_FEWEST: Final = 3
# Where a place may begin within a sentence about a problem.
_PLACE_BEGINS: Final = re.compile(
    r"\b(?:corner of|in front of|across from|next to|at|on|in|near|by|behind|outside|opposite|"
    r"between|en|entre|frente a|cerca de|esquina de)\b",
    re.IGNORECASE,
)
_MOST_BEGINNINGS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it stands in the console, and as it is read aloud to the caller."""

    question: Question
    prompt: str
    names: Sequence[tuple[str, str, str]]
    given: Any

    @property
    def has_choices(self) -> bool:
        """Whether the answer is one, or some, of a list."""
        return self.question.datatype.has_choices

    @property
    def several(self) -> bool:
        """Whether several answers can be chosen."""
        return self.question.datatype.value == "multivaluelist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """All that the words bring up, and how the fields stand."""

    caution: Caution | None
    stop: Stop | None
    services: Sequence[ServiceEntry]
    entry: ServiceEntry | None
    places: Answer
    chosen: Candidate | None
    from_words: bool
    alerts: Sequence[AlertSpec]
    articles: Sequence[FoundArticle]
    problems: Sequence[Likely]
    questions: Sequence[Asked]


def suggested(intake: Intake, *, by: Actor, at: datetime) -> Suggested:
    """What these fields bring up. A fixed number of queries, whatever is stored."""
    words = intake.words.strip()
    entry = intake.entry
    found, from_words = _places(intake)
    chosen = intake.chosen(found)
    return Suggested(
        caution=caution_for(*intake.texts, read=intake.no_danger),
        stop=_stop(intake),
        services=_services(words, entry),
        entry=entry,
        places=found,
        chosen=chosen,
        from_words=from_words,
        alerts=_alerts(intake, chosen, at=at),
        articles=_articles(words) if len(words) >= _FEWEST else (),
        problems=_problems(intake, chosen, by=by, at=at),
        questions=asked(intake),
    )


def asked(intake: Intake) -> Sequence[Asked]:
    """The questions that the answers so far call for, in both languages."""
    entry = intake.entry
    if entry is None:
        return ()
    shown = catalog_rules.visible_questions(entry.spec, intake.own_answers())
    if storm.shown() is not None:
        # Many wait: only what has to be known, and what could mean danger.
        shown = tuple(each for each in shown if each.required or each.stops)
    with speaking(intake.language):
        theirs = {q.code: q for q in catalog().service(entry.code).spec.questions}
    return [_asked(question, theirs[question.code], intake) for question in shown]


def _asked(question: Question, theirs: Question, intake: Intake) -> Asked:
    said = {choice.key: choice.name for choice in theirs.choices}
    return Asked(
        question=question,
        prompt=theirs.text if theirs.text != question.text else "",
        names=[(c.key, c.name, _other(said.get(c.key, ""), c.name)) for c in question.choices],
        given=intake.answers.get(question.code, ""),
    )


def _other(said: str, name: str) -> str:
    return said if said != name else ""


def _services(words: str, entry: ServiceEntry | None) -> Sequence[ServiceEntry]:
    found = ranked(words, limit=MOST_SERVICES) if len(words) >= _FEWEST else []
    if entry is not None and entry.id not in {each.id for each in found}:
        found = [entry, *found[: MOST_SERVICES - 1]]
    return found


def _places(intake: Intake) -> tuple[Answer, bool]:
    """The places of the place's own field; while that is empty, what the words name for sure."""
    if intake.place.strip():
        return intake.candidates(), False
    text = intake.words.strip()
    begins = [m.start() for m in _PLACE_BEGINS.finditer(text)][-_MOST_BEGINNINGS:]
    for start in begins:
        tail = Intake(place=_PLACE_BEGINS.sub("", text[start:], count=1).strip())
        answer = tail.candidates()
        if answer.verdict is Verdict.CLEAR:
            return answer, True
    return Answer(verdict=Verdict.NOTHING), False


def _stop(intake: Intake) -> Stop | None:
    entry = intake.entry
    if entry is None or intake.stop_read:
        return None
    return catalog_rules.stop_for(entry.spec, intake.own_answers())


def _alerts(intake: Intake, chosen: Candidate | None, *, at: datetime) -> Sequence[AlertSpec]:
    """The live alerts that answer this service here, then those whose title has a telling word."""
    point = (chosen.longitude, chosen.latitude) if chosen is not None else None
    about = alerts.answering(intake.service, point, at=at) if intake.entry is not None else []
    telling = {word for word in fold(intake.words).split() if len(word) > _FEWEST}
    live = alerts.live(at=at)
    present = storm.shown(at=at)
    first = [each for each in live if present is not None and each.code == present.alert]
    about = [*first, *(each for each in about if each not in first)]
    named = [
        each
        for each in live
        if each not in about and telling.intersection(fold(each.title).split())
    ]
    return [*about, *named][:MOST_ALERTS]


def _articles(words: str) -> Sequence[FoundArticle]:
    spoken = translation.get_language() or settings.LANGUAGE_CODE
    for language in dict.fromkeys((spoken, settings.LANGUAGE_CODE)):
        if found := queries.search(words, language=language, limit=MOST_ARTICLES):
            return found
    return ()


def _problems(
    intake: Intake, place: Candidate | None, *, by: Actor, at: datetime
) -> Sequence[Likely]:
    entry = intake.entry
    if entry is None or place is None:
        return ()
    try:
        where = intake.location(place)
    except Faults:
        return ()
    told = while_reporting.Telling(words=intake.words, answers=intake.own_answers())
    found = while_reporting.known_near(
        entry, where, told=told, by=by, at=at, limit=while_reporting.LOOKED_AT
    )
    # What was chosen stays, though further words may make another one likelier.
    return [
        each
        for place, each in enumerate(found)
        if place < MOST or str(each.problem.request_id) == intake.joins
    ]
