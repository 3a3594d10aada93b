"""All that was posted, however it was packed: a form, a form with uploads, or JSON.

Every parameter is taken as text. Nothing here knows what the parameters mean.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext as _

from citycall.accounts.callers import caller
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import DomainError, NotAllowed
from citycall.open311.calls import Call
from citycall.open311.parameters import Pair

MOST_FIELDS: Final = 1_000
_DEEPEST: Final = 4
_FORMS: Final = {"application/x-www-form-urlencoded", "multipart/form-data"}


class BadBody(DomainError):
    """What was sent cannot be read as a set of parameters."""

    code = "bad_body"


@dataclass(slots=True)
class Posted:
    """The parameters by their names in small letters, each with its values in the order sent.

    Attributes keep their codes as they were sent. Empty values are left out, as the standard
    takes an empty parameter for an absent one.
    """

    fields: dict[str, list[str]] = field(default_factory=dict)
    uploads: "list[UploadedFile[Any]]" = field(default_factory=list)

    def one(self, *names: str) -> str:
        """The first value under the first of these names that has one; else empty."""
        for name in names:
            if values := self.fields.get(name):
                return values[0]
        return ""

    def every(self, name: str) -> list[str]:
        """All values under this name."""
        return self.fields.get(name, [])

    def name_of(self, *names: str) -> str:
        """Which of these names was used; the first where none was."""
        return next((name for name in names if name in self.fields), names[0])

    def says(self, name: str) -> bool:
        """Whether the value under this name means yes."""
        return self.one(name).lower() in {"true", "1", "yes", "on"}


def posted_by(call: Call) -> Posted:
    """What the body and the address of a call say; raises ``BadBody``."""
    request = call.request
    pairs: Iterable[Pair] = call.parameters.pairs
    if request.content_type not in _FORMS:
        pairs = [*pairs, *_from_body(request)]
    uploads = [upload for _name, files in request.FILES.lists() for upload in files]
    return Posted(_grouped(pairs), uploads)


def holder_of(call: Call, posted: Posted) -> Actor:
    """The program that calls, by the key in address, form, header or JSON.

    Raises ``NotAllowed`` where there is none or it is not known.
    """
    actor = call.actor
    if actor.kind is ActorKind.RESIDENT and (secret := posted.one("api_key")):
        actor = caller(call.request, secret=secret)
    if actor.kind is ActorKind.RESIDENT:
        raise NotAllowed(_("api_key was not provided. Please send the key that you were given."))
    return actor


def _grouped(pairs: Iterable[Pair]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        if given := value.strip():
            key = name.strip()
            if not key.lower().startswith("attribute"):
                key = key.lower()
            fields.setdefault(key, []).append(given)
    return fields


def _from_body(request: HttpRequest) -> Iterable[Pair]:
    """The parameters in a body whose type Django knows nothing of."""
    kind = (request.content_type or "").lower()
    try:
        body = request.body
    except RequestDataTooBig:
        raise BadBody(_("This is more than can be taken at once.")) from None
    except UnreadablePostError:
        raise BadBody(_("The body did not arrive whole. Please send it again.")) from None
    if kind.endswith("json") or body.lstrip()[:1] in {b"{", b"["}:
        return _from_json(body)
    if kind.endswith("xml") or body.lstrip()[:1] == b"<":
        raise BadBody(_("The parameters are not read from XML. Please send a form or JSON."))
    try:
        return parse_qsl(body.decode(), errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise BadBody(_("The body cannot be read. Please send a form or JSON.")) from None


def _from_json(body: bytes) -> list[Pair]:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadBody(_("The body is not JSON that can be read.")) from None
    if isinstance(told, list) and len(told) == 1:
        told = told[0]
    if not isinstance(told, Mapping):
        raise BadBody(_("The body has to be one JSON object with the parameters."))
    pairs: list[Pair] = []
    for name, value in told.items():
        for pair in _flat(name, value, 0):
            pairs.append(pair)
            if len(pairs) > MOST_FIELDS:
                raise BadBody(_("There are more than %(n)d parameters.") % {"n": MOST_FIELDS})
    return pairs


def _flat(name: str, value: Any, depth: int) -> Iterator[Pair]:
    """What a form would have sent for this value: ``a[b]`` for a part, ``a`` again for more."""
    if isinstance(value, bool):
        yield name, "true" if value else "false"
    elif isinstance(value, str | int | float):
        yield name, str(value)
    elif value is None:
        return
    elif depth >= _DEEPEST:
        raise BadBody(_("The body is nested too deeply."))
    elif isinstance(value, Mapping):
        for part, each in value.items():
            yield from _flat(f"{name}[{part}]", each, depth + 1)
    else:
        for each in value:
            if isinstance(each, Mapping) and "code" in each and "value" in each:
                # An attribute written as an object of its own.
                yield from _flat(f"{name}[{each['code']}]", each["value"], depth + 1)
            else:
                yield from _flat(name, each, depth + 1)
