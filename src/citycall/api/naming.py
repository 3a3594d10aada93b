"""How a request is named in an address: by its public id, or by a confirmation number."""

import re
from typing import Annotated, Final

from django.utils.translation import gettext as _
from pydantic import WithJsonSchema

from citycall.api.parameters import LARGEST_ID
from citycall.core import numbers
from citycall.core.actors import SYSTEM
from citycall.core.errors import NotFound
from citycall.service_requests import published, queries

NAME: Final = "{name}"
_DASHES: Final = str.maketrans("", "", "-. ")
_ID: Final = re.compile(r"[1-9][0-9]{0,18}")

Name = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^([1-9][0-9]{0,10}|[0-9]{2}-?[0-9]{5}-?[0-9]{5})$",
            "description": "A request's public id, or a confirmation number.",
            "examples": ["4711"],
        }
    ),
]
Id = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "pattern": "^[1-9][0-9]{0,18}$", "examples": ["12"]},
    ),
]
Code = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "pattern": "^[a-z0-9]+([_-][a-z0-9]+)*$", "maxLength": 80},
    ),
]


def is_number(name: str) -> bool:
    """Whether this is written as a confirmation number rather than an id."""
    digits = name.translate(_DASHES)
    return len(digits) == numbers.LENGTH and digits.isascii() and digits.isdecimal()


def id_named(name: str) -> int:
    """The id; raises ``NotFound`` for what cannot be one."""
    if not _ID.fullmatch(name) or int(name) > LARGEST_ID:
        raise NotFound(_("There is no such thing here. Please check its id."))
    return int(name)


def number_named(name: str) -> int:
    """The confirmation number that leads to a request that everyone may name.

    Raises ``NotFound`` and, for a number with a wrong digit, ``BadNumber``.
    """
    if is_number(name):
        return numbers.read(name)
    request_id = id_named(name)
    if published.one(request_id) is None:
        raise NotFound(_("There is no such request."))
    return number_of(request_id)


def number_of(request_id: int) -> int:
    """The first confirmation number of a request; never told to anybody who does not know it."""
    row = queries.readable(SYSTEM).filter(pk=request_id).values_list("number", flat=True).first()
    if row is None:
        raise NotFound(_("There is no such request."))
    return int(row)
