"""What a caller sent, from the address and the form, in whatever case and however often."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

from citycall.core.errors import DomainError

Pair = tuple[str, str]


class UnreadableBody(DomainError):
    """The body is not a form that can be read."""

    code = "unreadable_body"


@dataclass(frozen=True, slots=True)
class Parameters:
    """Named values in the order in which they came; an empty value counts as none.

    Names are asked for in small letters and found in any case. ``pairs`` are as they were sent.
    """

    pairs: tuple[Pair, ...] = ()

    def every(self, name: str) -> list[str]:
        """All values of this name that say something, trimmed."""
        values = [value.strip() for sent, value in self.pairs if sent.lower() == name]
        return [value for value in values if value]

    def one(self, name: str) -> str | None:
        """The value of this name; of several the last one."""
        values = self.every(name)
        return values[-1] if values else None

    def listed(self, name: str) -> list[str]:
        """The values of this name, repeated or with commas between, each of them once."""
        parts = (part.strip() for value in self.every(name) for part in value.split(","))
        return list(dict.fromkeys(part for part in parts if part))

    def says(self, name: str) -> bool:
        """Whether the value of this name means yes."""
        return (self.one(name) or "").lower() in {"true", "1", "yes", "on"}


NOTHING = Parameters()


def parameters_of(request: HttpRequest) -> Parameters:
    """What the address and, where there is one, the form say; raises ``UnreadableBody``."""
    try:
        pairs = list(_pairs(request.GET)) if request.META.get("QUERY_STRING") else []
        if request.method == "POST":
            pairs += _pairs(request.POST)
    except (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError):
        raise UnreadableBody(
            _("The form could not be read. Send application/x-www-form-urlencoded in UTF-8, or ")
            + _("multipart/form-data, with no more than 1 MB of text and 1,000 fields.")
        ) from None
    return Parameters(tuple(pairs)) if pairs else NOTHING


def _pairs(sent: QueryDict) -> Iterable[Pair]:
    return [(name, value) for name, values in sent.lists() for value in map(str, values)]
