"""What the demo city tells: alerts, events, days off, directory and collections."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from citycall.agencies.documents import read
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.demo.geography import City
from citycall.knowledge import actions
from citycall.knowledge.collections import CollectionSpec, HolidayNoticeSpec
from citycall.knowledge.specs import AlertSpec, DirectorySpec, EventSpec

TOLD: Final = Path(__file__).with_name("told.yaml")
DAYS: Final = "collection_days"
# Yard waste comes two days after the trash, and within the working week.
_YARD_DAY: Final = {"MON": 3, "TUE": 4, "WED": 5, "THU": 1, "FRI": 2}
_TRASH_DAY: Final = {"MON": 1, "TUE": 2, "WED": 3, "THU": 4, "FRI": 5}
# Recycling comes in one half of the city in these weeks, in the other half in the next.
_A_WEEK: Final = date(2026, 1, 5)
_WEEK: Final = timedelta(days=7)

Fields = dict[str, Any]


def load(city: City, *, by: Actor, at: datetime) -> int:
    """Save all that the demo city tells, which needs its catalog, areas and articles.

    Returns how many entries there are.
    """
    written: dict[str, dict[str, Fields]] = YAML(typ="safe").load(TOLD)
    today = at.astimezone(clock.city_zone()).date()
    rounds = _rounds(city)
    for code, fields in written["collections"].items():
        spec = read(CollectionSpec, {"code": code, **fields, **rounds[code]})
        actions.save_collection(spec=spec, by=by, at=at)
    for code, fields in written["holidays"].items():
        told = {**fields, "day": _date_of(fields["on"], today)}
        told.pop("on")
        actions.save_holiday(spec=read(HolidayNoticeSpec, {"code": code, **told}), by=by, at=at)
    for code, fields in written["alerts"].items():
        spec_of_alert = read(AlertSpec, {"code": code, **_timed(fields, today)})
        actions.save_alert(spec=spec_of_alert, by=by, at=at)
    for code, fields in written["events"].items():
        event = read(EventSpec, {"code": code, **_timed(fields, today)})
        actions.save_event(spec=event, by=by, at=at)
    for code, fields in written["directory"].items():
        entry = read(DirectorySpec, {"code": code, **fields})
        actions.save_directory_entry(spec=entry, by=by, at=at)
    return sum(len(entries) for entries in written.values())


def _timed(fields: Fields, today: date) -> Fields:
    """The fields with their days and times of day as moments of the city's clock."""
    timed: Fields = {
        name: _moment(fields[name], today) for name in ("starts", "ends") if name in fields
    }
    return {**fields, **timed}


def _moment(told: tuple[int, str], today: date) -> datetime:
    days, wall = told
    day = today + timedelta(days=days)
    return datetime.combine(day, time.fromisoformat(wall), tzinfo=clock.city_zone())


def _date_of(told: list[Any], today: date) -> date:
    """The next date that is ``[month, day]``, or so many days after the nth weekday of a month."""
    this_year = _date_in(told, today.year)
    return this_year if this_year >= today else _date_in(told, today.year + 1)


def _date_in(told: list[Any], year: int) -> date:
    if len(told) == 2:
        return date(year, told[0], told[1])
    month, weekday, number, days_later = told
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    first = date(year, month, 1)
    to_first = (names.index(weekday) - first.weekday()) % 7
    return first + timedelta(days=to_first + 7 * (number - 1) + days_later)


def _rounds(city: City) -> Mapping[str, Fields]:
    """Which areas have which days: by collection day, and for sweeping by neighborhood."""
    neighborhoods = [area.code for area in city.layers["neighborhoods"].areas]
    return {
        "trash": _by_day([{"weekdays": [day]} for day in _TRASH_DAY.values()]),
        "recycling": _by_day(
            [
                {
                    "weekdays": [day],
                    "every_weeks": 2,
                    "counted_from": _A_WEEK + _WEEK * (number % 2),
                }
                for number, day in enumerate(_TRASH_DAY.values())
            ]
        ),
        "yard-waste": _by_day([{"weekdays": [day]} for day in _YARD_DAY.values()]),
        "street-sweeping": {
            "layer": "neighborhoods",
            "rounds": [
                {
                    "areas": [code],
                    "weekdays": [number % 5 + 1],
                    "weeks_of_month": [1, 3] if number % 2 else [2, 4],
                }
                for number, code in enumerate(neighborhoods)
            ],
        },
    }


def _by_day(turns: list[Fields]) -> Fields:
    rounds = [{"areas": [code], **turn} for code, turn in zip(_TRASH_DAY, turns, strict=True)]
    return {"layer": DAYS, "rounds": rounds}
