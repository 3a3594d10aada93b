"""How an edit is kept: the row, its revision and the news of it commit together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from citycall.agencies.documents import D, Document
from citycall.core import revisions
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, NotFound
from citycall.core.models import Revision

M = TypeVar("M", bound=Model)


class CannotUndo(Conflict):
    """The thing has been changed again since the change that should be undone."""

    code = "cannot_undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Who changes something, when, and which revision this undoes, if any."""

    by: Actor
    at: datetime
    undoes: Revision | None = None


def locked(rows: type[M], code: str) -> M | None:
    """The row with this code, held until the transaction ends, or none."""
    manager = rows._default_manager
    return manager.select_for_update(of=("self",)).filter(code=code).first()


def keep(
    row: M,
    *,
    kind: str,
    code: str,
    before: Document | None,
    after: Document,
    edit: Edit,
    news: Callable[[], None],
) -> M:
    """Save the row and record the change, unless ``after`` says what ``before`` said."""
    if before == after:
        return row
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict(
            _("Somebody else saved “%(code)s” at the same moment. Please look and try again.")
            % {"code": code}
        ) from None
    revisions.record(
        subject_kind=kind,
        subject_code=code,
        before=before.model_dump(mode="json") if before else None,
        after=after.model_dump(mode="json"),
        by=edit.by,
        at=edit.at,
        undoes=edit.undoes,
    )
    news()
    return row


def find_revision(revision: int) -> Revision:
    """The revision with this id; raises ``NotFound``."""
    found = Revision.objects.filter(pk=revision).first()
    if found is None:
        raise NotFound(_("There is no such change."))
    return found


def undone(revision: Revision, *, spec: type[D], present: D | None) -> D:
    """What the thing should say again when ``revision`` is undone.

    Allowed while the thing is as that change left it: the newest change can be undone, then the
    one before it, and an undoing can itself be undone. Anything else raises ``CannotUndo``, since
    it would silently take back somebody's later work. What a change had made is retired rather
    than deleted, because requests may name it.
    """
    after = spec.model_validate(revision.after)
    if present != after:
        raise CannotUndo(
            _("“%(code)s” was changed again later. Please undo the later change first.")
            % {"code": revision.subject_code}
        )
    if revision.before is None:
        return after.model_copy(update={"retired": True})
    return spec.model_validate(revision.before)


def latest(kind: str, code: str) -> Revision:
    """The newest revision of a thing that has one."""
    return Revision.objects.filter(subject_kind=kind, subject_code=code).latest("id")
