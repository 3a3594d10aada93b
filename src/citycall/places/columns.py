"""Which properties of a file's features carry an area's code and its name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from django.utils.translation import gettext as _

from citycall.core.errors import DomainError

# In order of trust. Row numbers of a software ("objectid", "fid") change with every export and
# are not here: an area keeps its id by its code.
CODES = ("code", "id", "number", "num", "no", "district", "geoid", "abbreviation")
NAMES = ("name", "label", "title", "full_name", "district", "neighborhood")
MOST_PROPERTIES = 100
LONGEST_VALUE = 1_000
_SUFFIXES = ("_code", "_id", "_number", "_no", "_num")


class NoCode(DomainError):
    """No property gives each feature a code of its own, or the one named is not there."""

    code = "no_area_code"
    status = 422


@dataclass(frozen=True, slots=True)
class Keys:
    """The names of the two properties; both the same where a layer only has names."""

    code: str
    name: str


def choose(rows: Sequence[Mapping[str, Any]], *, code: str = "", name: str = "") -> Keys:
    """The properties for code and name: those given, or guessed from ``rows``.

    A guessed code must be there, and different, for every feature. Raises ``NoCode``.
    """
    known = list(dict.fromkeys(key for row in rows for key in row))
    for given in (code, name):
        if given and given not in known:
            raise NoCode(
                _("No feature has a property “%(given)s”; there are: %(known)s.")
                % {"given": given, "known": ", ".join(known[:20]) or _("none")}
            )
    name = name or _first(known, NAMES, rows, distinct=False)
    if not code:
        code = _first(known, CODES, rows, distinct=True)
    if not code and name and _distinct(rows, name):
        code = name
    if not code:
        code = next((k for k in known if k.lower().endswith(_SUFFIXES) and _distinct(rows, k)), "")
    if not code:
        raise NoCode(
            _(
                "No property gives each feature a code of its own; "
                "say which to take from: %(known)s."
            )
            % {"known": ", ".join(known[:20]) or _("none")}
        )
    return Keys(code, name or code)


def as_text(value: Any) -> str:
    """A property's value as people write it: ``7.0`` is ``7``, nothing is empty."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())


def plain(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The single values among a feature's properties, as far as the database can keep them."""
    kept = {
        _storable(key): _storable(value) if isinstance(value, str) else value
        for key, value in list(properties.items())[:MOST_PROPERTIES]
        if value is None or isinstance(value, (str, bool, int, float))
    }
    return {key: value for key, value in kept.items() if _is_number_or_text(value)}


def _storable(text: str) -> str:
    # JSON can write the null character and half of a surrogate pair; PostgreSQL takes neither.
    return text[:LONGEST_VALUE].replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def _is_number_or_text(value: Any) -> bool:
    return not isinstance(value, float) or isfinite(value)


def _first(
    known: Sequence[str],
    wanted: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    *,
    distinct: bool,
) -> str:
    lower = {key.lower(): key for key in reversed(known)}
    candidates = (lower[key] for key in wanted if key in lower)
    if distinct:
        return next((key for key in candidates if _distinct(rows, key)), "")
    return next((key for key in candidates if any(as_text(row.get(key)) for row in rows)), "")


def _distinct(rows: Sequence[Mapping[str, Any]], key: str) -> bool:
    values = [as_text(row.get(key)) for row in rows]
    return all(values) and len(set(values)) == len(values)
