"""Writing and changing the texts of an agency; every change is recorded and can be undone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from citycall.accounts.models import Role
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, DomainError, NotFound
from citycall.core.models import Revision
from citycall.core.permissions import Grant, require
from citycall.core.revisions import record
from citycall.notifications import texts
from citycall.notifications.models import StandardText, TextUse

KIND: Final = "standard_text"
PERMISSIONS: Final = {
    "write": Grant(
        everywhere=frozenset({Role.ADMINISTRATOR.value}),
        own_agency=frozenset({Role.DISPATCHER.value, Role.AGENCY_MANAGER.value}),
    )
}


class NameTaken(Conflict):
    """The agency has another text of this name for the same use."""

    code = "name_taken"


class NoName(DomainError):
    """A text needs a name to be found by."""

    code = "no_name"


@transaction.atomic
def save_text(
    *,
    agency_id: int,
    use: TextUse,
    name: str,
    words: Mapping[str, str],
    by: Actor,
    at: datetime,
    text_id: int | None = None,
    active: bool = True,
    undoes: Revision | None = None,
) -> StandardText:
    """Write a text, or change the one with this id.

    Raises ``NotAllowed``, ``NoName``, ``NameTaken``, and ``Faults`` by "words.<language>".
    """
    require(PERMISSIONS, "write", by=by, agency_id=agency_id)
    if not name.strip():
        raise NoName(_("Please give the text a name."), field="name")
    text, before = StandardText(), None
    if text_id is not None:
        text = _locked(text_id)
        require(PERMISSIONS, "write", by=by, agency_id=text.agency_id)
        before = texts.as_kept(text)
    text.agency_id, text.use, text.active = agency_id, use.value, active
    text.name, text.words = name.strip()[:80], texts.check(words)
    try:
        with transaction.atomic():
            text.save()
    except IntegrityError:
        raise NameTaken(_("There is a text with this name already."), field="name") from None
    record(
        subject_kind=KIND,
        subject_code=str(text.pk),
        before=before,
        after=texts.as_kept(text),
        by=by,
        at=at,
        undoes=undoes,
    )
    return text


def undo(revision_id: int, *, by: Actor, at: datetime) -> StandardText:
    """Give a text what it had before a change; one that was made by it is not offered any more."""
    revision = Revision.objects.filter(pk=revision_id, subject_kind=KIND).first()
    if revision is None:
        raise NotFound(_("There is no such change."))
    kept = revision.before or {**(revision.after or {}), "active": False}
    return save_text(
        text_id=int(revision.subject_code),
        agency_id=kept["agency"],
        use=TextUse(kept["use"]),
        name=kept["name"],
        words=kept["words"],
        active=kept["active"],
        by=by,
        at=at,
        undoes=revision,
    )


def _locked(text_id: int) -> StandardText:
    try:
        return StandardText.objects.select_for_update().get(pk=text_id)
    except StandardText.DoesNotExist:
        raise NotFound(_("There is no such text.")) from None


def texts_of(agency_ids: frozenset[int] | None) -> list[StandardText]:
    """The texts of these agencies, of all for none, by use and name."""
    rows = StandardText.objects.select_related("agency").order_by("agency__name", "use", "name")
    return list(rows if agency_ids is None else rows.filter(agency__in=agency_ids))


def offered(*agency_ids: int) -> list[StandardText]:
    """The texts that these agencies' people can choose from."""
    rows = StandardText.objects.filter(agency__in=agency_ids, active=True)
    return list(rows.order_by("use", "name", "agency_id"))


def get_text(text_id: int, *, by: Actor) -> StandardText:
    """A text for those who may change it; raises ``NotFound``, ``NotAllowed``."""
    text = StandardText.objects.select_related("agency").filter(pk=text_id).first()
    if text is None:
        raise NotFound(_("There is no such text."))
    require(PERMISSIONS, "write", by=by, agency_id=text.agency_id)
    return text


def changes_of(text: StandardText) -> list[Revision]:
    """What was changed of a text, latest first; at most 20."""
    rows = Revision.objects.filter(subject_kind=KIND, subject_code=str(text.pk))
    return list(rows.order_by("-id")[:20])
