"""The file that a kit writes: read strictly, since anybody could have written it."""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from django.utils.translation import gettext as _
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from citycall.core import numbers
from citycall.core.errors import DomainError
from citycall.places.models import LocationKind

FORMAT: Final = "citycall-continuity-1"
MOST_BYTES: Final = 5_000_000
MOST_INTAKES: Final = 5_000
_MOST_SHOWN: Final = 3


class BadFile(DomainError):
    """This is not a file that a kit wrote, or it was cut off or altered."""

    code = "bad_continuity_file"
    status = 422


def _number(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError(_("This must be text."))
    try:
        return numbers.read(value)
    except numbers.BadNumber as error:
        raise ValueError(error.message) from None


def _storable(text: Any) -> Any:
    # What a keyboard cannot make is left out, so that one stray key costs no report.
    return text.replace("\x00", "") if isinstance(text, str) else text


_Kept = BeforeValidator(_storable)
Line = Annotated[str, _Kept, StringConstraints(max_length=300)]
Words = Annotated[str, _Kept, StringConstraints(max_length=4_000)]
Key = Annotated[str, _Kept, StringConstraints(max_length=120)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ToldPlace(_Part):
    """Where it is: the words, and the point if the kit's gazetteer knew the place."""

    words: Line = ""
    kind: LocationKind | None = Field(default=None, strict=False)
    longitude: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    latitude: float | None = Field(default=None, ge=-85, le=85, allow_inf_nan=False)
    accuracy_m: float | None = Field(default=None, ge=0, le=100_000, allow_inf_nan=False)
    directions: Words = ""


class Told(_Part):
    """What a caller told, as it was typed. All of it may be personal."""

    service: Key = ""
    words: Words = ""
    place: ToldPlace = ToldPlace()
    answers: dict[Key, Words | Annotated[list[Line], Field(max_length=200)]] = Field(
        default_factory=dict, max_length=100
    )
    name: Line = ""
    email: Line = ""
    phone: Line = ""
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z-]{2,10}$")] = "en"
    stop_read: bool = False
    no_danger: Annotated[str, StringConstraints(pattern=r"^[a-z_]{0,20}$")] = ""


class TakenIntake(_Part):
    """One report as a kit took it, under the number that it gave."""

    number: Annotated[int, BeforeValidator(_number)]
    told_at: AwareDatetime = Field(strict=False)
    changed_at: AwareDatetime = Field(strict=False)
    void: bool = False
    told: Told

    @property
    def digest(self) -> str:
        """What recognises the same text again, without keeping it."""
        return digest_of(self.told, told_at=self.told_at, void=self.void)


def digest_of(told: Told, *, told_at: datetime, void: bool = False) -> str:
    """The digest of what was told at a time."""
    facts = [void, told_at.isoformat(), told.model_dump(mode="json")]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


class ExportFile(_Part):
    """Everything that one computer took with one kit."""

    format: Literal["citycall-continuity-1"]
    kit: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{4,20}$")]
    device: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{8,40}$")]
    exported_at: AwareDatetime = Field(strict=False)
    intakes: Annotated[list[TakenIntake], Field(max_length=MOST_INTAKES)]


def read(content: bytes) -> ExportFile:
    """The file's content; raises ``BadFile`` with what is wrong with it."""
    if len(content) > MOST_BYTES:
        raise BadFile(_("This file is too large to be an export of a kit."))
    try:
        file = ExportFile.model_validate(_parsed(content))
    except ValidationError as error:
        raise BadFile(_said(error)) from None
    given = [each.number for each in file.intakes]
    if len(set(given)) != len(given):
        raise BadFile(_("One number is in this file twice. Please export it again."))
    return file


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        sentence = _("This is not an export of a kit, or it was cut off. Please export it again.")
        raise BadFile(sentence) from None


def _said(error: ValidationError) -> str:
    places = [".".join(map(str, each["loc"])) for each in error.errors(include_url=False)]
    shown = ", ".join(dict.fromkeys(place for place in places[:_MOST_SHOWN] if place)) or "–"
    return _("This file is not as a kit writes it. Wrong in it: %(places)s.") % {"places": shown}
