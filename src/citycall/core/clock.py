"""The clock, read only at the doors; everything further in is told what time it is."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """The present moment, in UTC."""
    return timezone.now()


def city_zone() -> ZoneInfo:
    """The city's time zone, in which days and office hours are counted."""
    return ZoneInfo(settings.TIME_ZONE)
