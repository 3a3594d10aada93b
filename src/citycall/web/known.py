"""What the city knows already of what is being reported: alerts, open problems, answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.timesince import timesince

from citycall.core import clock
from citycall.core.actors import resident
from citycall.core.errors import Faults
from citycall.duplicates import while_reporting
from citycall.duplicates.while_reporting import Likely
from citycall.knowledge import queries as knowledge
from citycall.knowledge.specs import AlertSpec
from citycall.service_requests import known as problems
from citycall.web import alerts, distances, found
from citycall.web.telling import Telling

MOST: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An article that may answer; ``fits`` where the person's own words led to it as well."""

    code: str
    title: str
    summary: str
    language: str
    fits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """At most three of each, most telling first."""

    alerts: Sequence[AlertSpec]
    problems: Sequence[Likely]
    answers: Sequence[Answer]

    @property
    def worth_a_page(self) -> bool:
        """Whether to ask at all: an article that only names the service holds nobody up."""
        return bool(self.alerts or self.problems or any(each.fits for each in self.answers))


def known(telling: Telling) -> Known:
    """What may be what this report would tell, as far as its service and place are told."""
    return Known(
        alerts=alerts.answering(telling)[:MOST],
        problems=problems_near(telling),
        answers=_answers(telling),
    )


def problems_near(telling: Telling) -> Sequence[Likely]:
    """The open problems near the place that was told that are likeliest what this is about.

    Of the service and those related to it. Raises ``Faults`` where what was told cannot be a place.
    """
    looks = tuple(photo.looks for photo in telling.kept_photos if photo.looks)
    told = while_reporting.Telling(words=telling.words, answers=telling.own_answers(), looks=looks)
    return while_reporting.known_near(
        telling.entry(), telling.location(), told=told, by=resident(), at=clock.now(), limit=MOST
    )


def joinable(telling: Telling) -> set[int]:
    """The ids of all the problems that could be shown: the likeliest may change while one reads."""
    near = problems.known_near(telling.entry(), telling.location(), limit=while_reporting.LOOKED_AT)
    return {each.request_id for each in near}


def place_mark(telling: Telling) -> str:
    """What says for which service and place somebody was asked; another place is asked about."""
    try:
        location = telling.location()
    except Faults:
        return ""
    point = location.point if location is not None else None
    return f"{telling.service}@{point}" if point is not None else telling.service


def problems_told(near: Iterable[Likely], *, at: datetime) -> list[dict[str, Any]]:
    """The problems for the page: whose, where, how far, since when, how many people, and why."""
    return [
        {
            "request_id": each.request_id,
            "service": each.entry.name,
            "same": each.same,
            "place": each.place,
            "distance": distances.away(each.metres),
            "state": str(each.status.label),
            "status": each.status.value,
            "ago": timesince(each.requested_at, at, depth=1),
            "people": each.report_count,
            "words": each.words,
            "photo": reverse("web:photo_small", args=[each.photo_id]) if each.photo_id else "",
            "href": reverse("web:nearby-request", args=[each.request_id]),
            "reasons": likely.reasons,
        }
        for likely in near
        for each in (likely.problem,)
    ]


def _answers(telling: Telling) -> list[Answer]:
    """The articles that name the service, those that the person's words lead to first."""
    spoken = alerts.language()
    asked = {each.code for each in _meant(telling, spoken)}
    for language in dict.fromkeys((spoken, settings.LANGUAGE_CODE)):
        lines = knowledge.of_service(telling.service, language=language)
        if lines:
            answers = [
                Answer(
                    code=line.code,
                    title=line.title,
                    summary=line.summary,
                    language="" if language == spoken else language,
                    fits=line.code in asked,
                )
                for line in lines
            ]
            return sorted(answers, key=lambda each: not each.fits)[:MOST]
    return []


def _meant(telling: Telling, language: str) -> Sequence[knowledge.FoundArticle]:
    words = telling.words.strip()[: found.LONGEST]
    return found.articles_for(words, language=language) if words else ()
