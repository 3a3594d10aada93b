"""A report that is being told, kept in the session from page to page until it is sent."""

import hashlib
import json
import secrets
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from citycall.catalog import rules as catalog_rules
from citycall.catalog.queries import ServiceEntry, catalog
from citycall.catalog.specs import ContactRequirement, Stop
from citycall.core import phrases
from citycall.core.errors import DomainError, Faults
from citycall.emergencies.dangers import Caution
from citycall.pages import place_words
from citycall.places.candidates import Candidate
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.places.queries import areas, check_inside
from citycall.service_requests import checks
from citycall.service_requests.drafts import ContactDetails, Draft, Receipt
from citycall.service_requests.models import Channel
from citycall.service_requests.photos import Photo
from citycall.web import dangers

_TELLING: Final = "telling"
_SENT: Final = "sent_reports"
_MOST_SENT: Final = 20
MOST_PHOTOS: Final = 5
_CONTACT: Final = ("name", "email", "phone")


@dataclass(kw_only=True)
class Telling:
    """Everything said so far, as it was typed; nothing here has been believed yet.

    ``found`` is the place that was chosen for the words ``place``; ``decided`` are the words for
    which the choice was made. ``pointed`` is what lies where the pin is. ``joins`` is the public
    id of the known problem that this report will be added to; ``asked_at`` is the mark of the
    service and place for which known problems were shown. ``day`` is the ISO date that was chosen
    for an appointment. ``stop_read`` is the mark of the stop that was read, ``stopped_at`` the
    step whose answer called for it. ``no_danger`` are the dangers that the words seemed to speak
    of, and of which the person said that there is none. ``taken_at`` is where a photo was taken,
    until it was said whether that is the place. ``done`` are the names of the steps that were
    passed. Without ``service`` it is not yet known what the report is about.
    """

    key: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    service: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    stop_read: str = ""
    stopped_at: str = ""
    no_danger: list[str] = field(default_factory=list)
    taken_at: list[float] | None = None
    place: str = ""
    directions: str = ""
    latitude: str = ""
    longitude: str = ""
    accuracy: str = ""
    kind: str = ""
    found: dict[str, Any] | None = None
    decided: str | None = None
    pointed: dict[str, str] | None = None
    words: str = ""
    wanted: str = ""
    photos: list[dict[str, Any]] = field(default_factory=list)
    joins: str = ""
    asked_at: str = ""
    day: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    done: list[str] = field(default_factory=list)

    @property
    def kept_photos(self) -> list[Photo]:
        """The photos uploaded so far, stored already."""
        return [Photo(**photo) for photo in self.photos]

    @property
    def pin(self) -> place_words.Typed:
        """Longitude, latitude and accuracy as the page sent them; empty where there is none."""
        return self.longitude, self.latitude, self.accuracy

    @property
    def date(self) -> date | None:
        """The chosen date of an appointment; none where none was chosen, or what was is no date."""
        return as_date(self.day)

    @property
    def chosen(self) -> dict[str, Any] | None:
        """The place that was chosen for the words as they are now."""
        return self.found if self.decided == self.place else None

    def take_place(self, place: Candidate) -> None:
        """Mean this place by the words; what they said besides becomes directions."""
        self.found, self.decided = place_words.as_found(place), self.place
        if place.directions and place.directions not in self.directions:
            self.directions = f"{place.directions}\n{self.directions}".strip()

    def entry(self) -> ServiceEntry:
        """The chosen service; raises ``UnknownService``."""
        return catalog().service(self.service)

    def own_answers(self) -> dict[str, Any]:
        """The answers to questions of the chosen service; those of another one are left out."""
        spec = self.entry().spec
        return {code: given for code, given in self.answers.items() if spec.question(code)}

    @property
    def accepted(self) -> tuple[LocationKind, ...]:
        """The kinds of places that the service takes; empty where it takes all, or is not known."""
        return tuple(map(LocationKind, self.entry().spec.location_kinds)) if self.service else ()

    @property
    def texts(self) -> list[str]:
        """Everything that the person wrote of the problem and its place."""
        written = [given for given in self.answers.values() if isinstance(given, str)]
        return [self.words, self.wanted, self.place, self.directions, *written]

    def danger(self) -> Caution | None:
        """What the words call for before anything else, where they seem to speak of danger."""
        return dangers.unread(self.texts, self.no_danger)

    @property
    def halted(self) -> bool:
        """Whether something has to be read before this report goes on."""
        return self.danger() is not None or self.stop() is not None

    def stop(self) -> Stop | None:
        """The advice or warning that the answers call for and that was not read yet."""
        if not self.service:
            return None
        stop = catalog_rules.stop_for(self.entry().spec, self.own_answers())
        return stop if stop is not None and mark(stop) != self.stop_read else None

    def location(self) -> Location | None:
        """Where it is, as far as told; raises ``Faults`` for what cannot be a place."""
        if self.service and self.entry().spec.location == "none":
            return None
        return place_words.location_of(
            place=self.place,
            directions=self.directions,
            point=self.pin,
            found=self.chosen,
            kind=self.kind,
            accepted=self.accepted,
            pointed=self.pointed,
        )

    def draft(self) -> Draft:
        """The whole as it is handed in; raises ``Faults`` where the place cannot be one.

        The key covers the content: the same report sent twice is one, a changed one is another.
        """
        return Draft(
            service=self.service,
            channel=Channel.WEB,
            location=self.location(),
            words=self.words.strip(),
            wanted=self.wanted.strip(),
            answers=self.own_answers(),
            contact=self._contact(),
            language=phrases.spoken(),
            idempotency_key=self.idempotency_key,
            stop_read=bool(self.stop_read) and self.stop() is None,
            no_danger=dangers.still_heard(self.texts, self.no_danger),
        )

    def _contact(self) -> ContactDetails:
        """How to reach the person; nothing where the service does not ask who reports."""
        if self.entry().spec.contact == ContactRequirement.NOT_ASKED:
            return ContactDetails()
        return ContactDetails(
            name=self.name.strip(), email=self.email.strip(), phone=self.phone.strip()
        )

    @property
    def idempotency_key(self) -> str:
        """What marks this report, as it is now, as one and the same however often it is sent."""
        return self.joining_key if self.joins else f"{self.key}.{self.fingerprint()}"

    @property
    def joining_key(self) -> str:
        """What marks it where it is added to a known problem: once, whatever else it says by then.

        The page that offers this cannot know which problem will be chosen, and a connection that
        goes just then must not make two of one.
        """
        return f"{self.key}.joins"

    def so_far(self, *, key: str) -> dict[str, Any]:
        """What was told, for the page that goes on without a connection: pairs of name and value.

        ``key`` is what it is sent with where it may be sent from the page that shows this, so that
        a report whose answer was lost is not made a second time; empty elsewhere.
        """
        names = ("service", "place", "directions", "latitude", "longitude", "accuracy")
        told = {name: getattr(self, name) for name in (*names, "words", "wanted", *_CONTACT)}
        answers = {f"answers.{code}": given for code, given in self.answers.items()}
        pairs = [
            [name, value]
            for name, given in {
                **told,
                **answers,
                "stop_read": self.stop_read,
                dangers.FIELD: self.no_danger,
            }.items()
            for value in (given if isinstance(given, list) else [given])
            if value
        ]
        return {"fields": pairs, "photos": len(self.photos), "key": key}

    def fingerprint(self) -> str:
        """A short digest of all that would be sent."""
        said = {n: value for n, value in asdict(self).items() if n not in {"done", "taken_at"}}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]

    def faults(self, *names: str, answers: Collection[str] = ()) -> dict[str, str]:
        """What is wrong with these fields and the answers of these codes: sentences by field."""
        wanted = {*names, *(f"answers.{code}" for code in answers)}
        if not self.service:
            return {name: said for name, said in self._place_faults().items() if name in wanted}
        try:
            checks.check(self.draft(), catalog=catalog(), areas=areas())
        except Faults as error:
            return {name: said for name, said in error.faults.items() if name in wanted}
        except checks.Stopped:
            return {}
        return {}

    def _place_faults(self) -> dict[str, str]:
        """What is wrong with the place, while it is not known yet what is there."""
        try:
            location = self.location()
            if location is None:
                return {"location": _("Please say where this is.")}
            check_inside(location)
        except Faults as error:
            return dict(error.faults)
        except DomainError as error:
            return {"location": error.message}
        return {}


def as_date(text: str) -> date | None:
    """The date that a form sent in ISO form; none where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def mark(stop: Stop) -> str:
    """What says which stop was read: another text has to be read anew."""
    return hashlib.sha256(f"{stop.kind}:{stop.text}".encode()).hexdigest()[:32]


def load(request: HttpRequest) -> Telling | None:
    """The report being told in this session, if there is one."""
    kept = request.session.get(_TELLING)
    if not isinstance(kept, dict):
        return None
    known = {f.name for f in fields(Telling)}
    return Telling(**{name: value for name, value in kept.items() if name in known})


def save(request: HttpRequest, told: Telling) -> None:
    """Keep the report for the next page. The first time, the session gets a new key."""
    if _TELLING not in request.session:
        # What is proven at the end of this telling must not open for whoever planted the session.
        request.session.cycle_key()
    request.session[_TELLING] = asdict(told)


def discard(request: HttpRequest) -> None:
    """Forget the report being told."""
    request.session.pop(_TELLING, None)


def sent(request: HttpRequest, told: Telling, receipt: Receipt) -> None:
    """Forget the report, which is durable now, but not that it was sent."""
    kept = request.session.get(_SENT, {})
    kept[told.key] = receipt.number
    request.session[_SENT] = dict(list(kept.items())[-_MOST_SENT:])
    discard(request)


def sent_before(request: HttpRequest, key: str) -> int | None:
    """The number that the report of this key got when it was sent in this session before."""
    number = request.session.get(_SENT, {}).get(key)
    return None if number is None else int(number)
