"""The steps of telling the city about a problem, and the order they come in for a service."""

from enum import StrEnum

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citycall.catalog import rules as catalog_rules
from citycall.catalog.specs import Question, ServiceSpec
from citycall.pages.answers import NO_ANSWER
from citycall.web import known
from citycall.web.telling import Telling


class Step(StrEnum):
    """One page each; ``SAFETY`` is there where an answer can stop the report."""

    WHAT = "what"
    SAFETY = "safety"
    WHERE = "where"
    KNOWN = "known"
    DETAILS = "details"
    DATE = "date"
    CONTACT = "contact"
    REVIEW = "review"


# The parts that a reader is shown; several pages may belong to one.
_PARTS: dict[Step, Promise] = {
    Step.WHAT: _("What"),
    Step.WHERE: _("Where"),
    Step.DETAILS: _("Details"),
    Step.DATE: _("Date"),
    Step.CONTACT: _("Contact"),
    Step.REVIEW: _("Check and send"),
}
# Whoever adds to a known problem need not describe it again.
_NOT_ASKED_OF_KNOWN = frozenset({Step.DETAILS})
_PART_OF = {Step.SAFETY: Step.WHAT, Step.KNOWN: Step.WHERE}


def safety_questions(spec: ServiceSpec) -> tuple[Question, ...]:
    """The questions whose answers can stop a report: they come before anything else is asked.

    One that depends on an answer that comes later stays with the details.
    """
    chosen: dict[str, Question] = {}
    for question in spec.questions:
        if question.stops and all(c.question in chosen for c in question.only_if):
            chosen[question.code] = question
    return tuple(chosen.values())


def questions_of(step: Step, spec: ServiceSpec) -> tuple[Question, ...]:
    """The questions that a step asks: those with stops first, the others with the details."""
    first = safety_questions(spec)
    if step is Step.SAFETY:
        return first
    return tuple(question for question in spec.questions if question not in first)


def faults_of(step: Step, telling: Telling) -> dict[str, str]:
    """What is wrong with the answers, and with the words that are asked beside them."""
    codes = [question.code for question in questions_of(step, telling.entry().spec)]
    fields = ("words", "wanted") if step is Step.DETAILS else ()
    return telling.faults(*fields, answers=codes)


def course(spec: ServiceSpec) -> list[Step]:
    """The steps that this service has, in order."""
    left_out = set()
    if not safety_questions(spec):
        left_out.add(Step.SAFETY)
    if spec.location == "none":
        left_out |= {Step.WHERE, Step.KNOWN}
    if spec.booking is None:
        left_out.add(Step.DATE)
    else:
        # Each address has an appointment of its own, however near the next one is.
        left_out.add(Step.KNOWN)
    if spec.contact == "not_asked":
        left_out.add(Step.CONTACT)
    return [step for step in Step if step not in left_out]


def undone_before(step: Step, telling: Telling) -> Step | None:
    """The first earlier step that was not passed yet; a stranger to the form starts there."""
    steps = course(telling.entry().spec)
    earlier = steps[: steps.index(step)] if step in steps else steps
    passed = {*telling.done, Step.KNOWN, *(_NOT_ASKED_OF_KNOWN if telling.joins else ())}
    return next((s for s in earlier if s not in passed), None)


def following(telling: Telling) -> Step:
    """The next step to show: the first that was not passed and has something to ask."""
    if not telling.service:
        return Step.WHAT
    for step in course(telling.entry().spec):
        if step is Step.KNOWN:
            if not must_ask_whether_known(telling):
                continue
        elif step in telling.done:
            continue
        return step
    return Step.REVIEW


def before(step: Step, telling: Telling) -> Step:
    """The page that Back leads to; the question about known problems is asked once only."""
    if not telling.service:
        return Step.WHAT
    if telling.joins and step is Step.CONTACT:
        return Step.KNOWN
    steps = [s for s in course(telling.entry().spec) if s is not Step.KNOWN or s is step]
    return steps[max(steps.index(step) - 1, 0)] if step in steps else Step.WHAT


def must_ask_whether_known(telling: Telling) -> bool:
    """Whether the city may know of it, and has not asked about this place yet."""
    if telling.asked_at and telling.asked_at == known.place_mark(telling):
        return False
    return known.known(telling).worth_a_page


def nothing_left_to_ask(telling: Telling) -> bool:
    """Whether words, a photo and every answer were given before the details were asked."""
    spec = telling.entry().spec
    answers = telling.own_answers()
    visible = catalog_rules.visible_questions(spec, answers)
    asked = [q for q in questions_of(Step.DETAILS, spec) if q.variable and q in visible]
    given = bool(telling.words.strip() and telling.photos)
    return given and all(answers.get(q.code) not in NO_ANSWER for q in asked)


def place_still_fits(telling: Telling) -> bool:
    """Whether the place that was told will do for the service that was chosen since."""
    named = telling.decided == telling.place or not telling.place.strip()
    return named and not telling.faults("location", "place", "kind", "latitude", "longitude")


def progress(step: Step, spec: ServiceSpec | None) -> dict[str, object]:
    """The parts of this service's course by name, and the number of the present one, from 1."""
    steps = course(spec) if spec else [step for step in Step if step is not Step.DATE]
    parts = [part for part in _PARTS if part in steps]
    return {
        "steps": [_PARTS[part] for part in parts],
        "current": parts.index(_PART_OF.get(step, step)) + 1,
    }


def address(step: Step) -> str:
    """Where a step is."""
    return reverse("web:report") if step is Step.WHAT else reverse(f"web:report-{step.value}")
