"""What people told us, as staff read it: untouched, with contact data only for those who may."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citycall.catalog.questions import Datatype, Question
from citycall.catalog.specs import ServiceSpec
from citycall.contacts.models import Contact
from citycall.core import clock, numbers
from citycall.pages import moments
from citycall.service_requests import queries
from citycall.service_requests.models import Report, ServiceRequest

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Telling:
    """One report; no contact where none was given, or this reader may not see it."""

    report: Report
    number: str
    answers: list[tuple[str, str]]
    contact: Contact | None


def told(problem: ServiceRequest, spec: ServiceSpec, *, sees_contact: bool) -> dict[str, Any]:
    """Every report of the problem, first come first: the first few, and the others."""
    found = [
        Telling(
            report=report,
            number=numbers.show(report.number),
            answers=list(_answers(spec, report.answers)),
            contact=report.contact if sees_contact else None,
        )
        for report in queries.reports_of(problem)
    ]
    return {
        "tellings": found[:SHOWN],
        "more_tellings": found[SHOWN:],
        "sees_contact": sees_contact,
    }


def _answers(spec: ServiceSpec, answers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Question and answer in words; the code stands for a question that is no longer asked."""
    for code, given in answers.items():
        question = spec.question(code)
        if given not in (None, "", []):
            yield (question.text if question else code), _words(question, given)


def _words(question: Question | None, given: Any) -> str:
    if question is not None and question.datatype is Datatype.DATETIME:
        return _moment(str(given))
    choices = question.choices if question else ()
    names = {choice.key: choice.name for choice in choices}
    keys = given if isinstance(given, list) else [given]
    return ", ".join(names.get(str(key), str(key)) for key in keys)


def _moment(given: str) -> str:
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        return given
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=clock.city_zone())
    return moments.in_words(moment, at=clock.now(), style="short")
