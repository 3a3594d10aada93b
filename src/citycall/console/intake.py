"""What a call-taker has typed of a caller's matter: kept on the call's pad, then handed in."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

from django.conf import settings
from django.utils import translation

from citycall.calls.models import Call, Medium
from citycall.catalog.queries import ServiceEntry, catalog
from citycall.catalog.specs import ContactRequirement
from citycall.core.errors import NotFound
from citycall.emergencies.dangers import Danger
from citycall.emergencies.rules import heard
from citycall.pages import place_words
from citycall.places.candidates import Answer, Candidate
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.drafts import ContactDetails, Draft
from citycall.service_requests.models import Channel

LONGEST: Final = 20_000
_MOST_ANSWERS: Final = 200
_CHANNELS: Final[Mapping[str, Channel]] = {
    Medium.PHONE: Channel.PHONE,
    Medium.CHAT: Channel.CHAT,
    Medium.VISIT: Channel.VISIT,
    Medium.LETTER: Channel.MAIL,
}


@dataclass(kw_only=True)
class Intake:
    """The fields of the console as they stand.

    ``code`` is the place that was chosen among those that ``place`` may mean. ``joins`` is the
    id of the known problem that this is about. ``no_danger`` are the dangers of which the caller
    said that there is none. ``saved`` are the numbers that were made of this pad already.
    """

    words: str = ""
    service: str = ""
    place: str = ""
    code: str = ""
    directions: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    wanted: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    language: str = ""
    joins: str = ""
    stop_read: bool = False
    no_danger: list[str] = field(default_factory=list)
    notes: str = ""
    saved: list[int] = field(default_factory=list)

    @classmethod
    def read(cls, content: object) -> Self:
        """What a pad or a browser holds; whatever has another shape than it should is left out."""
        told = content if isinstance(content, Mapping) else {}
        made = cls()
        for name, usual in asdict(made).items():
            given = told.get(name)
            if isinstance(given, type(usual)) and not isinstance(usual, list | dict):
                setattr(made, name, given[:LONGEST] if isinstance(given, str) else given)
        made.answers = _answers(told.get("answers"))
        made.no_danger = [d.value for d in Danger if d.value in _list(told.get("no_danger"))]
        made.saved = [n for n in _list(told.get("saved")) if isinstance(n, int)]
        return made

    def as_content(self) -> dict[str, Any]:
        """The same for the pad."""
        return asdict(self)

    @property
    def entry(self) -> ServiceEntry | None:
        """The chosen service; none where none was, or where it is no longer there."""
        try:
            return catalog().service(self.service) if self.service else None
        except NotFound:
            return None

    @property
    def texts(self) -> list[str]:
        """Everything that the caller said of the problem."""
        written = [given for given in self.answers.values() if isinstance(given, str)]
        return [self.words, self.wanted, self.place, self.directions, *written]

    def own_answers(self) -> dict[str, Any]:
        """The answers to the chosen service's questions."""
        entry = self.entry
        if entry is None:
            return {}
        return {code: given for code, given in self.answers.items() if entry.spec.question(code)}

    def candidates(self) -> Answer:
        """The places that the place's words may mean."""
        return place_words.search(self.place, pin=("", "", ""))

    def chosen(self, answer: Answer | None = None) -> Candidate | None:
        """The place that is meant: the one that was picked, or the one that is clear by itself."""
        found = self.candidates() if answer is None else answer
        return place_words.chosen(found, code=self.code, pin=("", "", ""))

    def location(self, place: Candidate | None) -> Location | None:
        """Where it is; raises ``Faults`` for what cannot be a place."""
        entry = self.entry
        kinds = entry.spec.location_kinds if entry is not None else ()
        said = "\n".join(
            part for part in (place.directions if place else "", self.directions) if part.strip()
        )
        return place_words.location_of(
            place=self.place,
            directions=said,
            point=("", "", ""),
            found=place_words.as_found(place) if place is not None else None,
            kind="",
            accepted=tuple(map(LocationKind, kinds)),
        )

    def draft(self, call: Call, place: Candidate | None) -> Draft:
        """The whole as it is handed in.

        The key is the call's and the number of what was made of it before: the same pad sent
        twice is one report, and a caller's second matter another one. Raises ``Faults``.
        """
        asked = self.entry is not None and self.entry.spec.contact != ContactRequirement.NOT_ASKED
        person = ContactDetails(
            name=self.name.strip(), email=self.email.strip(), phone=self.phone.strip()
        )
        judged = [each.value for each in heard(*self.texts) if each.value in self.no_danger]
        return Draft(
            service=self.service,
            channel=_CHANNELS[call.medium],
            location=self.location(place) if self._has_place else None,
            words=self.words.strip(),
            wanted=self.wanted.strip(),
            answers=self.own_answers(),
            contact=person if asked else ContactDetails(),
            language=self.language or settings.LANGUAGE_CODE,
            idempotency_key=f"call-{call.pk}-{len(self.saved)}-{self._fingerprint()}",
            stop_read=self.stop_read,
            no_danger=judged[0] if judged else "",
        )

    @property
    def _has_place(self) -> bool:
        return self.entry is not None and self.entry.spec.location != "none"

    def _fingerprint(self) -> str:
        said = {k: v for k, v in asdict(self).items() if k not in {"notes", "saved"}}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def speaking(language: str) -> Any:
    """The time in which texts come in a caller's language; in the call-taker's where it is none."""
    known = {code for code, _name in settings.LANGUAGES}
    return translation.override(language if language in known else translation.get_language())


def _list(given: object) -> list[Any]:
    return given if isinstance(given, list) else []


def _answers(given: object) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        return {}
    kept: dict[str, Any] = {}
    for code, answer in list(given.items())[:_MOST_ANSWERS]:
        if isinstance(answer, str):
            kept[str(code)[:80]] = answer[:LONGEST]
        elif isinstance(answer, list):
            kept[str(code)[:80]] = [str(each)[:300] for each in answer[:_MOST_ANSWERS]]
    return kept
