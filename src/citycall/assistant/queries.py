"""Asking the assistant: which service do a person's words mean, and how sure is that?"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from citycall.agencies import wall_clock
from citycall.assistant.finding import services_for
from citycall.assistant.model import Model
from citycall.assistant.models import TrainedModel
from citycall.catalog.queries import Catalog, ServiceEntry, catalog
from citycall.catalog.snapshot import Group
from citycall.core import phrases
from citycall.core.snapshots import Snapshot

# When the assistant learns anew, by the city's clocks: an hour after the open data was begun.
NIGHTLY: Final = time(4, 17)
MOST_SUGGESTED: Final = 3
MOST_GROUPS: Final = 3
MOST_BY_NAME: Final = 8
# Beside the likeliest service, another is worth reading when it is right once in so many times.
WORTH_SHOWING: Final = 1 / 20


class Certainty(StrEnum):
    """How sure a suggestion is, and what it rests on."""

    SURE = "sure"
    UNSURE = "unsure"
    BY_NAME = "by_name"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Suggested:
    """What words may mean, best first.

    ``SURE``: the first of ``services`` may be offered as "is it this?". ``UNSURE``: history does
    not tell; ``groups`` are those that it may be in, and ``services`` those whose names fit.
    ``BY_NAME``: history says nothing, ``services`` are those whose names fit. ``likely`` has the
    probability of each of ``services`` that history told, by its code.
    """

    certainty: Certainty
    services: tuple[ServiceEntry, ...] = ()
    groups: tuple[Group, ...] = ()
    likely: tuple[tuple[str, float], ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether the first may be offered as the one that is meant."""
        return self.certainty is Certainty.SURE

    @property
    def is_unsure(self) -> bool:
        """Whether groups are offered, since no service is likely enough."""
        return self.certainty is Certainty.UNSURE


def _load() -> Model | None:
    row = TrainedModel.objects.order_by("-id").only("content").first()
    return Model.from_bytes(bytes(row.content)) if row is not None else None


# The model of the last training, in the memory of each process that asks it.
SUGGESTIONS: Final[Snapshot[Model | None]] = Snapshot("suggestions", _load)


def suggest(words: str, *, book: Catalog | None = None) -> Suggested:
    """The services that words in any language may mean, with honest certainty.

    Before there is a history to learn from, and where it knows none of the words, services are
    found by their names and keywords. History is mostly written in the city's first language: in
    another one, names and keywords are asked first.
    """
    book = book or catalog()
    by_name = services_for(words, book)
    foreign = bool(by_name) and not phrases.is_first(phrases.spoken())
    model = SUGGESTIONS.get() if words.strip() and not foreign else None
    likely = _likely(model, words, book) if model is not None else []
    if model is None or not likely:
        found = tuple(entry for entry in by_name if not entry.spec.something_else)
        return Suggested(Certainty.BY_NAME if found else Certainty.NOTHING, found[:MOST_BY_NAME])
    new = [entry for entry in by_name if entry.id not in set(model.services.tolist())]
    if likely[0][1] >= model.threshold:
        return _sure(likely, new)
    return _unsure(likely, by_name, book)


def ranked(words: str, *, limit: int, book: Catalog | None = None) -> list[ServiceEntry]:
    """The services that words may mean, likeliest first, however sure: for staff who judge it.

    Those whose names fit come after what history says, and before it in another language.
    """
    book = book or catalog()
    by_name = [e for e in services_for(words, book) if not e.spec.something_else]
    foreign = bool(by_name) and not phrases.is_first(phrases.spoken())
    model = SUGGESTIONS.get() if words.strip() and not foreign else None
    likely = _likely(model, words, book) if model is not None else []
    told = [entry for entry, share in likely[:limit] if share >= WORTH_SHOWING]
    return list({entry.id: entry for entry in (*told, *by_name)}.values())[:limit]


def is_due(*, at: datetime, zone: ZoneInfo) -> bool:
    """Whether nothing has been learned since the last time that it should have been."""
    local = at.astimezone(zone)
    day = local.date() if local.time() >= NIGHTLY else local.date() - timedelta(days=1)
    since = wall_clock.instant(datetime.combine(day, NIGHTLY), zone=zone)
    return not TrainedModel.objects.filter(made_at__gte=since).exists()


Likely = list[tuple[ServiceEntry, float]]


def _likely(model: Model, words: str, book: Catalog) -> Likely:
    """The offered services with their probabilities, best first; none if no word is known."""
    found = model.probabilities(words)
    if found is None:
        return []
    told = dict(zip(model.services.tolist(), found.tolist(), strict=True))
    likely = [
        (entry, told[entry.id])
        for entry in book.services
        if entry.id in told and not entry.spec.something_else
    ]
    return sorted(likely, key=lambda pair: -pair[1])


def _sure(likely: Likely, new: list[ServiceEntry]) -> Suggested:
    """The likeliest, and what else is worth reading; services without a history by their names."""
    worth = [entry for entry, share in likely if share >= WORTH_SHOWING]
    services = (*worth, *new)[:MOST_SUGGESTED]
    return Suggested(Certainty.SURE, services, likely=_told(likely, services))


def _unsure(likely: Likely, by_name: list[ServiceEntry], book: Catalog) -> Suggested:
    shares: defaultdict[str, float] = defaultdict(float)
    for entry, share in likely:
        shares[entry.spec.group] += share
    best = sorted(shares, key=lambda name: -shares[name])[:MOST_GROUPS]
    named = {group.name: group for group in book.groups}
    groups = tuple(named[name] for name in best)
    services = tuple(by_name[:MOST_SUGGESTED])
    return Suggested(Certainty.UNSURE, services, groups, likely=_told(likely, services))


def _told(likely: Likely, services: tuple[ServiceEntry, ...]) -> tuple[tuple[str, float], ...]:
    shown = {entry.code for entry in services}
    return tuple((entry.code, share) for entry, share in likely if entry.code in shown)
