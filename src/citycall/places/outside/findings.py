"""What an outside geocoder is asked and what it answers, the same for all of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from citycall.places.models import LocationKind

# How far off a find may be, in metres: a house or shop, an interpolated number, a street, an area.
AT_THE_DOOR_M = 20.0
ALONG_THE_BLOCK_M = 50.0
GROUNDS_M = 100.0
STREET_M = 500.0
AREA_M = 1_000.0

Record = TypeVar("Record", bound=BaseModel)


class Misread(ValueError):
    """The answer has not the shape that this geocoder promises, or tells of a fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The part of the earth in which to look, in degrees."""

    west: float
    south: float
    east: float
    north: float

    @property
    def middle(self) -> tuple[float, float]:
        """Its middle, as (longitude, latitude)."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a geocoder is asked: the words, cleaned, and nothing of who asks."""

    words: str
    box: Box | None
    limit: int
    area: str = ""
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """One place of an answer; ``quality`` is the geocoder's own opinion of it, from 0 to 1."""

    kind: LocationKind
    code: str
    label: str
    longitude: float
    latitude: float
    accuracy_m: float
    quality: float = 1.0


class Provider(Protocol):
    """One geocoder: how it is asked, how its answer is read, and whom the result owes credit."""

    attribution: str
    path: str

    def parameters(self, question: Question) -> dict[str, str]:
        """The parameters of the request."""
        ...

    def finds(self, answer: Any) -> Iterator[Find]:
        """The places of an answer (JSON, parsed), best first; raises ``Misread``."""
        ...


def records(items: Any, model: type[Record]) -> Iterator[Record]:
    """The items that have this shape; a single bad one is passed over. Raises ``Misread``."""
    if not isinstance(items, list):
        raise Misread("a list was expected")
    good = list(_valid(items, model))
    if items and not good:
        raise Misread("no place of the list has the expected shape")
    return iter(good)


def _valid(items: Iterable[Any], model: type[Record]) -> Iterator[Record]:
    for item in items:
        try:
            yield model.model_validate(item)
        except ValidationError:
            continue


def member(answer: Any, name: str) -> Any:
    """A member of a JSON object; raises ``Misread`` where there is none."""
    if not isinstance(answer, dict) or name not in answer:
        raise Misread(f"no member {name!r}")
    return answer[name]
