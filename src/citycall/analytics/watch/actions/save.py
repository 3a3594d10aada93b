"""Keeping a question, changing and deleting it."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.accounts.models import User
from citycall.analytics.queries import agencies_of
from citycall.analytics.watch import drafts, events, queries
from citycall.analytics.watch.drafts import Wanted
from citycall.analytics.watch.events import Kind
from citycall.analytics.watch.models import SavedQuestion, Sharing
from citycall.analytics.watch.policies import PERMISSIONS
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, Faults, NotAllowed
from citycall.core.permissions import require

MOST: Final = 200


@transaction.atomic
def save(wanted: Wanted, *, by: Actor, at: datetime) -> SavedQuestion:
    """Keep a question for somebody who may see numbers.

    Raises ``NotAllowed``, ``Faults``, and ``Conflict`` for one more than anybody can have.
    """
    agencies_of(by)
    _check(wanted, by=by, except_id=0)
    if SavedQuestion.objects.filter(owner_id=queries.account_of(by)).count() >= MOST:
        raise Conflict(
            _("You have %(n)s saved questions. Please delete one that you do not need any more.")
            % {"n": MOST}
        )
    row = SavedQuestion(owner_id=queries.account_of(by), made_at=at, changed_at=at)
    drafts.write(row, wanted)
    row.save()
    events.tell(events.QUESTION, row.pk, Kind.SAVED, by=by, at=at, after=drafts.facts_of(row))
    return row


@transaction.atomic
def change(question_id: int, wanted: Wanted, *, by: Actor, at: datetime) -> SavedQuestion:
    """Let an own question ask otherwise, be called otherwise, or be shared otherwise.

    Raises ``NotFound``, ``NotAllowed``, ``Faults``, and ``Conflict`` where rules watch its number
    and it would become another one.
    """
    row = queries.question_for(by, question_id, lock=True)
    if row.owner_id != by.id:
        raise NotAllowed(_("Only the person who saved this question may change it."))
    agencies_of(by)
    _check(wanted, by=by, except_id=row.pk)
    before, number = drafts.facts_of(row), drafts.number_of(row)
    title = row.title
    drafts.write(row, wanted)
    if row.rules.exists() and (drafts.number_of(row) != number or row.last is None):
        raise Conflict(
            _(
                "Rules watch this number, so it has to stay the same. Please save what you ask now"
                " as a new question, or end the rules first."
            )
        )
    after = drafts.facts_of(row)
    if before != after or title != row.title:
        row.changed_at = at
        row.save()
        events.tell(events.QUESTION, row.pk, Kind.CHANGED, by=by, at=at, before=before, after=after)
    return row


@transaction.atomic
def delete(question_id: int, *, by: Actor, at: datetime) -> None:
    """Delete an own question, with the messages and rules on it; administrators any shared one.

    Raises ``NotFound`` and ``NotAllowed``.
    """
    row = queries.question_for(by, question_id, lock=True)
    if row.owner_id != by.id:
        require(PERMISSIONS, "tidy", by=by)
    events.tell(events.QUESTION, row.pk, Kind.DELETED, by=by, at=at, before=drafts.facts_of(row))
    row.delete()


def _check(wanted: Wanted, *, by: Actor, except_id: int) -> None:
    drafts.check(wanted)
    if wanted.sharing != Sharing.OWN:
        agency_id = wanted.agency_id if wanted.sharing == Sharing.AGENCY else None
        require(PERMISSIONS, "share", by=by, agency_id=agency_id)
    # One at a time, so that no title is there twice.
    User.objects.select_for_update().get(pk=queries.account_of(by))
    same = SavedQuestion.objects.filter(
        owner_id=queries.account_of(by), title__iexact=wanted.title.strip()
    )
    if same.exclude(pk=except_id).exists():
        raise Faults({"title": _("You have a question of this title. Please choose another one.")})
