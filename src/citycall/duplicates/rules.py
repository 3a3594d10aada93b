"""Reasons in plain words, and what makes a place one where trouble returns: pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citycall.duplicates.features import Case, Compared
from citycall.duplicates.rarity import Rarity
from citycall.duplicates.texts import words_of

SAME_POINT_M: Final = 3.0
ALIKE: Final = 0.25
MOST_WORDS: Final = 3
_SHORTEST_WORD: Final = 4

Reason = Mapping[str, Any]


def reasons(
    compared: Compared, row: int, *, new: Case, other: Case, rarity: Rarity
) -> list[Reason]:
    """Why these two may be one problem, the most telling first; ``sentence`` says each."""
    found: list[Reason] = [
        {"code": "metres", "n": round(float(compared.metres[row]))},
        {"code": "minutes", "n": round(float(compared.hours[row]) * 60)},
    ]
    if not compared.same_service[row]:
        found.append({"code": "other_service"})
    if compared.like_photos[row]:
        found.append({"code": "like_photos"})
    if compared.same_place[row]:
        found.append({"code": "same_place"})
    if compared.equal_facts[row]:
        found.append({"code": "answers", "n": int(compared.equal_facts[row])})
    if compared.same_words[row]:
        found.append({"code": "same_words"})
    elif shared := _shared_words(new, other, rarity):
        found.append({"code": "words", "words": shared})
    elif compared.terms[row] >= ALIKE:
        found.append({"code": "like_words"})
    if not other.open:
        found.append({"code": "over"})
    return found


def _shared_words(new: Case, other: Case, rarity: Rarity) -> list[str]:
    """The rarest words that both wrote; none where all that they share is in many reports."""
    both = set(words_of(new.said.plain)) & set(words_of(other.said.plain))
    told = sorted(word for word in both if len(word) >= _SHORTEST_WORD and not word.isdigit())
    weighed = sorted((-rarity.weight_of(word), word) for word in told)
    return [word for weight, word in weighed[:MOST_WORDS] if -weight >= rarity.telling]


def sentence(reason: Reason) -> str:
    """A reason in plain words."""
    code, n = reason["code"], int(reason.get("n", 0))
    if code == "metres":
        if n <= SAME_POINT_M:
            return _("At the same point")
        return ngettext("%(n)s metre away", "%(n)s metres away", n) % {"n": n}
    if code == "minutes":
        return _earlier(n)
    if code == "answers":
        return ngettext("One answer is the same", "%(n)s answers are the same", n) % {"n": n}
    if code == "words":
        return _("Both write: %(words)s") % {"words": _(", ").join(reason["words"])}
    return {
        "other_service": _("Of another service, which may mean the same"),
        "like_photos": _("The photos look alike"),
        "same_place": _("The place is written the same"),
        "same_words": _("In the same words"),
        "like_words": _("In similar words"),
        "over": _("It was closed already"),
    }[code]


def _earlier(minutes: int) -> str:
    if minutes < 60:
        return ngettext("%(n)s minute earlier", "%(n)s minutes earlier", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)s hour earlier", "%(n)s hours earlier", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)s day earlier", "%(n)s days earlier", days) % {"n": days}


# Repeat places.

# One spot: as far apart as people point at the same thing.
SPOT_M: Final = 25.0
# Trouble that came so often within a year, each time after it had been closed, has a cause.
OFTEN: Final = 4
A_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One request, as far as it matters for whether trouble returns; flat metres from anywhere.

    ``ended`` is when it was done or closed, none while it is open.
    """

    id: int
    east: float
    north: float
    at: datetime
    ended: datetime | None


def spots(troubles: Sequence[Trouble]) -> list[list[Trouble]]:
    """Requests by spot: each belongs to the first spot that it lies within ``SPOT_M`` of.

    In the order of time and id, so that the same requests always make the same spots, and a later
    request never moves an earlier one to another.
    """
    found: list[list[Trouble]] = []
    grid: dict[tuple[int, int], list[int]] = {}
    for each in sorted(troubles, key=lambda t: (t.at, t.id)):
        column, line = int(each.east // SPOT_M), int(each.north // SPOT_M)
        near = [
            spot
            for c in (column - 1, column, column + 1)
            for n in (line - 1, line, line + 1)
            for spot in grid.get((c, n), ())
            if _apart(found[spot][0], each) <= SPOT_M
        ]
        if near:
            found[min(near)].append(each)
        else:
            grid.setdefault((column, line), []).append(len(found))
            found.append([each])
    return found


def _apart(one: Trouble, other: Trouble) -> float:
    return float(((one.east - other.east) ** 2 + (one.north - other.north) ** 2) ** 0.5)


def times(troubles: Sequence[Trouble]) -> int:
    """How often trouble came: what is told while an earlier one is still open counts once."""
    count = 0
    over: datetime | None = None
    still_open = False
    for each in sorted(troubles, key=lambda t: (t.at, t.id)):
        if not still_open and (over is None or each.at >= over):
            count += 1
        still_open = still_open or each.ended is None
        if each.ended is not None and (over is None or each.ended > over):
            over = each.ended
    return count
