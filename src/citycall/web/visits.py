"""What a browser's session remembers of its resident: reports proven theirs, opinions given."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest

from citycall.accounts.queries import actor_of
from citycall.core import clock
from citycall.core.actors import Actor, ActorKind, resident
from citycall.privacy import persons
from citycall.privacy.persons import Person
from citycall.residents import accounts

# An account's id and its count of sessions.
Session = tuple[int, int]

_OWN: Final = "own_reports"
_MOST: Final = 50
_PERSON: Final = "proven_person"
_SHOWN: Final = "shown_reports"
# Long enough to look through one's reports, short enough for a device that others use too.
PROVEN_FOR: Final = timedelta(hours=1)
_VISITOR: Final = "visitor"
_OPINIONS: Final = "opinions"


def resident_of(request: HttpRequest) -> Actor:
    """The resident who is visiting, with the reports proven in this session.

    Runs no query for those who have not signed in. Staff who use the residents' pages act there
    as residents too.
    """
    return resident(reports=own_reports(request))


def reader_of(request: HttpRequest) -> Actor:
    """Who is looking at a photo: a member of staff by their roles, anyone else as a resident."""
    staff = actor_of(request.user)
    return staff if staff.kind is ActorKind.STAFF else resident_of(request)


def own_reports(request: HttpRequest) -> list[int]:
    """The ids of the reports proven in this session, the latest last.

    Those that a person was shown as theirs count while what proved the person holds.
    """
    return [*_shown(request), *_own(request)]


def prove(request: HttpRequest, report_id: int) -> None:
    """Remember that a report is the visitor's; the oldest of more than fifty is forgotten."""
    kept = [known for known in _own(request) if known != report_id]
    request.session[_OWN] = [*kept, report_id][-_MOST:]


def show(
    request: HttpRequest, reports: Sequence[int], *, until: datetime, account: Session | None
) -> None:
    """Remember which reports a person was shown as theirs, until then.

    ``account`` is the id of the account that they are signed in to and its count of sessions,
    which ends it on every device; none for a person whom a link proved.
    """
    kept = [known for known in _shown(request) if known not in set(reports)]
    request.session[_SHOWN] = {
        "ids": [*kept, *reports][-_MOST:],
        "until": until.isoformat(),
        "account": account,
    }


def unshow(request: HttpRequest) -> None:
    """Forget what another person was shown here."""
    request.session.pop(_SHOWN, None)


def prove_person(request: HttpRequest, person: Person, *, at: datetime) -> None:
    """Remember for an hour that the visitor reads the messages to an address or number."""
    # The session that proves something gets a key that nobody can have planted.
    request.session.cycle_key()
    unshow(request)
    request.session[_PERSON] = {
        "email": person.email,
        "phone": person.phone,
        "at": at.isoformat(),
    }


def unprove_person(request: HttpRequest) -> None:
    """Forget what a link proved: somebody signed in here."""
    request.session.pop(_PERSON, None)


def proven_person(request: HttpRequest, *, at: datetime) -> Person | None:
    """Who the visitor has proven to be by a link; none where they have not lately."""
    kept = request.session.get(_PERSON)
    if kept is None or datetime.fromisoformat(kept["at"]) + PROVEN_FOR < at:
        return None
    return persons.of_email(kept["email"]) if kept["email"] else persons.of_phone(kept["phone"])


def proven_until(request: HttpRequest) -> datetime | None:
    """Until when what a link proved holds; none where none did."""
    kept = request.session.get(_PERSON)
    return None if kept is None else datetime.fromisoformat(kept["at"]) + PROVEN_FOR


def visitor_of(request: HttpRequest) -> str:
    """A random word for this session, so that what its visitor says is counted once."""
    known = request.session.get(_VISITOR)
    if not isinstance(known, str):
        known = request.session[_VISITOR] = secrets.token_urlsafe(16)
    return known


def opinion_of(request: HttpRequest, about: str) -> str:
    """What the visitor has said of something in this session; empty where nothing."""
    return str(request.session.get(_OPINIONS, {}).get(about, ""))


def keep_opinion(request: HttpRequest, about: str, said: str) -> None:
    """Remember what the visitor said; the oldest of more than fifty is forgotten."""
    kept = {**request.session.get(_OPINIONS, {}), about: said}
    request.session[_OPINIONS] = dict(list(kept.items())[-_MOST:])


def forget(request: HttpRequest) -> None:
    """Forget everything that this browser's session holds, on a computer that others use."""
    request.session.flush()


def _shown(request: HttpRequest) -> list[int]:
    kept = request.session.get(_SHOWN)
    if kept is None or datetime.fromisoformat(kept["until"]) < clock.now():
        return []
    account = kept["account"]
    if account is not None and accounts.with_session(account[0], sessions=account[1]) is None:
        return []
    return [int(known) for known in kept["ids"]]


def _own(request: HttpRequest) -> list[int]:
    return [int(known) for known in request.session.get(_OWN, ())]
