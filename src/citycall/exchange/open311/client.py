"""Another body's Open311 server, asked and told in its dialect."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from citycall.core import clock, reaching
from citycall.exchange.open311 import posting, reading
from citycall.exchange.open311.asking import Answer, Reach, ask, tell
from citycall.exchange.open311.endpoint import Endpoint
from citycall.exchange.open311.failures import Limited, Rejected, TooMany, Unavailable
from citycall.exchange.open311.listing import Listing, Pairs, Part
from citycall.exchange.open311.parsing import NotUnderstood
from citycall.exchange.open311.patience import Patience
from citycall.exchange.open311.profiles import MOST_LISTED, Paging, Profile, Updates
from citycall.exchange.open311.reading import Read
from citycall.exchange.open311.told import (
    Created,
    NewRequest,
    RemoteDefinition,
    RemoteRequest,
    RemoteService,
    RemoteUpdate,
)
from citycall.exchange.open311.windows import LONGEST, windows

__all__ = ["Client", "Limited", "Rejected", "TooMany", "Unavailable", "as_update"]

T = TypeVar("T")
R = TypeVar("R")

_NOT_FOUND: Final = 404
_MOST_IDS: Final = 50
# A whole address may have a thousand characters; this much of it may be one list.
_LONGEST_LIST: Final = 400
_UPDATES: Final = "servicerequestupdates"


class Client:
    """Speaks with one server. Every call raises ``Rejected``, ``Limited`` or ``Unavailable``.

    ``patience`` is for what is asked; what is told is never told again by itself. ``skipped``
    counts what was listed without an id, and so could not be handed on.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        reach: Reach = reaching.reach,
        patience: Patience | None = None,
    ) -> None:
        self.skipped = 0
        self._endpoint = endpoint
        self._reach = reach
        self._patience = patience or Patience()

    @property
    def profile(self) -> Profile:
        """The server's dialect."""
        return self._endpoint.profile

    def services(self) -> list[RemoteService]:
        """The services that the server takes requests for."""
        return self._counted(self._asked(("services",), (), reading.services)).items

    def definition(self, code: str) -> RemoteDefinition:
        """The questions of one service; ``Rejected`` with 404 where there is no such service."""
        return self._asked(
            ("services", code),
            self._extensions(),
            lambda plain: reading.definition(plain, code=code),
        )

    def create(self, new: NewRequest) -> Created:
        """Make a request; what it got. With ``Unavailable.sent`` it may have been made."""
        headers = {"Idempotency-Key": new.client_request_id} if self.profile.once else {}
        form = posting.request_form(new, self.profile)
        answer = tell(self._endpoint, self._reach, ("requests",), form, headers)
        created = reading.created(answer.plain)
        if created is None:
            raise Unavailable("an answer without an id")
        return created

    def token(self, token: str) -> str | None:
        """The id of the request that a token was given for, none while there is none yet."""
        try:
            created = self._asked(("tokens", token), (), reading.created)
        except Rejected as error:
            if error.http_status == _NOT_FOUND:
                return None
            raise
        return (created.service_request_id or None) if created else None

    def request(self, identity: str) -> RemoteRequest | None:
        """One request by its id, none where the server has none such."""
        try:
            read = self._counted(
                self._asked(("requests", identity), self._extensions(), self._read_requests)
            )
        except Rejected as error:
            if error.http_status == _NOT_FOUND:
                return None
            raise
        # Some write an id otherwise than they were asked, with zeros before it.
        alone = read.items[0] if len(read.items) == 1 else None
        return next((one for one in read.items if one.id == identity), alone)

    def requests(
        self,
        *,
        ids: Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        codes: Collection[str] | None = None,
        updated_since: datetime | None = None,
    ) -> Iterator[RemoteRequest]:
        """Requests, each once: by ids, or all that were requested from ``since`` to ``until``.

        With ``updated_since``: those changed since then (and before ``until``). Without any time,
        what the server lists by itself. ``codes`` are those of services. Also raises ``TooMany``
        where the server cuts off a list that cannot be asked for in smaller parts.
        """
        if ids is not None:
            yield from self._by_ids(ids)
            return
        start = since if updated_since is None else updated_since
        seen: set[str] = set()
        for found in self._listed(*self._asked_for(since, until, updated_since), codes):
            moment = found.requested_at if updated_since is None else found.updated_at
            early = moment and start and moment < start
            late = moment and until and moment >= until
            if found.id in seen or early or late or (codes and found.service_code not in codes):
                continue
            seen.add(found.id)
            yield found

    def updates(
        self, since: datetime, until: datetime, *, ids: Sequence[str] = ()
    ) -> list[RemoteUpdate]:
        """News from ``since`` to ``until``, each once, and perhaps some from just beside it.

        Where the server has no feed of updates (``profile.updates``), they are made of the
        requests that changed, or of those with the given ``ids``.
        """
        if self.profile.updates is Updates.BY_ID:
            return [as_update(one, at=until) for one in self.requests(ids=ids)]
        if self.profile.updates is Updates.CHANGED:
            changed = self.requests(updated_since=since, until=until)
            return [as_update(one, at=until) for one in changed]
        listing = Listing(
            profile=replace(self.profile, paging=Paging.NONE, page_size=MOST_LISTED),
            ask=lambda pairs: self._part((_UPDATES,), pairs, self._read_updates),
            key=lambda update: update.update_id,
            moment=lambda update: update.at,
            bounds=("start_date", "end_date"),
            skip=self._skip,
        )
        pairs = [] if self.profile.key_always else [("api_key", self._endpoint.api_key)]
        told = _within(listing, since, until, pairs)
        return list({update.update_id: update for update in told}.values())

    def post_update(self, update: RemoteUpdate) -> str:
        """Tell news of a request; the id that it has there."""
        form = posting.update_form(update, self.profile)
        answer = tell(self._endpoint, self._reach, (_UPDATES,), form)
        return reading.update_id(answer.plain) or update.update_id

    def _asked_for(
        self, since: datetime | None, until: datetime | None, updated_since: datetime | None
    ) -> tuple[bool, datetime | None, datetime | None]:
        """Whether to list by the last change, and from when to when."""
        if updated_since is None or self.profile.by_change:
            return updated_since is not None, updated_since or since, until
        # What changed must then be found among what was requested not too long ago.
        return False, updated_since - LONGEST, until

    def _listed(
        self,
        by_change: bool,  # noqa: FBT001  (the answer of _asked_for)
        since: datetime | None,
        until: datetime | None,
        codes: Collection[str] | None,
    ) -> Iterator[RemoteRequest]:
        listing = Listing(
            profile=self.profile,
            ask=lambda pairs: self._part(("requests",), pairs, self._read_requests),
            key=lambda request: request.id,
            moment=lambda request: request.updated_at if by_change else request.requested_at,
            bounds=(
                ("updated_after", "updated_before") if by_change else ("start_date", "end_date")
            ),
            skip=self._skip,
        )
        return _within(listing, since, until, self._narrowed(codes))

    def _narrowed(self, codes: Collection[str] | None) -> Pairs:
        pairs = self._extensions()
        if self.profile.asks_status:
            pairs.append(("status", "open,closed"))
        told = ",".join(sorted(codes or ()))
        if len(told) <= _LONGEST_LIST:
            pairs.append(("service_code", told))
        return pairs

    def _extensions(self) -> Pairs:
        return [("extensions", "true")] if self.profile.extensions else []

    def _by_ids(self, ids: Sequence[str]) -> Iterator[RemoteRequest]:
        for some in _lists(dict.fromkeys(ids)):
            wanted = set(some)
            for found in self._together(some):
                if found.id in wanted:
                    wanted.remove(found.id)
                    yield found
            # Not every server takes a list of ids, and some give less than was asked for.
            for identity in some:
                if identity in wanted and (found_alone := self.request(identity)) is not None:
                    yield found_alone

    def _together(self, ids: Sequence[str]) -> list[RemoteRequest]:
        if len(ids) == 1:
            return []
        pairs = [("service_request_id", ",".join(ids)), *self._extensions()]
        try:
            return self._counted(self._asked(("requests",), pairs, self._read_requests)).items
        except Rejected as error:
            if error.key_refused:
                raise
            return []

    def _read_requests(self, plain: Any) -> Read[RemoteRequest]:
        return reading.requests(plain, zone=self.profile.zone)

    def _read_updates(self, plain: Any) -> Read[RemoteUpdate]:
        return reading.updates(plain, zone=self.profile.zone)

    def _skip(self, count: int) -> None:
        self.skipped += count

    def _part(
        self, parts: tuple[str, ...], pairs: Pairs, read: Callable[[Any], Read[T]]
    ) -> Part[T]:
        found, answer = self._answered(parts, pairs, read)
        return Part(found, answer.plain, answer.headers)

    def _counted(self, read: Read[T]) -> Read[T]:
        self._skip(read.skipped)
        return read

    def _asked(
        self, parts: tuple[str, ...], pairs: Iterable[tuple[str, str]], read: Callable[[Any], R]
    ) -> R:
        return self._answered(parts, pairs, read)[0]

    def _answered(
        self, parts: tuple[str, ...], pairs: Iterable[tuple[str, str]], read: Callable[[Any], R]
    ) -> tuple[R, Answer]:
        def call() -> tuple[R, Answer]:
            answer = ask(self._endpoint, self._reach, parts, pairs)
            try:
                return read(answer.plain), answer
            except NotUnderstood as error:
                raise Unavailable(str(error)) from None

        return self._patience.keep(call)


def _within(
    listing: Listing[T], since: datetime | None, until: datetime | None, pairs: Pairs
) -> Iterator[T]:
    """All of a time, window after window; without any time, what the server lists by itself."""
    if since is None and until is None:
        yield from listing.whole(pairs)
        return
    end = until or clock.now() + timedelta(days=1)
    for window in windows(since or end - LONGEST, end):
        yield from listing.within(window, pairs)


def _lists(ids: Iterable[str]) -> Iterator[list[str]]:
    """Ids in lists that an address has room for."""
    some: list[str] = []
    for identity in ids:
        if some and (len(some) == _MOST_IDS or len(",".join([*some, identity])) > _LONGEST_LIST):
            yield some
            some = []
        some.append(identity)
    if some:
        yield some


def as_update(request: RemoteRequest, *, at: datetime) -> RemoteUpdate:
    """What a request says now, as an update; the same as long as it says the same.

    ``at`` is for a request that does not tell when it changed.
    """
    changed = request.updated_at.isoformat() if request.updated_at else ""
    said = "\x1f".join([request.id, request.told_status, changed, request.status_notes])
    return RemoteUpdate(
        update_id=f"seen-{hashlib.blake2b(said.encode(), digest_size=16).hexdigest()}",
        service_request_id=request.id,
        status=request.told_status,
        at=request.updated_at or at,
        description=request.status_notes,
        media_urls=request.media_urls,
    )
