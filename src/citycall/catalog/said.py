"""What the catalog says to people, text by text, so that it can be said in another language."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from citycall.agencies.queries import Directory
from citycall.catalog.questions import Choice, Question, Stop
from citycall.catalog.snapshot import OutcomeEntry, ServiceEntry
from citycall.catalog.specs import OutcomeSpec, Reason, ServiceSpec
from citycall.core.phrases import Say

# Between keywords, in the text by which the book knows all of a service's together: each language
# has words of its own, in other numbers.
COMMA: Final = ", "


def service(entry: ServiceEntry, say: Say) -> ServiceEntry:
    """A service as ``say`` says it; found by its keywords in the first language too."""
    return replace(entry, spec=service_spec(entry.spec, say))


def outcome(entry: OutcomeEntry, say: Say) -> OutcomeEntry:
    """An outcome as ``say`` says it."""
    return replace(entry, spec=outcome_spec(entry.spec, say))


def service_spec(spec: ServiceSpec, say: Say) -> ServiceSpec:
    """A service's definition with each text that people read replaced by what ``say`` makes."""
    return spec.model_copy(
        update={
            "name": say(spec.name),
            "group": say(spec.group),
            "description": say(spec.description),
            "keywords": _keywords(spec.keywords, say),
            "pause_reasons": tuple(_reason(each, say) for each in spec.pause_reasons),
            "hold_reasons": tuple(_reason(each, say) for each in spec.hold_reasons),
            "questions": tuple(_question(each, say) for each in spec.questions),
        }
    )


def outcome_spec(spec: OutcomeSpec, say: Say) -> OutcomeSpec:
    """An outcome's definition, the same."""
    update = {"name": say(spec.name), "explanation": say(spec.explanation)}
    return spec.model_copy(update=update)


def texts(
    services: Iterable[ServiceSpec], outcomes: Iterable[OutcomeSpec], directory: Directory
) -> list[str]:
    """Every text that people read, once, in the order of the catalog."""
    found: dict[str, None] = {}

    def note(text: str) -> str:
        if text:
            found.setdefault(text)
        return text

    for spec in services:
        service_spec(spec, note)
    for told in outcomes:
        outcome_spec(told, note)
    directory.said(note)
    return list(found)


def _keywords(keywords: tuple[str, ...], say: Say) -> tuple[str, ...]:
    there = say(COMMA.join(keywords)).split(COMMA)
    return tuple(dict.fromkeys(word for word in (*there, *keywords) if word))


def _reason(reason: Reason, say: Say) -> Reason:
    return reason.model_copy(update={"name": say(reason.name)})


def _question(question: Question, say: Say) -> Question:
    return question.model_copy(
        update={
            "text": say(question.text),
            "help": say(question.help),
            "choices": tuple(_choice(each, say) for each in question.choices),
            "stops": tuple(_stop(each, say) for each in question.stops),
        }
    )


def _choice(choice: Choice, say: Say) -> Choice:
    return choice.model_copy(update={"name": say(choice.name)})


def _stop(stop: Stop, say: Say) -> Stop:
    return stop.model_copy(update={"text": say(stop.text)})
