"""The questions of a service: Open311 attributes with conditions and stops."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from citycall.agencies.documents import (
    Document,
    Fault,
    LongCode,
    LongName,
    Text,
    Words,
    clean_text,
    raise_any,
)


def _key(text: str) -> str:
    if any(letter.isspace() for letter in clean_text(text)):
        raise ValueError(_("A choice's key must not have spaces."))
    return text


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Key = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(_key)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=300), BeforeValidator(_as_text)]


class Datatype(StrEnum):
    """Open311's datatypes of an attribute."""

    STRING = "string"
    NUMBER = "number"
    DATETIME = "datetime"
    TEXT = "text"
    SINGLE = "singlevaluelist"
    MULTI = "multivaluelist"

    @property
    def has_choices(self) -> bool:
        """Whether the answer is chosen from a list."""
        return self in {Datatype.SINGLE, Datatype.MULTI}


class StopKind(StrEnum):
    """Why a report stops: call for help first, or read this first."""

    EMERGENCY = "emergency"
    ADVICE = "advice"


class Choice(Document):
    """One answer that can be chosen; programs send ``key``, people read ``name``."""

    key: Key
    name: LongName


class Condition(Document):
    """Holds by the answer to an earlier question: exactly one of the three tests.

    Of a list from which several are chosen, ``equals`` and ``any_of`` ask whether a key is
    among them. Numbers are compared as numbers.
    """

    question: LongCode
    equals: Value | None = None
    any_of: tuple[Value, ...] | None = Field(None, min_length=1, max_length=200)
    answered: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> "Condition":
        if sum(test is not None for test in (self.equals, self.any_of, self.answered)) != 1:
            sentence = _("A condition has one of: equals, any_of, answered.")
            raise_any([Fault((), sentence)])
        return self

    @property
    def values(self) -> tuple[str, ...]:
        """The answers that fulfil it; empty where any answer, or none, does."""
        return (self.equals,) if self.equals is not None else self.any_of or ()


class Stop(Document):
    """What to tell a person whose answer is one of ``when``, before the report is taken."""

    when: tuple[Key, ...] = Field(min_length=1, max_length=200)
    kind: StopKind
    text: Words


class Question(Document):
    """One thing to ask (``variable`` false: a text to show), where all of ``only_if`` hold."""

    code: LongCode
    text: Words
    datatype: Datatype = Datatype.STRING
    variable: bool = True
    required: bool = False
    help: Text = ""
    choices: tuple[Choice, ...] = Field((), max_length=200)
    only_if: tuple[Condition, ...] = Field((), max_length=20)
    stops: tuple[Stop, ...] = Field((), max_length=20)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the choices, in order."""
        return tuple(choice.key for choice in self.choices)

    @model_validator(mode="after")
    def _consistent(self) -> "Question":
        raise_any([*self._choice_faults(), *self._stop_faults()])
        return self

    def _choice_faults(self) -> Iterator[Fault]:
        asks_choice = self.variable and self.datatype.has_choices
        if asks_choice and not self.choices:
            yield Fault(("choices",), _("This kind of question needs choices."))
        if self.choices and not asks_choice:
            yield Fault(("choices",), _("Only a question with a list to choose from has choices."))
        yield from repeated(self.keys, under="choices", name="key")
        if self.required and not self.variable:
            yield Fault(("required",), _("A text that is only shown cannot be required."))

    def _stop_faults(self) -> Iterator[Fault]:
        for index, stop in enumerate(self.stops):
            for place, key in enumerate(stop.when):
                if key not in self.keys:
                    sentence = _("“%(key)s” is not a choice of this question.") % {"key": key}
                    yield Fault(("stops", index, "when", place), sentence)


def repeated(codes: Sequence[str], *, under: str, name: str = "code") -> Iterator[Fault]:
    """A fault for each code that stands in the list ``under`` a second time."""
    seen: set[str] = set()
    for index, code in enumerate(codes):
        if code in seen:
            sentence = _("“%(code)s” is here twice.") % {"code": code}
            yield Fault((under, index, name), sentence)
        seen.add(code)


def condition_faults(questions: Sequence[Question]) -> Iterator[Fault]:
    """A fault for each condition on what is not asked earlier, or cannot be answered so."""
    earlier: dict[str, Question] = {}
    for index, question in enumerate(questions):
        for place, condition in enumerate(question.only_if):
            path = ("questions", index, "only_if", place)
            asked = earlier.get(condition.question)
            if asked is None or not asked.variable:
                sentence = _("“%(code)s” is not a question before this one.")
                yield Fault((*path, "question"), sentence % {"code": condition.question})
                continue
            for value in condition.values:
                if asked.datatype.has_choices and value not in asked.keys:
                    sentence = _("“%(key)s” is not a choice of “%(code)s”.")
                    yield Fault(path, sentence % {"key": value, "code": asked.code})
        earlier[question.code] = question
