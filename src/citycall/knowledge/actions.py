"""Writing what residents read; every change is recorded and can be undone."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.agencies import editing
from citycall.agencies.editing import Edit
from citycall.agencies.models import Agency
from citycall.core.actors import Actor
from citycall.core.errors import Faults, NotFound
from citycall.core.models import Revision
from citycall.core.permissions import require
from citycall.knowledge import markdown, names, queries, searching
from citycall.knowledge.alerts import UnknownAlert
from citycall.knowledge.collections import CollectionSpec, HolidayNoticeSpec
from citycall.knowledge.models import (
    Article,
    Collection,
    DirectoryEntry,
    Entry,
    HolidayNotice,
    LocalEvent,
    ServiceAlert,
)
from citycall.knowledge.picture import (
    ALERT,
    COLLECTION,
    DIRECTORY_ENTRY,
    EVENT,
    HOLIDAY,
    SPECS,
    TOLD,
    entry_spec,
)
from citycall.knowledge.policies import PERMISSIONS
from citycall.knowledge.queries import UnknownArticle
from citycall.knowledge.specs import (
    AlertSpec,
    ArticleSpec,
    DirectorySpec,
    EntrySpec,
    EventSpec,
)

E = TypeVar("E", bound=Entry)


def save_article(*, spec: ArticleSpec, by: Actor, at: datetime) -> Article:
    """Write the article with this code, or change it to say ``spec``.

    Raises ``Faults`` with every service and agency that is not known.
    """
    require(PERMISSIONS, "save_article", by=by)
    return _save_article(spec, Edit(by=by, at=at))


@transaction.atomic
def withdraw_article(*, code: str, by: Actor, at: datetime) -> Article:
    """Show an article no longer; it and its history stay, and it can be published again."""
    require(PERMISSIONS, "withdraw_article", by=by)
    row = editing.locked(Article, code)
    if row is None:
        raise UnknownArticle(_("There is no such article."))
    spec = queries.article_spec(row).model_copy(update={"published": False})
    return _save_article(spec, Edit(by=by, at=at))


def save_alert(*, spec: AlertSpec, by: Actor, at: datetime) -> ServiceAlert:
    """Tell a service alert, or change it to say ``spec``.

    People of an agency may tell and change those that name their agency. Raises ``Faults`` with
    every name in it that is not known.
    """
    edit = Edit(by=by, at=at)
    _require_alert("save_alert", spec.agency, by=by)
    return _save_alert(spec, edit)


@transaction.atomic
def end_alert(*, code: str, by: Actor, at: datetime) -> ServiceAlert:
    """Tell an alert no longer from now on; one that has not begun is retired."""
    row = editing.locked(ServiceAlert, code)
    if row is None:
        raise UnknownAlert(_("There is no such service alert."))
    spec: AlertSpec = entry_spec(row)
    _require_alert("end_alert", spec.agency, by=by)
    change = {"ends": at} if spec.starts < at else {"retired": True}
    return _save_alert(spec.model_copy(update=change), Edit(by=by, at=at))


def save_event(*, spec: EventSpec, by: Actor, at: datetime) -> LocalEvent:
    """Announce a local event, or change it to say ``spec``."""
    require(PERMISSIONS, "save_entry", by=by)
    return _save_event(spec, Edit(by=by, at=at))


def save_collection(*, spec: CollectionSpec, by: Actor, at: datetime) -> Collection:
    """Write when something is collected, or change it to say ``spec``."""
    require(PERMISSIONS, "save_entry", by=by)
    return _save_collection(spec, Edit(by=by, at=at))


def save_holiday(*, spec: HolidayNoticeSpec, by: Actor, at: datetime) -> HolidayNotice:
    """Write what is otherwise on a date, or change it to say ``spec``."""
    require(PERMISSIONS, "save_entry", by=by)
    return _save_holiday(spec, Edit(by=by, at=at))


def save_directory_entry(*, spec: DirectorySpec, by: Actor, at: datetime) -> DirectoryEntry:
    """Write whom to call for something, or change it to say ``spec``."""
    require(PERMISSIONS, "save_entry", by=by)
    return _save_directory_entry(spec, Edit(by=by, at=at))


@transaction.atomic
def undo(*, revision: int, by: Actor, at: datetime) -> Revision:
    """Take back one change (the id of its revision); see ``editing.undone`` for when.

    Undoing the first writing withdraws what was written. Returns the revision of the undoing,
    which can be undone like any other.
    """
    require(PERMISSIONS, "undo", by=by)
    change = editing.find_revision(revision)
    edit = Edit(by=by, at=at, undoes=change)
    if change.subject_kind == queries.ARTICLE:
        _save_article(_article_before(change), edit)
    elif change.subject_kind in _SAVE:
        model, spec = SPECS[change.subject_kind]
        row = editing.locked(model, change.subject_code)
        restored = editing.undone(change, spec=spec, present=entry_spec(row) if row else None)
        _SAVE[change.subject_kind](restored, edit)
    else:
        raise NotFound(_("This is not a change of anything that residents read."))
    return editing.latest(change.subject_kind, change.subject_code)


def _article_before(change: Revision) -> ArticleSpec:
    row = editing.locked(Article, change.subject_code)
    present = queries.article_spec(row) if row else None
    restored = editing.undone(change, spec=ArticleSpec, present=present)
    if present and change.before is None:
        return present.model_copy(update={"published": False})
    return restored


def _require_alert(action: str, agency: str | None, *, by: Actor) -> None:
    row = Agency.objects.filter(code=agency).only("id").first() if agency else None
    require(PERMISSIONS, action, by=by, agency_id=row.pk if row else None)


@transaction.atomic
def _save_alert(spec: AlertSpec, edit: Edit) -> ServiceAlert:
    row = editing.locked(ServiceAlert, spec.code) or ServiceAlert(code=spec.code)
    if row.pk:
        # Nobody takes over an alert of another agency by giving it their own name.
        _require_alert("save_alert", entry_spec(row).agency, by=edit.by)
    return _keep(row, spec, edit, kind=ALERT, starts_at=spec.starts, ends_at=spec.ends)


@transaction.atomic
def _save_event(spec: EventSpec, edit: Edit) -> LocalEvent:
    row = editing.locked(LocalEvent, spec.code) or LocalEvent(code=spec.code)
    return _keep(row, spec, edit, kind=EVENT, starts_at=spec.starts, ends_at=spec.ends)


@transaction.atomic
def _save_collection(spec: CollectionSpec, edit: Edit) -> Collection:
    row = editing.locked(Collection, spec.code) or Collection(code=spec.code)
    return _keep(row, spec, edit, kind=COLLECTION)


@transaction.atomic
def _save_holiday(spec: HolidayNoticeSpec, edit: Edit) -> HolidayNotice:
    row = editing.locked(HolidayNotice, spec.code) or HolidayNotice(code=spec.code)
    return _keep(row, spec, edit, kind=HOLIDAY, day=spec.day)


@transaction.atomic
def _save_directory_entry(spec: DirectorySpec, edit: Edit) -> DirectoryEntry:
    row = editing.locked(DirectoryEntry, spec.code) or DirectoryEntry(code=spec.code)
    return _keep(row, spec, edit, kind=DIRECTORY_ENTRY)


_SAVE: Mapping[str, Callable[[Any, Edit], Entry]] = {
    ALERT: _save_alert,
    EVENT: _save_event,
    COLLECTION: _save_collection,
    HOLIDAY: _save_holiday,
    DIRECTORY_ENTRY: _save_directory_entry,
}


def _keep(row: E, spec: EntrySpec, edit: Edit, *, kind: str, **columns: Any) -> E:
    before = entry_spec(row) if row.pk else None
    # What is retired may name what is gone by now.
    if not spec.retired and (faults := names.unknown_in(spec)):
        raise Faults(faults)
    row.title, row.retired, row.updated_at = spec.title, spec.retired, edit.at
    row.definition = spec.model_dump(mode="json")
    for name, value in columns.items():
        setattr(row, name, value)
    return editing.keep(
        row, kind=kind, code=spec.code, before=before, after=spec, edit=edit, news=TOLD.bump
    )


@transaction.atomic
def _save_article(spec: ArticleSpec, edit: Edit) -> Article:
    row = editing.locked(Article, spec.code)
    before = queries.article_spec(row) if row else None
    row = row or Article(code=spec.code)
    if spec.published and (faults := names.unknown_in(spec)):
        raise Faults(faults)
    row.title, row.summary, row.body = spec.title, spec.summary, spec.body
    row.keywords, row.services = list(spec.keywords), list(spec.services)
    row.agency_code, row.language = spec.agency or "", spec.language
    row.checked_on, row.published = spec.checked_on, spec.published
    row.kind, row.facts = spec.kind, spec.facts.model_dump(mode="json") if spec.facts else {}
    row.translates, row.updated_at = spec.translates or "", edit.at
    row.publish_from, row.expires_on = spec.publish_from, spec.expires_on
    row.used_for = spec.used_for.value if spec.used_for else ""
    if before is None or _text(before) != _text(spec):
        row.written_at = edit.at
    row.searchable = searching.searchable(
        spec.title, spec.summary, " ".join(spec.keywords), markdown.plain(spec.body)
    )
    return editing.keep(
        row,
        kind=queries.ARTICLE,
        code=spec.code,
        before=before,
        after=spec,
        edit=edit,
        news=_nothing_to_tell,
    )


def _text(spec: ArticleSpec) -> tuple[object, ...]:
    return spec.title, spec.summary, spec.body, spec.facts


def _nothing_to_tell() -> None:
    """Articles are read where they are kept: no process holds a picture of them."""
