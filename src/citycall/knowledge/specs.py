"""An article as its writer writes it, whole."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from citycall.agencies.documents import (
    Code,
    Document,
    Line,
    LongCode,
    LongName,
    clean_text,
)

LONGEST_BODY = 40_000

_Body = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_BODY), AfterValidator(clean_text)
]
_Keyword = Annotated[str, StringConstraints(min_length=1, max_length=60)]
_Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,4})?$")]


class ArticleSpec(Document):
    """One answer in plain words, ``body`` in Markdown.

    ``keywords`` are the words that people use and the text does not. ``services`` are the codes
    of those that it leads to, ``agency`` is that of whoever answers for what it says, and
    ``checked_on`` the day on which somebody last made sure that it is true. Only what is
    ``published`` is ever shown or found.
    """

    code: LongCode
    title: LongName
    summary: Line = ""
    body: _Body
    keywords: tuple[_Keyword, ...] = Field((), max_length=100)
    services: tuple[LongCode, ...] = Field((), max_length=20)
    agency: Code | None = None
    language: _Language = "en"
    checked_on: date
    published: bool = True
