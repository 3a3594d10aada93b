"""What the small city tells: articles, an alert, collections, a directory entry, an event."""

from datetime import date, datetime, timedelta
from typing import Any

from citycall.agencies.documents import read
from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.knowledge import actions
from citycall.knowledge.collections import CollectionSpec, HolidayNoticeSpec
from citycall.knowledge.specs import AlertSpec, ArticleSpec, DirectorySpec, EventSpec
from tests.city import NOW
from tests.knowledge.boxes import square_layer

HERE = (-76.60, 39.29)

SNOW: dict[str, Any] = {
    "code": "snow",
    "title": "When is my street plowed?",
    "summary": "Main streets first.",
    "body": "Main streets come **first**.\n\nSide streets follow after the storm.",
    "keywords": ["snow", "ice"],
    "services": ["pothole"],
    "agency": "streets",
    "checked_on": date(2026, 2, 1),
}
PARTY: dict[str, Any] = {
    **SNOW,
    "code": "block-party",
    "title": "Block party",
    "summary": "Ask three weeks before.",
    "keywords": ["festival"],
    "services": [],
    "kind": "permit",
    "facts": {
        "who": "Anybody on the block",
        "cost": "$25",
        "how_long": "Three weeks",
        "bring": ["A list of households"],
        "apply": "By mail",
    },
}


def article(**fields: Any) -> None:
    """Save the article about snow, with other fields."""
    actions.save_article(spec=read(ArticleSpec, {**SNOW, **fields}), by=SYSTEM, at=NOW)


def permit() -> None:
    """Save a permit."""
    actions.save_article(spec=read(ArticleSpec, PARTY), by=SYSTEM, at=NOW)


def alert(**fields: Any) -> None:
    """Tell of a broken lamp cable around ``HERE``, since an hour ago."""
    told = {
        "code": "cable",
        "title": "A cable is broken",
        "words": "Street lights are dark until tonight.",
        "state": "crews",
        "starts": clock.now() - timedelta(hours=1),
        "services": ["pothole"],
        "circle": {"longitude": HERE[0], "latitude": HERE[1], "radius_m": 500},
    }
    actions.save_alert(spec=read(AlertSpec, {**told, **fields}), by=SYSTEM, at=NOW)


def collections() -> None:
    """Trash every week and sweeping on the first Monday, around ``HERE``."""
    square_layer("days", {"mon": (-76.62, 39.27, -76.58, 39.34)})
    for code, title, turn in (
        ("trash", "Trash", {"weekdays": list(range(1, 8))}),
        ("sweeping", "Street sweeping", {"weekdays": [1], "weeks_of_month": [1]}),
    ):
        told = {
            "code": code,
            "title": title,
            "layer": "days",
            "rounds": [{"areas": ["mon"], **turn}],
            "put_out": "Out by 6 a.m.",
            "service": "pothole" if code == "trash" else None,
        }
        actions.save_collection(spec=read(CollectionSpec, told), by=SYSTEM, at=NOW)


def holiday(day: date, **fields: Any) -> None:
    """On this day the trash moves to the next."""
    moved = {"collection": "trash", "moved_to": day + timedelta(days=1)}
    told = {"code": "founders", "title": "Founders Day", "day": day, "changes": [moved]}
    actions.save_holiday(spec=read(HolidayNoticeSpec, {**told, **fields}), by=SYSTEM, at=NOW)


def contact() -> None:
    """Save a directory entry."""
    told = {
        "code": "court",
        "title": "County court",
        "words": "Jury duty and marriage licenses.",
        "phone": "410-555-0117",
        "calendar": "office",
        "after_hours": "Nobody answers.",
        "keywords": ["judge"],
    }
    actions.save_directory_entry(spec=read(DirectorySpec, told), by=SYSTEM, at=NOW)


def event(code: str = "fair", *, starts: datetime | None = None, **fields: Any) -> None:
    """Announce a fair, in two days where nothing else is said."""
    begins = starts or clock.now() + timedelta(days=2)
    told = {
        "code": code,
        "title": "Street fair",
        "words": "Music, food; games",
        "starts": begins,
        "ends": begins + timedelta(hours=3),
        "place": "City Hall",
    }
    actions.save_event(spec=read(EventSpec, {**told, **fields}), by=SYSTEM, at=NOW)
