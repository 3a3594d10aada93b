"""The city's measures: what they mean, and the numbers, the same as CitiStat's pages show."""

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field, WithJsonSchema

from citycall.analytics.facts import area_column
from citycall.analytics.measures.asked import WITHOUT, Asked, read
from citycall.analytics.measures.asking import GROUP, answer
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Measure, Unit
from citycall.analytics.measures.names import CODED, codes_of, names_of_record
from citycall.analytics.measures.series import periods_between, series
from citycall.analytics.policies import FACTS_SCOPE
from citycall.analytics.queries import agencies_of
from citycall.analytics.store import Facts, store
from citycall.api.conditions import PRIVATE, conditional
from citycall.api.cursors import Listed
from citycall.api.keys import Key, actor_of
from citycall.api.parameters import Codes, Day, Text, codes
from citycall.api.places import area_named
from citycall.api.telling import told
from citycall.core.errors import Faults, NotFound
from citycall.places.queries import areas

router = Router(tags=["Measures"], auth=Key(FACTS_SCOPE))

_AREA: Final = "area_"
# Of more numbers the tables themselves are quicker to take.
MOST_NUMBERS: Final = 100_000

Name = Annotated[
    str,
    WithJsonSchema({"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 80}),
]


class MeasureOut(BaseModel):
    """What a number means."""

    name: str
    title: str
    formula: str
    unit: str = Field(description="`count`, `days`, `share` (of one) or `ratio`.")
    better: str = Field(description="In which direction it is better: `more`, `less`, `neither`.")
    shape: str = Field(
        description="`flow`: of what happened in a period. `stock`: of what stands at its end."
        " `survival`: of what began in it, with what has not ended taken into account."
    )
    caveats: list[str] = Field(description="What it does not say.")
    source: str = Field(description="Whose definition it is, where it is one.")


class MeasureAsked(BaseModel):
    """Which numbers."""

    by: Annotated[Text, Field(max_length=80)] = Field(
        "",
        description="By what they are told: `service`, `service_group`, `agency`, `team`,"
        " `channel`, `language`, or `area_` and the code of a layer of areas.",
    )
    period: Literal["day", "week", "month", "quarter", "year"] = "week"
    since: Day | None = Field(None, description="The first day that is counted.")
    until: Day | None = Field(None, description="The first day that is not counted any more.")
    service: Codes = Field("", description="Only these services: codes, with commas.")
    service_group: Annotated[Text, Field(max_length=200)] = Field(
        "", description="Only the services of this group."
    )
    agency: Codes = Field("", description="Only these agencies: codes, with commas.")
    team: Codes = Field(
        "", description="Only these teams: codes, with commas; `none` is what no team has."
    )
    channel: Codes = Field("", description="Only what came in these ways, with commas.")
    language: Annotated[Text, Field(max_length=80)] = Field(
        "", description="Only what was told in this language, by its code."
    )
    area: Annotated[Text, Field(max_length=200)] = Field(
        "", description="Only what is in this area, as `layer/code`."
    )


class NumberOut(BaseModel):
    """One number: null where nothing is known; `size` is how many it rests on."""

    value: float | None
    size: int


class ThingOut(BaseModel):
    """What numbers are told of; code and name are null for what has none, such as no team."""

    code: str | None = Field(description="The code; of an area `layer/code`, of others the value.")
    name: str | None


class PartOut(NumberOut):
    """The number of one thing, over the whole stretch of time."""

    of: ThingOut


class MomentOut(NumberOut):
    """The number of one period, of one thing where it is told by something."""

    first: date = Field(description="The first day of the period, which is told whole.")
    of: ThingOut | None


class NumbersOut(BaseModel):
    """The answer: the whole stretch of time, its parts, and the series."""

    measure: MeasureOut
    as_of: datetime
    by: str
    period: str
    since: date
    until: date
    total: NumberOut
    parts: list[PartOut] = Field(description="By what was asked for; none where nothing was.")
    series: list[MomentOut] = Field(
        description="Period by period; with `by`, those of which there is anything to tell."
    )


@router.get(
    "/measures",
    **told(
        "list_measures", "What is measured, and how", gives=Listed[MeasureOut], conditional=True
    ),
)
def measures(request: HttpRequest) -> HttpResponse:
    """Every measure with its definition, its unit, and what it does not say."""
    agencies_of(actor_of(request))
    return conditional(
        request, lambda: {"items": [_defined(each) for each in MEASURES.values()]}, cache=PRIVATE
    )


@router.get(
    "/measures/{name}",
    **told(
        "get_measure",
        "The numbers of a measure",
        gives=NumbersOut,
        conditional=True,
        problems=[503],
    ),
)
def measure(request: HttpRequest, name: Name, asked: Query[MeasureAsked]) -> HttpResponse:
    """The same numbers as CitiStat shows for the same question, unrounded.

    Without days the latest periods are told, as many as its page shows. A key of one agency is told
    of that agency.
    """
    actor = actor_of(request)
    agencies_of(actor)
    if name not in MEASURES:
        raise NotFound(_("There is no such measure."))
    facts = store().facts()
    question = read(_address(asked, facts), measure=name, facts=facts, actor=actor)
    if question.faults:
        raise Faults(question.faults)
    periods = len(periods_between(question.since, question.until, question.period))
    if question.by and periods * len(names_of_record(facts, question.by)) > MOST_NUMBERS:
        raise Faults(
            {"since": _("That is too long for such short periods. Please choose longer ones.")}
        )
    return conditional(request, lambda: _told(question, facts), cache=PRIVATE)


def _address(asked: MeasureAsked, facts: Facts) -> QueryDict:
    """The question as pages ask it: by ids. Raises ``Faults`` for codes that there are not."""
    query = QueryDict(mutable=True)
    for name in ("by", "period", "since", "until"):
        value = getattr(asked, name)
        query[name] = "" if value is None else str(value)
    for name in CODED:
        wanted = codes(getattr(asked, name))
        known = {code: str(pk) for pk, code in codes_of(facts, name).items()}
        known[WITHOUT] = WITHOUT
        if set(wanted) - set(known):
            raise Faults({name: _("One of these is not known here.")})
        query.setlist(name, [known[code] for code in wanted])
    query.setlist("channel", codes(asked.channel))
    query.setlist("language", [asked.language] if asked.language else [])
    query.setlist(GROUP, [asked.service_group] if asked.service_group else [])
    if asked.area:
        column = area_column(asked.area.partition("/")[0])
        query[column] = str(area_named(asked.area))
        if column not in {area_column(layer) for layer in facts.about.layers}:
            raise Faults({"area": _("Numbers are not told by this layer of areas.")})
    return query


def _told(asked: Asked, facts: Facts) -> dict[str, Any]:
    found = MEASURES[asked.measure]
    things = _things(asked.by, facts) if asked.by else {}
    whole = answer(asked.question(), facts).to_pylist()
    parts = answer(asked.question(by=(asked.by,)), facts).to_pylist() if asked.by else []
    return {
        "measure": _defined(found),
        "as_of": facts.about.as_of,
        "by": asked.by,
        "period": asked.period.value,
        "since": asked.since,
        "until": asked.until,
        "total": _number(found, whole[0] if whole else {"value": None, "size": 0}),
        "parts": [
            {"of": _thing(things, row[asked.by]), **_number(found, row)}
            for row in sorted(parts, key=lambda row: -(row["size"] or 0))
        ],
        "series": _series(asked, facts, things),
    }


def _series(asked: Asked, facts: Facts, things: Mapping[Any, Any]) -> list[dict[str, Any]]:
    measure = MEASURES[asked.measure]
    by = (asked.by,) if asked.by else ()
    told = series(asked.question(by=by, period=asked.period), facts)
    return [
        {
            "first": first,
            "of": _thing(things, key[0]) if asked.by else None,
            **_number(measure, {"value": told.values[line, n], "size": told.sizes[line, n]}),
        }
        for line, key in enumerate(told.keys)
        for n, first in enumerate(told.periods)
        if not asked.by or told.sizes[line, n] > 0
    ]


def _number(measure: Measure, row: Mapping[str, Any]) -> dict[str, Any]:
    value = row["value"]
    if value is None or math.isnan(value):
        value = None
    else:
        value = int(value) if measure.unit is Unit.COUNT else float(value)
    return {"value": value, "size": int(row["size"] or 0)}


def _defined(measure: Measure) -> dict[str, Any]:
    return {
        "name": measure.name,
        "title": str(measure.title),
        "formula": str(measure.formula),
        "unit": measure.unit.value,
        "better": measure.better.value,
        "shape": measure.shape.value,
        "caveats": [str(each) for each in measure.caveats],
        "source": measure.source,
    }


def _things(by: str, facts: Facts) -> dict[Any, dict[str, str]]:
    """What each value of a dimension is called."""
    if by in CODED:
        names = names_of_record(facts, by)
        return {pk: {"code": code, "name": names[pk]} for pk, code in codes_of(facts, by).items()}
    if by.startswith(_AREA):
        names = names_of_record(facts, by)
        found = areas().areas_of(list(names))
        return {ref.id: {"code": f"{ref.layer}/{ref.code}", "name": names[ref.id]} for ref in found}
    return {
        value: {"code": value, "name": name} for value, name in names_of_record(facts, by).items()
    }


def _thing(things: Mapping[Any, Any], key: Any) -> dict[str, Any]:
    unknown = {"code": None if key is None else str(key), "name": None}
    return dict(things.get(key, unknown))
