"""The words of the latest reports, with what must not be told of them, read once and not kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection

from citycall.analytics.places import words
from citycall.analytics.places.topics import Told
from citycall.catalog.queries import Catalog, catalog
from citycall.catalog.specs import Privacy
from citycall.core import clock

LATELY: Final = timedelta(days=14)
BEFORE: Final = timedelta(days=84)
# The latest ones by number: more would cost memory, and what is new shows in fewer.
MOST: Final = 150_000
_READ: Final = """
SELECT coalesce('c' || t.contact_id, 'r' || r.id), coalesce(nullif(t.written_in, ''), t.language),
       t.reported_at, r.service_id, r.agency_id, t.words || E'\n' || t.wanted, c.name, r.place
FROM (
    SELECT * FROM service_requests_report ORDER BY id DESC LIMIT %(most)s
) t
JOIN service_requests_servicerequest r ON r.id = t.service_request_id
LEFT JOIN contacts_contact c ON c.id = t.contact_id
WHERE t.reported_at > %(since)s AND t.reported_at <= %(at)s AND t.channel <> 'staff'
    AND (t.words <> '' OR t.wanted <> '') AND r.service_id = ANY(%(services)s)
"""


@dataclass(frozen=True)
class Latest:
    """What people wrote, the words of their names, those of the city's own texts, since when."""

    told: list[Told]
    names: set[str]
    known: set[str]
    since: date


def latest(*, at: datetime) -> Latest:
    """The words of the last weeks' reports of services that are not private.

    Whoever left no contact counts once a request: nobody can say whether two of them are one.
    """
    book = catalog()
    told: list[Told] = []
    names: set[str] = set()
    places: set[str] = set()
    for reporter, language, moment, service, agency, text, name, place in _rows(book, at):
        lately = moment > at - LATELY
        told.append(Told(reporter, language, lately, service, agency, text))
        if name:
            names |= words.words_of([name])
        if place:
            places.add(place)
    # Where a name is also a street's, it stays hidden; of what the city offers, nothing does.
    known = (words.words_of(places) - names) | words.words_of(_own_texts(book))
    since = (at - LATELY).astimezone(clock.city_zone()).date()
    return Latest(told, names, known, since)


def _rows(
    book: Catalog, at: datetime
) -> Iterator[tuple[str, str, datetime, int, int, str, str, str]]:
    open_ones = [e.id for e in book.all_services if e.spec.privacy is not Privacy.PRIVATE]
    with connection.cursor() as cursor:
        cursor.execute(
            _READ,
            {"most": MOST, "since": at - LATELY - BEFORE, "at": at, "services": open_ones},
        )
        while rows := cursor.fetchmany(5_000):
            yield from rows


def _own_texts(book: Catalog) -> Iterator[str]:
    """What the city's services are called, and which words find them, in all its languages."""
    for entry in book.all_services:
        yield entry.spec.name
        yield entry.spec.description
        yield from entry.spec.keywords
