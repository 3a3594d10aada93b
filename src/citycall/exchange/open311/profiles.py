"""The dialects of Open311: what each kind of server does otherwise than the standard says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from citycall.core.errors import DomainError

# The standard's own limits: so many requests in one answer, and so many days in one question.
MOST_LISTED: Final = 1_000
MOST_DAYS: Final = 90


class UnknownProfile(DomainError):
    """There is no dialect of this name."""

    code = "unknown_profile"


class Format(StrEnum):
    """In which form a server answers; also the end of the address."""

    JSON = "json"
    XML = "xml"


class Paging(StrEnum):
    """How a long list is asked for in parts."""

    NONE = "none"
    PAGE = "page"
    OFFSET = "offset"


class Updates(StrEnum):
    """How news of requests is had: from a feed of updates, or from the requests themselves,
    listed by their last change or asked for by their ids.
    """

    FEED = "feed"
    CHANGED = "changed"
    BY_ID = "by_id"


class Several(StrEnum):
    """How an attribute with several values is posted: ``attribute[X][]=`` or ``attribute[X]=``."""

    BRACKETED = "bracketed"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One dialect.

    ``page_size`` is how many requests to ask for, and without paging how many come at most.
    ``key_always``: the API key goes with every call, not with POST alone. ``zone`` is the time
    zone of dates without an offset. ``wrapped``: lists in JSON come under their name.
    ``place_together``: POST wants coordinates and address both. ``tokens``: POST answers a token
    to ask again with. ``ignores_status``: lists cannot be narrowed by status; ``asks_status``:
    they have only open requests unless both statuses are asked for. ``per_minute`` is how many
    calls the server takes. ``once`` is the parameter by which the server knows a POST again, so
    that it never makes two requests. ``key_status`` is how a wrong or missing key is answered.
    ``by_change``: lists can be asked for by ``updated_after`` and ``updated_before``.
    ``one_medium``: only one ``media_url`` is read; ``extensions``: ``extensions=true`` is
    understood.
    """

    name: str
    format: Format = Format.JSON
    paging: Paging = Paging.NONE
    page_size: int = MOST_LISTED
    key_always: bool = False
    jurisdiction_needed: bool = False
    zone: ZoneInfo | None = None
    wrapped: bool = False
    several: Several = Several.BRACKETED
    place_together: bool = False
    tokens: bool = False
    ignores_status: bool = False
    asks_status: bool = False
    per_minute: int | None = None
    updates: Updates = Updates.BY_ID
    by_change: bool = False
    once: str = ""
    key_status: int = 403
    one_medium: bool = True
    extensions: bool = False


_STANDARD = Profile(name="standard")
_SAN_FRANCISCO = Profile(
    name="san_francisco",
    paging=Paging.PAGE,
    page_size=50,
    key_always=True,
    zone=ZoneInfo("America/Los_Angeles"),
    per_minute=10,
    extensions=True,
)

PROFILES: Final[Mapping[str, Profile]] = {
    profile.name: profile
    for profile in (
        _STANDARD,
        Profile(
            name="citycall",
            paging=Paging.PAGE,
            page_size=500,
            updates=Updates.FEED,
            by_change=True,
            once="client_request_id",
            one_medium=False,
            extensions=True,
        ),
        Profile(
            name="chicago",
            paging=Paging.PAGE,
            page_size=200,
            zone=ZoneInfo("America/Chicago"),
            place_together=True,
            tokens=True,
            updates=Updates.CHANGED,
            by_change=True,
            extensions=True,
        ),
        _SAN_FRANCISCO,
        replace(_SAN_FRANCISCO, name="boston", zone=ZoneInfo("America/New_York")),
        replace(_SAN_FRANCISCO, name="austin", zone=ZoneInfo("America/Chicago")),
        Profile(
            name="bloomington",
            paging=Paging.PAGE,
            zone=ZoneInfo("America/Indiana/Indianapolis"),
            ignores_status=True,
            updates=Updates.CHANGED,
            by_change=True,
            key_status=400,
        ),
        Profile(
            name="fixmystreet",
            wrapped=True,
            jurisdiction_needed=True,
            several=Several.REPEATED,
            updates=Updates.FEED,
            zone=ZoneInfo("Europe/London"),
            one_medium=False,
        ),
        Profile(
            name="mark_a_spot",
            paging=Paging.OFFSET,
            page_size=100,
            zone=ZoneInfo("Europe/Berlin"),
            extensions=True,
        ),
        Profile(
            name="klarschiff",
            format=Format.XML,
            asks_status=True,
            zone=ZoneInfo("Europe/Berlin"),
            extensions=True,
        ),
        Profile(
            name="seeclickfix",
            paging=Paging.PAGE,
            page_size=100,
            zone=ZoneInfo("America/New_York"),
        ),
    )
}


def profile(name: str) -> Profile:
    """The dialect of this name; raises ``UnknownProfile`` with the known ones."""
    try:
        return PROFILES[name]
    except KeyError:
        sentence = _("There is no profile “%(name)s”. Known are: %(known)s.")
        raise UnknownProfile(sentence % {"name": name, "known": ", ".join(PROFILES)}) from None
