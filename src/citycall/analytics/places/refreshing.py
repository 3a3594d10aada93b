"""Looking at everything anew, and keeping what was found."""

from dataclasses import replace
from datetime import datetime

from citycall.analytics.places import reports
from citycall.analytics.places.findings import Findings, keep
from citycall.analytics.places.looking import look
from citycall.analytics.places.study import Study
from citycall.analytics.places.topics import emerging
from citycall.analytics.store import store


def look_again(*, at: datetime) -> Findings | None:
    """Look at the present facts and the latest reports; none before there are facts.

    Takes minutes for a large city: a worker's work, never a page's.
    """
    kept = store()
    if not kept.version():
        return None
    found = look(Study(kept.facts()), at=at)
    told = reports.latest(at=at)
    topics, looked = emerging(told.told, names=told.names, known=told.known)
    found = replace(found, topics=tuple(topics), terms=looked, words_since=told.since)
    keep(found)
    return found
