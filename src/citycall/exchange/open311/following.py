"""Which step of a request's life each status of Open311 asks for, and taking it where it can be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.catalog.queries import catalog
from citycall.core.actors import Actor
from citycall.feedback import actions as feedback
from citycall.service_requests import rules
from citycall.service_requests.actions import close, tell_more, work
from citycall.service_requests.actions.close import PhotoMissing
from citycall.service_requests.actions.work import BadChoice
from citycall.service_requests.drafts import LONGEST_WORDS
from citycall.service_requests.models import Report, ServiceRequest, Status
from citycall.service_requests.rules import Step


class Meaning(Enum):
    """What a status asks for; several of Open311's statuses ask for the same."""

    OPEN = "open"
    ACCEPTED = "accepted"
    BEGUN = "begun"
    ENDED = "ended"
    FIXED = "fixed"
    NOT_FIXED = "not_fixed"
    REFERRED = "referred"
    CANCELLED = "cancelled"
    REOPENED = "reopened"
    UNKNOWN = "unknown"


DUPLICATE: Final = "duplicate"
# A duplicate is cancelled, with the reason: to complete it would say that it was worked on.
MEANINGS: Final[Mapping[str, Meaning]] = {
    "open": Meaning.OPEN,
    "planned": Meaning.ACCEPTED,
    "action_scheduled": Meaning.ACCEPTED,
    "investigating": Meaning.ACCEPTED,
    "in_progress": Meaning.BEGUN,
    "closed": Meaning.ENDED,
    "fixed": Meaning.FIXED,
    "no_further_action": Meaning.NOT_FIXED,
    "not_councils_responsibility": Meaning.REFERRED,
    "internal_referral": Meaning.REFERRED,
    DUPLICATE: Meaning.CANCELLED,
    "cancelled": Meaning.CANCELLED,
    "reopen": Meaning.REOPENED,
}
# Whether the outcomes that fit say "fixed"; the first is looked for first. Most of what is merely
# "closed" was done, and its reporter is asked whether it was.
_FITTING: Final[Mapping[Meaning, Sequence[bool]]] = {
    Meaning.ENDED: (True, False),
    Meaning.FIXED: (True,),
    Meaning.NOT_FIXED: (False,),
}
_ENDS: Final = frozenset({*_FITTING, Meaning.REFERRED, Meaning.CANCELLED})


def plain(status: str) -> str:
    """A status in small letters with underscores, however it was written."""
    return "_".join(status.lower().replace("-", " ").replace("_", " ").split())


def meaning_of(status: str) -> Meaning:
    """What a status asks for."""
    return MEANINGS.get(plain(status), Meaning.UNKNOWN)


def is_end(status: str) -> bool:
    """Whether a status says that the work has ended, for whatever reason."""
    return meaning_of(status) in _ENDS


def is_done(status: str) -> bool:
    """Whether a status says that the work was completed."""
    return meaning_of(status) in _FITTING


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An update of one request that the transaction holds.

    ``reporter`` is ``by`` as the request's reporter, where they are; ``works`` is whether they
    may take the agency's steps. ``had_ended``: they had told an end before, so that a state which
    comes before the end now means a reopening. ``outcome`` is a code of ours, or empty.
    """

    request_id: int
    by: Actor
    reporter: Actor | None
    works: bool
    status: str
    words: str
    outcome: str
    had_ended: bool
    at: datetime

    @property
    def request(self) -> ServiceRequest:
        """The request as it is now: an earlier step of the same update may have changed it."""
        return ServiceRequest.objects.get(pk=self.request_id)

    @property
    def who(self) -> str:
        """The teller's name in a sentence."""
        return self.by.name or _("The other body")

    def can(self, step: Step) -> bool:
        """Whether the lifecycle allows the step now."""
        return step in rules.steps_from(Status(self.request.status))


def follow(case: Case, meaning: Meaning) -> None:
    """Take the step that is meant, where it can be; the words are kept in any case.

    What its reporter tells is for the agency, as all that reporters add; what the agency's own
    systems tell is for everyone.
    """
    own = case.reporter is not None and (
        not case.works or meaning in _REPORTERS_STEPS or meaning is Meaning.UNKNOWN
    )
    step = (_REPORTERS_STEPS if own else _STEPS).get(meaning)
    said = step is not None and step(case)
    if said or not case.words:
        return
    if own and case.reporter is not None:
        tell_more.add_information(case.request_id, words=case.words, by=case.reporter, at=case.at)
    else:
        _tell_everyone(case, case.words)


def tell_staff(case: Case, words: str) -> None:
    """A note for staff only; as the reporter's addition where the teller writes no notes."""
    said = words[:LONGEST_WORDS]
    if case.works:
        tell_more.add_note(case.request_id, words=said, public=False, by=case.by, at=case.at)
    elif case.reporter is not None:
        tell_more.add_information(case.request_id, words=said, by=case.reporter, at=case.at)


def _tell_everyone(case: Case, words: str) -> None:
    tell_more.add_note(case.request_id, words=words, public=True, by=case.by, at=case.at)


# The agency's steps. Each says whether the words were told with it.


def _open(case: Case) -> bool:
    return case.had_ended and _reopen(case)


def _accept(case: Case) -> bool:
    if case.had_ended and case.can(Step.REOPEN):
        return _reopen(case)
    if case.request.status == Status.NEW:
        work.assign(case.request_id, assignee_id=None, by=case.by, at=case.at)
    return False


def _begin(case: Case) -> bool:
    said = case.had_ended and _reopen(case)
    if case.can(Step.RESUME):
        work.resume(case.request_id, by=case.by, at=case.at)
    elif case.can(Step.START):
        work.start(case.request_id, by=case.by, at=case.at)
    return said


def _complete(case: Case) -> bool:
    if not (case.can(Step.COMPLETE) or case.can(Step.RESUME)):
        return False
    outcome = _outcome(case)
    if outcome is None:
        tell_staff(case, _("No outcome of this service fits what was told, so it is left open."))
        return False
    words = case.words or _("%(who)s tells that this has been dealt with.") % {"who": case.who}
    try:
        with transaction.atomic():
            if case.can(Step.RESUME):
                work.resume(case.request_id, by=case.by, at=case.at)
            close.complete(
                case.request_id, outcome_code=outcome, explanation=words, by=case.by, at=case.at
            )
    except PhotoMissing as missing:
        _tell_everyone(case, words)
        told = _("%(who)s tells that it is done, but it is left open: %(why)s")
        tell_staff(case, told % {"who": case.who, "why": missing.message})
    return True


def _outcome(case: Case) -> str | None:
    """The outcome that was named, else the service's first that fits; none where none does."""
    book = catalog()
    known = {
        code: book.outcome(code)
        for code in book.service_by_id(case.request.service_id).spec.outcomes
    }
    fitting = _FITTING[meaning_of(case.status)]
    if case.outcome in known and known[case.outcome].spec.fixed in fitting:
        return case.outcome
    for fixed in fitting:
        for code, entry in known.items():
            if entry.active and entry.spec.fixed == fixed:
                return code
    return None


def _refer(case: Case) -> bool:
    if not case.can(Step.REFER):
        return False
    if not case.words:
        told = _("%(who)s tells that it is not theirs, but not whose it is. It is left open.")
        tell_staff(case, told % {"who": case.who})
        return False
    work_of = case.words
    close.refer(case.request_id, referred_to=work_of, by=case.by, at=case.at)
    return True


def _cancel(case: Case) -> bool:
    if not case.can(Step.CANCEL):
        return False
    close.cancel(case.request_id, reason=_why_cancelled(case), by=case.by, at=case.at)
    return True


def _why_cancelled(case: Case) -> str:
    if case.words:
        return case.words
    if plain(case.status) == DUPLICATE:
        told = _("%(who)s knows of this problem from another report and works on it there.")
    else:
        told = _("%(who)s has cancelled this.")
    return told % {"who": case.who}


def _reopen(case: Case) -> bool:
    if not case.can(Step.REOPEN):
        return False
    close.reopen(case.request_id, reason=_why_reopened(case), by=case.by, at=case.at)
    return True


def _why_reopened(case: Case) -> str:
    return case.words or _("%(who)s has opened this again.") % {"who": case.who}


_STEPS: Final[Mapping[Meaning, Callable[[Case], bool]]] = {
    Meaning.OPEN: _open,
    Meaning.ACCEPTED: _accept,
    Meaning.BEGUN: _begin,
    Meaning.ENDED: _complete,
    Meaning.FIXED: _complete,
    Meaning.NOT_FIXED: _complete,
    Meaning.REFERRED: _refer,
    Meaning.CANCELLED: _cancel,
    Meaning.REOPENED: _reopen,
}


# The reporter's.


def _still_there(case: Case) -> bool:
    return case.had_ended and _dispute(case)


def _dispute(case: Case) -> bool:
    reporter, request = case.reporter, case.request
    if reporter is None or not case.can(Step.REOPEN):
        return False
    words = _why_reopened(case)
    if request.status not in {Status.COMPLETED, Status.CLOSED} or request.completed_at is None:
        close.reopen(request.pk, reason=words, by=reporter, at=case.at)
        return True
    report = Report.objects.get(pk=min(reporter.reports))
    try:
        feedback.dispute(report, by=reporter, at=case.at, words=words)
    except feedback.TooLate:
        return False
    return True


def _withdraw(case: Case) -> bool:
    if case.reporter is None or not case.can(Step.CANCEL):
        return False
    try:
        with transaction.atomic():
            close.cancel(case.request_id, reason=_why_cancelled(case), by=case.reporter, at=case.at)
    except BadChoice:
        return False  # Others have reported it too, so it stays; the words are kept.
    return True


_REPORTERS_STEPS: Final[Mapping[Meaning, Callable[[Case], bool]]] = {
    Meaning.OPEN: _still_there,
    Meaning.REOPENED: _dispute,
    Meaning.CANCELLED: _withdraw,
}
