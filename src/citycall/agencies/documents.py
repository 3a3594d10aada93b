"""What administrators write, read into a spec: every fault as a field's path and a sentence.

The specs of agencies, catalog and routing derive from ``Document``. Forms, the JSON API and the
catalog file all read them through here, so that a mistake is said in the same words everywhere.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from citycall.core.errors import Faults

Path = tuple[str | int, ...]
D = TypeVar("D", bound="Document")

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_CODE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")

# By the type that pydantic gives an error, or by its beginning where the name ends with "_".
_SENTENCES = {
    "missing": gettext_lazy("This is required."),
    "extra_forbidden": gettext_lazy("There is no such field here."),
    "string_too_short": gettext_lazy("This must not be empty."),
    "string_too_long": gettext_lazy("This must have at most %(max_length)s characters."),
    "string_": gettext_lazy("This must be text."),
    "bool_": gettext_lazy("This must be true or false."),
    "int_": gettext_lazy("This must be a whole number."),
    "datetime_": gettext_lazy("This must be a date and time such as 2026-12-24 08:00."),
    "float_": gettext_lazy("This must be a number."),
    "date_": gettext_lazy("This must be a date such as 2026-12-24."),
    "model_": gettext_lazy("This must have named fields."),
    "dict_": gettext_lazy("This must have named fields."),
    "mapping_": gettext_lazy("This must have named fields."),
    "tuple_": gettext_lazy("This must be a list."),
    "enum": gettext_lazy("This must be one of: %(known)s."),
    "greater_than_equal": gettext_lazy("This must be at least %(ge)s."),
    "less_than_equal": gettext_lazy("This must be at most %(le)s."),
    "too_long": gettext_lazy("This list must have at most %(max_length)s."),
    "too_short": gettext_lazy("This list needs at least %(min_length)s."),
}


class Document(BaseModel):
    """Base of all specs: immutable, and a field that is not known is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a document: where, as keys and list positions, and in what words."""

    path: Path
    sentence: str

    @property
    def field(self) -> str:
        """The path in one word: ``questions.0.text``."""
        return ".".join(str(step) for step in self.path)


class SpecError(ValueError):
    """Raised by a spec's own check of several fields together."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(fault.sentence for fault in self.faults))


def raise_any(faults: list[Fault]) -> None:
    """Raise ``SpecError`` when there are any."""
    if faults:
        raise SpecError(faults)


def read(kind: type[D], document: Any) -> D:
    """The spec that a document describes; raises ``Faults`` with all that is wrong in it."""
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        raise Faults({fault.field: fault.sentence for fault in faults_of(error)}) from None


def faults_of(error: ValidationError) -> list[Fault]:
    """Each fault that pydantic found, in plain words and at its exact place."""
    found: list[Fault] = []
    for detail in error.errors(include_url=False):
        path: Path = tuple(step for step in detail["loc"] if step != "[key]")
        context = detail.get("ctx", {})
        cause = context.get("error")
        if isinstance(cause, SpecError):
            found += [Fault(path + inner.path, inner.sentence) for inner in cause.faults]
        elif isinstance(cause, ValueError):
            found.append(Fault(path, str(cause)))
        else:
            found.append(Fault(path, _sentence(detail["type"], context, detail["msg"])))
    return found


def _sentence(kind: str, context: Mapping[str, Any], message: str) -> str:
    for known, sentence in _SENTENCES.items():
        if kind == known or (known.endswith("_") and kind.startswith(known)):
            return str(sentence) % {"known": _options(context), **context}
    return message


def _options(context: Mapping[str, Any]) -> str:
    return str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")


def clean_text(text: str) -> str:
    """The text with plain line ends; refuses characters that cannot be seen or stored."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text):
        raise ValueError(_("This has characters that cannot be shown. Please type it again."))
    return text


def _one_line(text: str) -> str:
    return " ".join(clean_text(text).split())


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError(
            _("A code has lower-case letters and digits, joined by hyphens: “dirty-alley”.")
        )
    return text


def _email(text: str) -> str:
    return _accepted(EmailValidator(), text, _("This must be an e-mail address."))


def _website(text: str) -> str:
    check = URLValidator(schemes=["http", "https"])
    return _accepted(check, text, _("This must be a web address that begins with https://."))


def _accepted(check: Any, text: str, sentence: str) -> str:
    if text:
        try:
            check(text)
        except DjangoValidationError:
            raise ValueError(sentence) from None
    return text


_LINE = AfterValidator(_one_line)
Code = Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(_code)]
LongCode = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(_code)]
TeamCode = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_code)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100), _LINE]
LongName = Annotated[str, StringConstraints(min_length=1, max_length=150), _LINE]
Line = Annotated[str, StringConstraints(max_length=300), _LINE]
Text = Annotated[str, StringConstraints(max_length=4000), AfterValidator(clean_text)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(clean_text)]
Phone = Annotated[str, StringConstraints(max_length=40), _LINE]
Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(_email)]
Website = Annotated[str, StringConstraints(max_length=200), AfterValidator(_website)]
