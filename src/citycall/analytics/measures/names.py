"""What ids are called: services, agencies, teams and areas, in the reader's language.

Files and programs have the names of record, which are the same for everybody.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from citycall.analytics.facts import area_column
from citycall.analytics.measures.asking import GROUP
from citycall.analytics.store import Facts
from citycall.core.phrases import is_first, said, spoken
from citycall.service_requests.models import Channel

_LISTS = {"service": "services", "agency": "agencies", "team": "teams"}
# Named by the program itself, or by codes.
_OF_PROGRAM = {"channel", "language"}
# The dimensions whose values have codes besides, by which programs name them.
CODED = tuple(_LISTS)


def titles(facts: Facts) -> dict[str, str]:
    """What each dimension is called, in the order in which people look for them."""
    layers = facts.sql("SELECT code, name FROM layers").to_pylist()
    return {
        "service": _("Service"),
        GROUP: _("Group of services"),
        "agency": _("Agency"),
        "team": _("Team"),
        **{area_column(layer["code"]): said(layer["name"]) for layer in layers},
        "channel": _("Channel"),
        "language": _("Language"),
    }


def names_of(facts: Facts, dimension: str) -> Mapping[Any, str]:
    """The names of everything that a dimension can be, by the values that answers have.

    In the language that is spoken just now, and in the order of these names.
    """
    recorded = names_of_record(facts, dimension)
    if dimension in _OF_PROGRAM or is_first(spoken()):
        return recorded
    named = {key: said(name) if name else name for key, name in recorded.items()}
    return dict(sorted(named.items(), key=lambda each: (each[1] or "").casefold()))


def names_of_record(facts: Facts, dimension: str) -> Mapping[Any, str]:
    """The same names as the city wrote them, whatever language is spoken."""
    if dimension in _LISTS:
        found = facts.sql(f"SELECT id, name FROM {_LISTS[dimension]} ORDER BY name").to_pylist()
        return {row["id"]: row["name"] for row in found}
    if dimension == "channel":
        return {value: str(label) for value, label in Channel.choices}
    if dimension in {GROUP, "language"}:
        said = (
            "SELECT group_name AS v FROM services"
            if dimension == GROUP
            else "SELECT language AS v FROM reports UNION SELECT language FROM contacts"
        )
        found = facts.sql(f"SELECT DISTINCT v FROM ({said}) ORDER BY v").to_pylist()
        return {row["v"]: row["v"] for row in found}
    for layer in facts.about.layers:
        if area_column(layer) == dimension:
            found = facts.sql(
                "SELECT id, name FROM areas WHERE layer = $layer ORDER BY name", {"layer": layer}
            ).to_pylist()
            return {row["id"]: row["name"] for row in found}
    raise ValueError(f"{dimension} is no dimension of these facts.")


def codes_of(facts: Facts, dimension: str) -> Mapping[int, str]:
    """The codes of everything that one of ``CODED`` can be, by the ids that answers have."""
    found = facts.sql(f"SELECT id, code FROM {_LISTS[dimension]}").to_pylist()
    return {row["id"]: row["code"] for row in found}


def unnamed() -> str:
    """What is said where there is no team, area or language."""
    return _("Not known")
