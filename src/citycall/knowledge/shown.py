"""Which articles are shown, to whom, on which day."""

from datetime import date

from django.db.models import Q

from citycall.core import clock
from citycall.knowledge.models import Article


def today() -> date:
    """The city's present day: what is scheduled appears by itself when it comes."""
    return clock.now().astimezone(clock.city_zone()).date()


def on(day: date, *, for_staff: bool = False) -> Q:
    """The articles that are shown on a day; scripts only to those who read them aloud."""
    begun = Q(publish_from=None) | Q(publish_from__lte=day)
    not_over = Q(expires_on=None) | Q(expires_on__gt=day)
    shown = Q(published=True) & begun & not_over
    return shown if for_staff else shown & ~Q(kind=Article.Kind.SCRIPT)


# The same for the search's own statements; it takes the day twice.
SQL = """published AND (publish_from IS NULL OR publish_from <= %s)
            AND (expires_on IS NULL OR expires_on > %s)"""
SQL_PUBLIC = f"{SQL} AND kind <> 'script'"
