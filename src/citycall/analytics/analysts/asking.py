"""An analyst asks the facts, or takes them along: allowed, on record, and within limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from citycall.analytics.analysts import sandbox
from citycall.analytics.analysts.edition import Edition, TableFile, edition
from citycall.analytics.analysts.events import SUBJECT, SUBJECT_ID, Kind
from citycall.analytics.analysts.sandbox import Answer, Limits, NotAnswered
from citycall.analytics.policies import PERMISSIONS
from citycall.analytics.store import Facts
from citycall.core import events
from citycall.core.actors import Actor
from citycall.core.errors import NotFound
from citycall.core.models import Event, Visibility
from citycall.core.permissions import require

LONGEST: Final = 10_000
SHOWN_ROWS: Final = 200
MOST_ROWS: Final = 200_000
MOST_BYTES: Final = 64 << 20
_SHOWN_BYTES: Final = 8 << 20
LATELY: Final = 100


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asked, and when."""

    at: datetime
    who: str
    sql: str


def may_ask(actor: Actor) -> bool:
    """Whether the actor may ask the facts and take them along."""
    return PERMISSIONS["query"].allows(actor, agency_id=None)


def tables(facts: Facts, *, by: Actor) -> Edition:
    """The tables of these facts as files. Raises ``NotAllowed``."""
    require(PERMISSIONS, "query", by=by)
    return edition(facts)


def ask(facts: Facts, sql: str, *, by: Actor, at: datetime, whole: bool, as_text: bool) -> Answer:
    """What one SELECT over the tables answers: the first rows, or with ``whole`` all of them.

    ``as_text`` gives every value as it is written. What was asked stays on record, answered or
    not. Raises ``NotAllowed``, ``NotAnswered`` and ``Busy``.
    """
    require(PERMISSIONS, "query", by=by)
    sql = sql.strip()
    if not sql:
        raise NotAnswered(_("Please write a SELECT statement."), field="sql")
    if len(sql) > LONGEST:
        sentence = _("Please keep this under %(n)s characters.") % {"n": LONGEST}
        raise NotAnswered(sentence, field="sql")
    _note(facts, Kind.ASKED, by=by, at=at, words=sql)
    files = {name: each.path for name, each in edition(facts).tables.items()}
    told = sandbox.ask(sql, files, limits=limits(whole=whole), as_text=as_text)
    if whole and told.more:
        raise NotAnswered(
            _(
                "The answer has more than %(n)s rows. Please ask for fewer, or take whole tables"
                " along as Parquet."
            )
            % {"n": MOST_ROWS},
            field="sql",
        )
    return told


def limits(*, whole: bool) -> Limits:
    """What an answer may take, to be shown or as a whole."""
    return Limits(
        rows=MOST_ROWS if whole else SHOWN_ROWS,
        bytes=MOST_BYTES if whole else _SHOWN_BYTES,
        seconds=settings.CITYCALL_SQL_SECONDS,
        megabytes=settings.CITYCALL_SQL_MEGABYTES,
    )


def take(facts: Facts, name: str, *, by: Actor, at: datetime) -> tuple[TableFile, Edition]:
    """One table as a file, to be taken along; on record once for each version and actor.

    Raises ``NotAllowed`` and ``NotFound``.
    """
    made = tables(facts, by=by)
    if name not in made.tables:
        raise NotFound(_("There is no such table."))
    taken = (Kind.TAKEN.value, by.kind.value, by.id, {"version": facts.version, "table": name})
    if taken not in [(e.kind, e.actor_kind, e.actor_id, e.data) for e in _lately()]:
        _note(facts, Kind.TAKEN, by=by, at=at, table=name)
    return made.tables[name], made


def asked_lately(actor: Actor) -> Sequence[Question]:
    """The last questions, the latest first: everybody's to those who answer for it, else one's own.

    Of no more than the latest ``LATELY`` of all. Raises ``NotAllowed``.
    """
    require(PERMISSIONS, "query", by=actor)
    answers_for_it = PERMISSIONS["see_questions"].allows(actor, agency_id=None)
    return [
        Question(event.at, event.actor_name, event.words or "")
        for event in _lately()
        if event.kind == Kind.ASKED
        and (answers_for_it or (event.actor_kind, event.actor_id) == (actor.kind.value, actor.id))
    ]


def _lately() -> QuerySet[Event]:
    kept = Event.objects.filter(subject_kind=SUBJECT, subject_id=SUBJECT_ID)
    return kept.order_by("-id")[:LATELY]


@transaction.atomic
def _note(
    facts: Facts, kind: Kind, *, by: Actor, at: datetime, words: str | None = None, **data: str
) -> None:
    events.record(
        kind=kind.value,
        subject_kind=SUBJECT,
        subject_id=SUBJECT_ID,
        by=by,
        at=at,
        visibility=Visibility.INTERNAL,
        data={"version": facts.version, **data},
        words=words,
    )
