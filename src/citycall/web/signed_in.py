"""The resident who is signed in: kept in the session, beside and apart from staff's sign-in."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.http import HttpRequest

from citycall.core import clock
from citycall.privacy.persons import Person
from citycall.residents import accounts
from citycall.residents.models import Account
from citycall.service_requests.drafts import Receipt
from citycall.web import visits

_ACCOUNT: Final = "resident_account"
SIGNED_IN_FOR: Final = timedelta(hours=12)


def begin(request: HttpRequest, account: Account, *, at: datetime) -> None:
    """Sign a resident in, under a session key that nobody can have planted.

    Nothing stays of somebody else who was signed in here.
    """
    kept = request.session.get(_ACCOUNT)
    if kept is not None and int(kept["id"]) != account.pk:
        request.session.flush()
    request.session.cycle_key()
    visits.unshow(request)
    visits.unprove_person(request)
    request.session[_ACCOUNT] = {
        "id": account.pk,
        "sessions": account.sessions,
        "at": at.isoformat(),
    }


def prove_person(request: HttpRequest, person: Person, *, at: datetime) -> None:
    """Show what a link proved, and not what was an account's until now."""
    request.session.pop(_ACCOUNT, None)
    visits.prove_person(request, person, at=at)


def account_of(request: HttpRequest, *, at: datetime) -> Account | None:
    """The account of the visitor; runs no query for those who have not signed in here."""
    kept = request.session.get(_ACCOUNT)
    if kept is None or datetime.fromisoformat(kept["at"]) + SIGNED_IN_FOR < at:
        return None
    return accounts.with_session(int(kept["id"]), sessions=int(kept["sessions"]))


def show(request: HttpRequest, reports: Sequence[int]) -> None:
    """Let the pages of these reports know their reporter, as long as who is here holds."""
    kept = request.session.get(_ACCOUNT)
    if kept is not None:
        until = datetime.fromisoformat(kept["at"]) + SIGNED_IN_FOR
        account = int(kept["id"]), int(kept["sessions"])
        visits.show(request, reports, until=until, account=account)
    elif (until_proven := visits.proven_until(request)) is not None:
        visits.show(request, reports, until=until_proven, account=None)


def is_begun(request: HttpRequest) -> bool:
    """Whether somebody signed in under this session, however long ago."""
    return _ACCOUNT in request.session


def person_of(request: HttpRequest, *, at: datetime) -> Person | None:
    """Whose things the visitor may see: those of their account, or of what a link proved."""
    account = account_of(request, at=at)
    if account is None:
        return visits.proven_person(request, at=at)
    return Person(email=account.contact.email, account_id=account.pk)


def lately_proven(request: HttpRequest, *, at: datetime) -> Person | None:
    """The same, where it was proven within the last hour: for taking everything, or erasing it."""
    kept = request.session.get(_ACCOUNT)
    if kept is not None and at < datetime.fromisoformat(kept["at"]) + visits.PROVEN_FOR:
        return person_of(request, at=at)
    return visits.proven_person(request, at=at)


def contact_of(request: HttpRequest) -> Mapping[str, str]:
    """How the visitor wishes to be reached, to be offered in a form; empty for strangers."""
    account = account_of(request, at=clock.now())
    if account is None:
        return {}
    contact = account.contact
    return {"name": contact.name, "email": contact.email, "phone": contact.phone}


def sent(request: HttpRequest, send: Callable[[], Receipt]) -> Receipt:
    """Send a report; made while signed in, it belongs to the account from the first moment on."""
    account = account_of(request, at=clock.now())
    if account is None:
        return send()
    with transaction.atomic():
        receipt = send()
        accounts.own(account, report_id=receipt.report_id)
    return receipt
