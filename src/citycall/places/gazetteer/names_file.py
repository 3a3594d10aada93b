"""The names file: what people call places and streets, in the city's languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import BeforeValidator, Field, StringConstraints, ValidationError, model_validator

from citycall.agencies.documents import (
    D,
    Document,
    Fault,
    LongName,
    faults_of,
    raise_any,
)
from citycall.places.gazetteer import yaml_text
from citycall.places.gazetteer.wordings import as_list
from citycall.places.gazetteer.yaml_text import BadManifest, FileFault, YamlText
from citycall.places.specs import PlaceKind

Names = Annotated[tuple[LongName, ...], BeforeValidator(as_list)]
Language = Annotated[str, StringConstraints(pattern="^[a-z]{2,3}(-[A-Za-z]{2,4})?$")]


class Called(Document):
    """What both kinds of entry have: other names, those of former days and those only spoken."""

    aliases: Names = ()
    former: Names = ()
    spoken: Names = ()
    in_language: Mapping[Language, Names] = {}

    def others(self) -> list[str]:
        """All names besides its own."""
        foreign = [word for words in self.in_language.values() for word in words]
        return [*self.aliases, *self.former, *self.spoken, *foreign]

    def own_names(self) -> dict[str, str]:
        """The first name in each language."""
        return {code: words[0] for code, words in self.in_language.items() if words}


class SpokenStreet(Called):
    """Other names of a street, which is named as the street layer does."""

    name: LongName


class SpokenName(Called):
    """One entry: a name with others, and the place that it means.

    Exactly one of: ``of`` an existing place, which gets the names; ``point``, longitude and
    latitude; ``at`` an address or corner; or ``in`` alone, a part of a park
    or area whose exact spot is not known. ``in`` may also stand beside ``point`` or ``at``.
    """

    name: LongName | None = None
    kind: PlaceKind | None = None
    of: LongName | None = None
    point: Annotated[tuple[float, float] | None, Field(description="longitude, latitude")] = None
    at: LongName | None = None
    inside: Annotated[LongName | None, Field(alias="in")] = None
    address: Annotated[str, StringConstraints(max_length=200)] = ""

    @model_validator(mode="after")
    def _placed(self) -> "SpokenName":
        faults = []
        ways = [name for name in ("of", "point", "at") if getattr(self, name) is not None]
        if len(ways) > 1 or not (ways or self.inside):
            sentence = _("Say where it is by one of: of, point, at, in.")
            faults.append(Fault((), sentence))
        if self.of is None:
            faults += [
                Fault((field,), _("This is required."))
                for field in ("name", "kind")
                if getattr(self, field) is None
            ]
        raise_any(faults)
        return self

    def others(self) -> list[str]:
        """All names besides that of the place."""
        named = [self.name] if self.of and self.name else []
        return [*named, *super().others()]


@dataclass(frozen=True, slots=True)
class NamesFile:
    """The entries of a names file."""

    places: list[SpokenName] = field(default_factory=list)
    streets: list[SpokenStreet] = field(default_factory=list)


def read_names(path: Path) -> NamesFile:
    """The entries of a names file; raises ``BadManifest`` with every fault.

    The file is a list of places, or has two lists: ``places`` and ``streets``.
    """
    text = yaml_text.parse(path.read_bytes(), file=path.name)
    raw = text.plain()
    if isinstance(raw, list):
        raw, sections = {"places": raw}, False
    else:
        sections = True
    if not isinstance(raw, dict) or set(raw) - {"places", "streets"}:
        sentence = _("A names file is a list of places, or has the lists: places, streets.")
        raise BadManifest([text.fault((), sentence)])
    faults: list[FileFault] = []
    found = NamesFile(
        _entries(SpokenName, raw.get("places"), ("places",) * sections, text, faults),
        _entries(SpokenStreet, raw.get("streets"), ("streets",), text, faults),
    )
    if faults:
        raise BadManifest(faults)
    return found


def _entries(
    kind: type[D],
    raw: Any,
    at: tuple[str, ...],
    text: YamlText,
    faults: list[FileFault],
) -> list[D]:
    if raw is not None and not isinstance(raw, Sequence):
        faults.append(text.fault(at, _("This must be a list.")))
        return []
    found: list[D] = []
    for position, one in enumerate(raw or ()):
        try:
            found.append(kind.model_validate(one))
        except ValidationError as error:
            faults += [
                text.fault((*at, position, *fault.path), fault.sentence)
                for fault in faults_of(error)
            ]
    return found
