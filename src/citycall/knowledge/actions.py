"""Writing and withdrawing articles; every change is recorded and can be undone."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.agencies import editing
from citycall.agencies.editing import Edit
from citycall.agencies.models import Agency
from citycall.catalog.models import Service
from citycall.core.actors import Actor
from citycall.core.errors import Faults, NotFound
from citycall.core.models import Revision
from citycall.core.permissions import require
from citycall.knowledge import markdown, queries
from citycall.knowledge.models import Article
from citycall.knowledge.policies import PERMISSIONS
from citycall.knowledge.queries import UnknownArticle
from citycall.knowledge.specs import ArticleSpec


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


@transaction.atomic
def undo(*, revision: int, by: Actor, at: datetime) -> Revision:
    """Take back one change (the id of its revision); see ``editing.undone`` for when.

    Undoing the first writing of an article withdraws it. Returns the revision of the undoing,
    which can be undone like any other.
    """
    require(PERMISSIONS, "undo", by=by)
    change = editing.find_revision(revision)
    if change.subject_kind != queries.ARTICLE:
        raise NotFound(_("This is not a change of an article."))
    row = editing.locked(Article, change.subject_code)
    present = queries.article_spec(row) if row else None
    restored = editing.undone(change, spec=ArticleSpec, present=present)
    if present and change.before is None:
        restored = present.model_copy(update={"published": False})
    _save_article(restored, Edit(by=by, at=at, undoes=change))
    return editing.latest(queries.ARTICLE, change.subject_code)


@transaction.atomic
def _save_article(spec: ArticleSpec, edit: Edit) -> Article:
    row = editing.locked(Article, spec.code)
    before = queries.article_spec(row) if row else None
    row = row or Article(code=spec.code)
    if spec.published and (faults := _unknown_names(spec)):
        raise Faults(faults)
    row.title, row.summary, row.body = spec.title, spec.summary, spec.body
    row.keywords, row.services = list(spec.keywords), list(spec.services)
    row.agency_code, row.language = spec.agency or "", spec.language
    row.checked_on, row.published = spec.checked_on, spec.published
    row.updated_at = edit.at
    row.searchable = "\n".join(
        (spec.title, spec.summary, " ".join(spec.keywords), markdown.plain(spec.body))
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


def _nothing_to_tell() -> None:
    """Articles are read where they are kept: no process holds a picture of them."""


def _unknown_names(spec: ArticleSpec) -> dict[str, str]:
    faults: dict[str, str] = {}
    if spec.agency and not Agency.objects.filter(code=spec.agency).exists():
        faults["agency"] = _("There is no agency with this code.")
    known = set(Service.objects.filter(code__in=spec.services).values_list("code", flat=True))
    for index, code in enumerate(spec.services):
        if code not in known:
            faults[f"services.{index}"] = _("There is no service with this code.")
    return faults
