"""Long lists, whole: page after page, and in ever shorter windows where a server cuts them off."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, Final, Generic, TypeVar
from urllib.parse import parse_qsl, urlsplit

from django.utils.translation import gettext as _

from citycall.exchange.open311 import dates
from citycall.exchange.open311.failures import TooMany
from citycall.exchange.open311.profiles import Paging, Profile
from citycall.exchange.open311.reading import Read
from citycall.exchange.open311.windows import MARGIN, ZONE_MARGIN, Window

T = TypeVar("T")
Pairs = list[tuple[str, str]]

# So many, and a server may well have cut its list off there: these are the limits in use.
_LIMITS: Final = frozenset({10, 20, 25, 30, 50, 75, 100, 150, 200, 250, 300, 400, 500, 1_000})


_NEXT: Final = re.compile(r'<(?P<address>[^<>]*)>[^,<]*;\s*rel="?next"?', re.IGNORECASE)
# What goes with every call by itself.
_OWN: Final = frozenset({"api_key", "jurisdiction_id"})
# A server may hide all that is on a page; so many pages of nothing, and it goes round in circles.
_MOST_EMPTY: Final = 1_000


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One answer: what could be read of it, and whether the server says that there is more."""

    read: Read[T]
    plain: Any
    headers: Mapping[str, str]

    def total(self) -> int | None:
        """How many there are in all, where the server says that there are more than these."""
        told = self.headers.get("total", "").strip()
        return int(told) if told.isdigit() and int(told) > self.read.count else None

    def following(self) -> Pairs | None:
        """What the server says to ask for next, none where it does not say.

        Only the parameters are taken: the address stays the one that was checked.
        """
        found = _NEXT.search(self.headers.get("link", ""))
        if found is None:
            return None
        told = parse_qsl(urlsplit(found["address"]).query)
        return [pair for pair in told if pair[0] not in _OWN] or None

    def more(self, asked: int) -> bool:
        """Whether there may be more than these, which are the first."""
        if not self.read.count:
            return self.following() is not None
        if self.total() or self.following() or self.read.count >= asked:
            return True
        return "total" not in self.headers and self.read.count in _LIMITS


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A list that a server keeps, asked for by time.

    ``ask`` gives the answer for some parameters; ``key`` tells one thing from another, ``moment``
    is the time that the server compares with the parameters ``bounds``. ``skip`` is told how many
    of a list could not be read.
    """

    profile: Profile
    ask: Callable[[Pairs], Part[T]]
    key: Callable[[T], str]
    moment: Callable[[T], datetime | None]
    bounds: tuple[str, str]
    skip: Callable[[int], None]

    def whole(self, pairs: Pairs) -> Iterator[T]:
        """Everything that is listed for these parameters, without a window. Raises ``TooMany``."""
        first = self._first(pairs)
        paged = False
        yield from self._told(first)
        if not first.more(self._asked()):
            return
        for part in self._rest(pairs, first):
            paged = True
            yield from self._told(part)
        if not paged and first.read.count >= self._asked():
            raise TooMany(_("The other system cuts its list off, and there is no page after it."))

    def within(self, window: Window, pairs: Pairs) -> Iterator[T]:
        """Everything of a window, and perhaps some from just beside it. Raises ``TooMany``."""
        zone = self.profile.zone
        asked = window.asked(ZONE_MARGIN if zone else MARGIN)
        bounds = [dates.written(bound, zone=zone) for bound in asked]
        bounded = [*pairs, *zip(self.bounds, bounds, strict=True)]
        first = self._first(bounded)
        if not first.more(self._asked()):
            yield from self._told(first)
            return
        paged = False
        for part in self._rest(bounded, first):
            if not paged:
                yield from self._told(first)
            paged = True
            yield from self._told(part)
        if not paged:
            yield from self._in_halves(window, asked, first, pairs)

    def _told(self, part: Part[T]) -> list[T]:
        self.skip(part.read.skipped)
        return part.read.items

    def _in_halves(
        self, window: Window, asked: Window, first: Part[T], pairs: Pairs
    ) -> Iterator[T]:
        halves = window.halves()
        if halves is None or self._unheeded(asked, first):
            if first.read.count >= self._asked():
                raise TooMany(
                    _(
                        "The other system lists no more than %(count)s at once, and between "
                        "%(since)s and %(until)s there are more. Perhaps another profile fits it."
                    )
                    % {
                        "count": first.read.count,
                        "since": window.since.isoformat(timespec="seconds"),
                        "until": window.until.isoformat(timespec="seconds"),
                    }
                )
            yield from self._told(first)
            return
        for half in halves:
            yield from self.within(half, pairs)

    def _unheeded(self, asked: Window, part: Part[T]) -> bool:
        """Whether the server gives what it likes, whatever the window that it is asked for."""
        moments = [moment for item in part.read.items if (moment := self.moment(item))]
        outside = sum(not asked.since <= moment <= asked.until for moment in moments)
        return outside * 2 > len(moments)

    def _asked(self) -> int:
        return self.profile.page_size

    def _first(self, pairs: Pairs) -> Part[T]:
        return self.ask([*pairs, *self._page(1, 0)])

    def _rest(self, pairs: Pairs, first: Part[T]) -> Iterator[Part[T]]:
        """The parts after the first, an empty one too; none where the server has no pages."""
        if first.following() is not None:
            yield from self._linked(pairs, first)
        elif self.profile.paging is not Paging.NONE:
            yield from self._numbered(pairs, first)

    def _linked(self, pairs: Pairs, first: Part[T]) -> Iterator[Part[T]]:
        """The parts that the server itself leads to, one from the other."""
        own = [pair for pair in pairs if pair[0] in _OWN]
        known, part, empty = {self.key(item) for item in first.read.items}, first, 0
        while (following := part.following()) is not None and empty < _MOST_EMPTY:
            part = self.ask([*own, *following])
            keys = {self.key(item) for item in part.read.items}
            if part.following() == following or (keys and keys <= known):
                yield part
                return
            yield part
            known |= keys
            empty = 0 if part.read.count else empty + 1

    def _numbered(self, pairs: Pairs, first: Part[T]) -> Iterator[Part[T]]:
        """The pages after the first, asked for by number; none where it keeps giving the first."""
        known = {self.key(item) for item in first.read.items}
        size = done = first.read.count
        total, last = first.total(), first
        for number in count(2):
            part = self.ask([*pairs, *self._page(number, done)])
            keys = {self.key(item) for item in part.read.items}
            if part.read.count and (part.plain == last.plain or (keys and keys <= known)):
                # A server without pages gives the first again, some with pages the last.
                return
            yield part
            known |= keys
            done += part.read.count
            over = part.read.count < size if total is None else done >= total
            if over or not part.read.count:
                return
            last = part

    def _page(self, number: int, done: int) -> Pairs:
        size = str(self.profile.page_size)
        if self.profile.paging is Paging.PAGE:
            return [("page", str(number)), ("page_size", size)]
        if self.profile.paging is Paging.OFFSET:
            return [("limit", size), ("offset", str(done))]
        return []
