"""The city's own reasons for sending work back; every change is recorded and can be undone."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.agencies import editing
from citycall.agencies.editing import Edit
from citycall.catalog.naming import agency_and_service
from citycall.core.actors import Actor
from citycall.core.errors import NotFound
from citycall.core.models import Revision
from citycall.core.permissions import require
from citycall.service_requests import policies, returning
from citycall.service_requests.models import ReturnReason
from citycall.service_requests.returning import ReasonSpec


@transaction.atomic
def save_reason(*, spec: ReasonSpec, by: Actor, at: datetime) -> ReturnReason:
    """Make the reason with this code, or change it to say ``spec``.

    A usual one's code tells that one otherwise, or retires it. Raises ``Faults`` for an agency or
    service that is not known.
    """
    require(policies.PERMISSIONS, "save_return_reason", by=by)
    return _save(spec, Edit(by=by, at=at))


@transaction.atomic
def undo_reason(*, revision: int, by: Actor, at: datetime) -> Revision:
    """Take back one change of a reason, while it is as that change left it."""
    require(policies.PERMISSIONS, "save_return_reason", by=by)
    change = editing.find_revision(revision)
    if change.subject_kind != returning.REASON:
        raise NotFound(_("There is no such change of a reason."))
    row = editing.locked(ReturnReason, change.subject_code)
    present = returning.reason_spec(row) if row else None
    restored = editing.undone(change, spec=ReasonSpec, present=present)
    _save(restored, Edit(by=by, at=at, undoes=change))
    return editing.latest(returning.REASON, change.subject_code)


def _save(spec: ReasonSpec, edit: Edit) -> ReturnReason:
    agency, service = agency_and_service(agency=spec.agency, service=spec.service)
    row = editing.locked(ReturnReason, spec.code)
    before = returning.reason_spec(row) if row else None
    row = row or ReturnReason(code=spec.code)
    row.name, row.needs_words, row.retired = spec.name, spec.needs_words, spec.retired
    row.agency, row.service = agency, service
    return editing.keep(
        row,
        kind=returning.REASON,
        code=spec.code,
        before=before,
        after=spec,
        edit=edit,
        news=returning.REASONS.bump,
    )
