"""What a manifest takes from a row: a property by its name, or words with properties in them."""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from citycall.agencies.documents import Document, clean_text
from citycall.places import columns

Properties = Mapping[str, Any]
# A property's name (``title``), or words with properties in braces (``Stop {stop_num}``).
Wording = Annotated[
    str, StringConstraints(min_length=1, max_length=300), AfterValidator(clean_text)
]
_BRACED = re.compile(r"\{([^{}]+)\}")


def as_list(value: Any) -> Any:
    """One value where a list is meant."""
    return [value] if isinstance(value, str) else value


Wordings = Annotated[tuple[Wording, ...], BeforeValidator(as_list)]


@lru_cache(maxsize=1_024)
def references(wording: str) -> tuple[str, ...]:
    """The properties that a wording names."""
    return tuple(_BRACED.findall(wording)) if "{" in wording else (wording,)


def told(wording: str, row: Properties, blank: Collection[str] = ()) -> str:
    """What a wording says of a row; nothing where one of its properties is empty.

    ``blank`` are folded values that stand for nothing (``unknown``).
    """
    if not wording:
        return ""
    values = {name: columns.as_text(row.get(name)) for name in references(wording)}
    if not all(value and value.casefold() not in blank for value in values.values()):
        return ""
    if "{" not in wording:
        return values[wording]
    return _BRACED.sub(lambda found: values[found[1]], wording)


def first_told(wordings: Iterable[str], row: Properties, blank: Collection[str] = ()) -> str:
    """What the first of some wordings says that says anything."""
    return next(filter(None, (told(wording, row, blank) for wording in wordings)), "")


def all_told(
    wordings: Iterable[str], row: Properties, *, blank: Collection[str], separator: str = ""
) -> list[str]:
    """What each of some wordings says; a property that is a list gives each of its values."""
    found: list[str] = []
    for wording in wordings:
        value = row.get(wording)
        many = value if isinstance(value, list | tuple) else [told(wording, row, blank)]
        for one in map(columns.as_text, many):
            parts = one.split(separator) if separator else [one]
            found += [" ".join(part.split()) for part in parts]
    return [one for one in dict.fromkeys(found) if one and one.casefold() not in blank]


class Mapped(Document):
    """A word of ours for the values of a property; ``otherwise`` for all others."""

    property: Annotated[str, StringConstraints(max_length=300)] = ""
    values: Mapping[str, str] = {}
    otherwise: str = ""

    def of(self, row: Properties) -> str:
        """Our word for a row, or nothing."""
        value = columns.as_text(row.get(self.property)).casefold() if self.property else ""
        return self._folded().get(value, self.otherwise)

    def words(self) -> set[str]:
        """All words of ours that this can give."""
        return {*self.values.values(), self.otherwise} - {""}

    def _folded(self) -> Mapping[str, str]:
        return {key.casefold(): value for key, value in self.values.items()}


def _as_mapped(value: Any) -> Any:
    if isinstance(value, str):
        return [{"otherwise": value}]
    return [value] if isinstance(value, dict) else value


# One word for all rows, one mapping, or several of which the first that has a word is taken.
MappedWord = Annotated[tuple[Mapped, ...], BeforeValidator(_as_mapped)]


def word_of(rules: Iterable[Mapped], row: Properties) -> str:
    """Our word for a row by the first rule that has one, or nothing."""
    return next(filter(None, (rule.of(row) for rule in rules)), "")
