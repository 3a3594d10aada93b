"""Times in the city's own zone and in a reader's words."""

from datetime import date, datetime, tzinfo

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

STYLES = ("words", "day", "short")


def city_zone() -> tzinfo:
    """The zone of the city's clocks, which is the setting ``TIME_ZONE``."""
    return timezone.get_default_timezone()


def machine_form(moment: date) -> str:
    """The value of a ``datetime`` attribute: an ISO day, or an instant with its offset."""
    if isinstance(moment, datetime):
        return moment.astimezone(city_zone()).isoformat(timespec="seconds")
    return moment.isoformat()


def in_words(moment: date, *, at: datetime, style: str = "words") -> str:
    """``moment`` as said at the instant ``at``, both aware, in the city's zone.

    ``words`` gives "today at 3:15 p.m." or "Tuesday, November 24 at 3:15 p.m."; ``day`` leaves
    the time out; ``short`` gives "Nov. 24, 2026, 3:15 p.m." for dense tables. A plain date
    never has a time. Raises ``ValueError`` for another style.
    """
    if style not in STYLES:
        raise ValueError(f"style must be one of {', '.join(STYLES)}, not {style!r}")
    local = moment.astimezone(city_zone()) if isinstance(moment, datetime) else moment
    today = at.astimezone(city_zone()).date()
    if style == "short":
        day = date_format(local, "DATE_FORMAT")
    else:
        day = _day(local.date() if isinstance(local, datetime) else local, today)
    if style == "day" or not isinstance(local, datetime):
        return day
    time = time_format(local.time(), "TIME_FORMAT")
    if style == "short":
        return _("%(day)s, %(time)s") % {"day": day, "time": time}
    return _("%(day)s at %(time)s") % {"day": day, "time": time}


def _day(day: date, today: date) -> str:
    distance = (day - today).days
    if distance in (-1, 0, 1):
        return (_("yesterday"), _("today"), _("tomorrow"))[distance + 1]
    if day.year != today.year:
        return date_format(day, "DATE_FORMAT")
    return _("%(weekday)s, %(day)s") % {
        "weekday": date_format(day, "l"),
        "day": date_format(day, "MONTH_DAY_FORMAT"),
    }
