"""What people told us, as staff read it: untouched, with contact data only for those who may."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from citycall.catalog.specs import ServiceSpec
from citycall.contacts.models import Contact
from citycall.core import languages, numbers
from citycall.pages import answers
from citycall.service_requests import queries
from citycall.service_requests.models import Report, ServiceRequest

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Telling:
    """One report; no contact where none was given, or this reader may not see it.

    That one was ``given``, or ``erased``, says nothing about whom.
    """

    report: Report
    number: str
    answers: list[tuple[str, str]]
    contact: Contact | None
    given: bool
    erased: bool

    @property
    def language(self) -> str:
        """The language of the words, as far as it is known: else that of the page or call."""
        return self.report.written_in or self.report.language

    @property
    def written_in(self) -> str:
        """Such as "Written in Spanish", where that is another language than the city's first."""
        return languages.written_in(self.report.written_in)


def told(
    problem: ServiceRequest, services: Sequence[ServiceSpec], *, sees_contact: bool
) -> dict[str, Any]:
    """Every report of the problem, first come first: the first few, and the others.

    ``services`` are those that it has had, whose questions were answered.
    """
    found = [
        Telling(
            report=report,
            number=numbers.show(report.number),
            answers=list(_answers(services, report.answers)),
            contact=report.contact if sees_contact else None,
            given=report.contact is not None,
            erased=report.contact is not None and report.contact.erased_at is not None,
        )
        for report in queries.reports_of(problem)
    ]
    return {
        "tellings": found[:SHOWN],
        "more_tellings": found[SHOWN:],
        "sees_contact": sees_contact,
        "any_contact": any(each.given and not each.erased for each in found),
    }


def _answers(services: Sequence[ServiceSpec], kept: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Question and answer in words; the code stands for a question that is no longer asked."""
    for code, given in kept.items():
        asked = (spec.question(code) for spec in services)
        question = next((each for each in asked if each is not None), None)
        if given not in answers.NO_ANSWER:
            yield (question.text if question else code), answers.in_words(question, given)
