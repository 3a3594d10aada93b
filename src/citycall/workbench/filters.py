"""What a list of requests is asked for: read from its address, and written into one again.

A view of the list is its address, so that it can be kept, sent and asked for again. What cannot
be read is a fault beside its field; the rest of the question stands.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from citycall.agencies.queries import UnknownAgency, UnknownTeam
from citycall.catalog.queries import catalog
from citycall.catalog.snapshot import UnknownService
from citycall.core.errors import Faults
from citycall.places import queries as places
from citycall.places.candidates import Verdict
from citycall.service_requests.models import Status
from citycall.service_requests.tags import BadTag, standard
from citycall.workbench.orders import ORDERS
from citycall.workbench.piles import PILES

Point = tuple[float, float]

EVERYTHING: Final = "all"
SHOWS: Final = frozenset({*PILES, *Status.values, EVERYTHING})
DUES: Final = ("late", "today", "soon", "later", "none")
PRIORITIES: Final = (1, 2, 3, 4, 5)
WITHIN_M: Final = (250, 500, 1_000, 2_000, 5_000)
USUAL_WITHIN_M: Final = 1_000
LONGEST_WORDS: Final = 200
# So many values of one filter can be asked for at once.
MOST_VALUES: Final = 100
_MOST_DAYS: Final = 36_500
_MOST_REPORTS: Final = 1_000_000
ME, NOBODY = "me", "none"


class BadFilters(Faults):
    """Some filters cannot be read; what they would have left out is not known."""

    code = "bad_filters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which requests, in which order; what is empty or none leaves nothing out.

    ``show`` is a pile, a state or ``all``. ``area`` is ``layer:code``; ``assignee`` a person's id,
    ``me`` or ``none``; ages are whole days; ``point`` is (longitude, latitude), and ``place`` the
    words that it was found by. ``sort`` is an order's code, with ``-`` before it for its reverse.
    ``faults`` are sentences by field, ``unread`` what was typed there.
    """

    show: str = "open"
    team: str = ""
    agency: str = ""
    services: tuple[str, ...] = ()
    area: str = ""
    states: tuple[str, ...] = ()
    priorities: tuple[int, ...] = ()
    assignee: str = ""
    due: str = ""
    min_days: int | None = None
    max_days: int | None = None
    reports: int | None = None
    tags: tuple[str, ...] = ()
    words: str = ""
    place: str = ""
    point: Point | None = None
    within_m: int = USUAL_WITHIN_M
    sort: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    unread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, query: QueryDict) -> "Asked":
        """What an address asks for; never raises: what cannot be read is in ``faults``."""
        reader = _Reader(query)
        show = reader.one("show", _show) or "open"
        place = reader.one("place", _words) or ""
        point = reader.place(place)
        asked = cls(
            show=show,
            team=reader.one("team", _team) or "",
            agency=reader.one("agency", _agency) or "",
            services=reader.several("service", _service),
            area=reader.one("area", _area) or "",
            states=reader.several("state", _state),
            priorities=reader.several("priority", _priority),
            assignee=reader.one("assignee", _assignee) or "",
            due=reader.one("due", _due) or "",
            min_days=reader.one("min_days", _days),
            max_days=reader.one("max_days", _days),
            reports=reader.one("reports", _reports),
            tags=reader.several("tag", _tag, between=","),
            words=reader.one("words", _words) or "",
            place=place,
            point=point,
            within_m=reader.one("within", _within) or USUAL_WITHIN_M,
            sort=reader.one("sort", _sort) or "",
        )
        return replace(asked._checked(reader), unread=reader.unread)

    def _checked(self, reader: "_Reader") -> "Asked":
        """The same, with what only shows when the filters are seen together."""
        if None not in (self.min_days, self.max_days) and self.min_days > self.max_days:  # type: ignore[operator]
            reader.refuse("max_days", _("This is less than the least age. Change one of the two."))
        return replace(self, faults=reader.faults)

    @property
    def order(self) -> str:
        """The order that is meant: what was asked for, or what fits best what is shown."""
        if self.sort and (self.point is not None or self.sort.lstrip("-") != "distance"):
            return self.sort
        if self.show == "near" and self.point is not None:
            return "distance"
        return "due" if self.show in PILES else "-age"

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out besides what ``show`` leaves out."""
        return self.without("sort") != Asked(show=self.show, faults=self.faults, unread=self.unread)

    def without(self, *names: str) -> "Asked":
        """The same question with these filters empty, named as in the address."""
        asked = self
        for name in names:
            empty = {key: getattr(_EMPTY, key) for key in _FIELDS[name]}
            asked = replace(
                asked,
                **empty,
                faults={key: text for key, text in asked.faults.items() if key != name},
                unread={key: typed for key, typed in asked.unread.items() if key != name},
            )
        return asked

    def check(self) -> None:
        """Raise ``BadFilters`` where a filter could not be read.

        To be asked before anything is done to all that match: a filter that is left out would
        mean more requests than somebody saw.
        """
        if self.faults:
            raise BadFilters(self.faults)

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values as they stand in the address, in one order, without what is usual."""
        return [
            (name, text)
            for name, values in self._values().items()
            for text in (*values, *self.unread.get(name, ()))
        ]

    def _values(self) -> Mapping[str, tuple[str, ...]]:
        longitude, latitude = self.point or (None, None)
        return {
            "show": _told(self.show if self.show != "open" else ""),
            "agency": _told(self.agency),
            "team": _told(self.team),
            "assignee": _told(self.assignee),
            "service": self.services,
            "area": _told(self.area),
            "state": self.states,
            "priority": tuple(map(str, self.priorities)),
            "due": _told(self.due),
            "min_days": _told(self.min_days),
            "max_days": _told(self.max_days),
            "reports": _told(self.reports),
            "tag": self.tags,
            "words": _told(self.words),
            "place": _told(self.place if "place" not in self.faults else ""),
            "lon": _told(longitude),
            "lat": _told(latitude),
            "of": _told(self.place if self.point else ""),
            "within": _told(self.within_m if self.within_m != USUAL_WITHIN_M else None),
            "sort": _told(self.sort),
        }

    def query_string(self) -> str:
        """The address's part after the question mark; ``read`` makes the same of it again."""
        return urlencode(self.pairs())


# Which fields of ``Asked`` a name in the address fills.
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    **{name: (name,) for name in ("show", "team", "agency", "area", "assignee", "due")},
    **{name: (name,) for name in ("min_days", "max_days", "reports", "words", "sort")},
    "service": ("services",),
    "state": ("states",),
    "priority": ("priorities",),
    "tag": ("tags",),
    "within": ("within_m",),
    "place": ("place", "point", "within_m"),
    "lon": ("point",),
    "lat": ("point",),
}
_EMPTY: Final = Asked()


def _told(value: Any) -> tuple[str, ...]:
    return () if value is None or value == "" else (str(value),)


class _Reader:
    """Reads one name after the other and keeps what cannot be read."""

    def __init__(self, query: QueryDict) -> None:
        self.query = query
        self.faults: dict[str, str] = {}
        self.unread: dict[str, tuple[str, ...]] = {}

    def one(self, name: str, read: Callable[[str], Any]) -> Any:
        """The last value of this name, or none where there is none or it cannot be read."""
        text = self.query.get(name, "").strip()
        return self._read(name, text, read) if text else None

    def several(
        self, name: str, read: Callable[[str], Any], *, between: str = ""
    ) -> tuple[Any, ...]:
        """All values of this name that can be read, each once, in order.

        One text may hold several with a mark ``between`` them.
        """
        given = self.query.getlist(name)
        parts = [part for text in given for part in (text.split(between) if between else [text])]
        texts = [text.strip() for text in parts]
        told = [text for text in dict.fromkeys(texts) if text]
        if len(told) > MOST_VALUES:
            self.refuse(name, _("Please choose at most %(n)d of these.") % {"n": MOST_VALUES}, told)
            return ()
        found = [self._read(name, text, read) for text in told]
        return tuple(sorted({value for value in found if value is not None}))

    def place(self, words: str) -> Point | None:
        """The point that is given, if it is that of these words; else the one they lead to."""
        point = self.point() if self.query.get("of", "").strip() == words else None
        return point or (self._read("place", words, _point_of) if words else None)

    def point(self) -> Point | None:
        """The point in ``lon`` and ``lat``."""
        told = [self.query.get(name, "").strip() for name in ("lon", "lat")]
        if not any(told):
            return None
        try:
            longitude, latitude = (round(float(text), 6) for text in told)
        except (ValueError, OverflowError):
            longitude = latitude = float("nan")
        if -180 <= longitude <= 180 and -85 <= latitude <= 85:
            return longitude, latitude
        for name, text in zip(("lon", "lat"), told, strict=True):
            self.unread[name] = (text,) if text else ()
        self.faults["place"] = _("This is no point on the map. Please name the place instead.")
        return None

    def refuse(self, name: str, sentence: str, texts: Iterable[str] = ()) -> None:
        """Keep a fault and what was typed."""
        self.faults[name] = sentence
        self.unread[name] = (*self.unread.get(name, ()), *texts)

    def _read(self, name: str, text: str, read: Callable[[str], Any]) -> Any:
        try:
            if "\x00" in text:
                raise _Unreadable(_("This has characters that cannot be read."))
            return read(text)
        except _Unreadable as fault:
            self.refuse(name, fault.sentence, [text.replace("\x00", "")[:LONGEST_WORDS]])
            return None


class _Unreadable(ValueError):
    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def _choice(text: str, allowed: Iterable[str], sentence: str) -> str:
    if text not in allowed:
        raise _Unreadable(sentence)
    return text


def _number(text: str, *, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) <= most):
        raise _Unreadable(
            _("Please give a whole number from %(least)d to %(most)d.")
            % {"least": least, "most": most}
        )
    return int(text)


def _show(text: str) -> str:
    return _choice(text, SHOWS, _("There is no such list. All open work is shown."))


def _team(text: str) -> str:
    try:
        return catalog().team_by_code(text).code
    except UnknownTeam:
        raise _Unreadable(_("There is no such team. Please choose another.")) from None


def _agency(text: str) -> str:
    try:
        return catalog().agency_by_code(text).code
    except UnknownAgency:
        raise _Unreadable(_("There is no such agency. Please choose another.")) from None


def _service(text: str) -> str:
    try:
        return catalog().service(text).code
    except UnknownService:
        raise _Unreadable(_("There is no such service. Please choose another.")) from None


def _area(text: str) -> str:
    layer, _colon, code = text.partition(":")
    if places.areas().find(layer, code) is None:
        raise _Unreadable(_("There is no such area. Please choose another."))
    return text


def _state(text: str) -> str:
    return _choice(text, Status.values, _("There is no such state. Please choose another."))


def _priority(text: str) -> int:
    return _number(text, least=PRIORITIES[0], most=PRIORITIES[-1])


def _assignee(text: str) -> str:
    if text in {ME, NOBODY}:
        return text
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise _Unreadable(_("There is no such person. Please choose another."))
    return str(int(text))


def _due(text: str) -> str:
    return _choice(text, DUES, _("Please choose one of the times from the list."))


def _days(text: str) -> int:
    return _number(text, least=0, most=_MOST_DAYS)


def _reports(text: str) -> int:
    return _number(text, least=1, most=_MOST_REPORTS)


def _tag(text: str) -> str:
    try:
        return standard(text)
    except BadTag as error:
        raise _Unreadable(error.message) from None


def _words(text: str) -> str:
    if len(text) > LONGEST_WORDS:
        raise _Unreadable(_("Please use at most %(limit)d characters.") % {"limit": LONGEST_WORDS})
    return text


def _within(text: str) -> int:
    known = {str(metres) for metres in WITHIN_M}
    return int(_choice(text, known, _("Please choose one of the distances.")))


def _sort(text: str) -> str:
    known = {sign + code for code in ORDERS for sign in ("", "-")}
    return _choice(text, known, _("The list cannot be sorted like this. Choose another order."))


def _point_of(text: str) -> Point:
    """The point of a place that is named; the best known one that the words may mean."""
    answer = places.search(text, limit=1)
    if answer.verdict is Verdict.NOTHING or not answer.candidates:
        raise _Unreadable(
            _("We found no place with this name. Name an address, a corner or a park nearby.")
        )
    found = answer.candidates[0]
    return round(found.longitude, 6), round(found.latitude, 6)
