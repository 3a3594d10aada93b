"""Articles before they are shown: written, sent for review, approved by somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from citycall.agencies import editing
from citycall.agencies.documents import read
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, Faults, NotFound
from citycall.core.permissions import require
from citycall.knowledge import actions, names, queries
from citycall.knowledge.models import Article, ArticleDraft
from citycall.knowledge.policies import PERMISSIONS
from citycall.knowledge.specs import ArticleSpec

MOST: Final = 100
LONGEST_WORDS: Final = 1_000


class UnknownDraft(NotFound):
    """Nobody is writing this article."""

    code = "unknown_draft"


class NeedsReview(Conflict):
    """The city asks for a second person before an article is shown."""

    code = "needs_review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is being written. ``asked_at``: since when it waits for a second person, if it does."""

    spec: ArticleSpec
    writer_id: int | None
    writer: str
    updated_at: datetime
    asked_at: datetime | None
    sent_back: str

    def may_be_shown_by(self, actor: Actor) -> bool:
        """Whether this person may put it before everybody."""
        if not settings.CITYCALL_REVIEW_ARTICLES:
            return True
        return self.asked_at is not None and self.writer_id != actor.id


def drafts(*, by: Actor) -> Sequence[Draft]:
    """All that is being written, what waits for review first, the longest waiting on top."""
    require(PERMISSIONS, "save_article", by=by)
    rows = list(ArticleDraft.objects.order_by("-updated_at")[:MOST])
    rows.sort(key=lambda row: (row.asked_at is None, row.asked_at or row.updated_at))
    return [_seen(row) for row in rows]


def draft(code: str, *, by: Actor) -> Draft | None:
    """What is being written of the article with this code; none where nothing is."""
    require(PERMISSIONS, "save_article", by=by)
    row = ArticleDraft.objects.filter(code=code).first()
    return _seen(row) if row else None


def article_spec(code: str, *, by: Actor) -> ArticleSpec | None:
    """The article with this code as it is kept, shown or not."""
    require(PERMISSIONS, "save_article", by=by)
    row = Article.objects.filter(code=code).first()
    return queries.article_spec(row) if row else None


@transaction.atomic
def write(*, spec: ArticleSpec, by: Actor, at: datetime) -> Draft:
    """Keep what is written; what is shown stays as it is. Who writes last is the writer.

    Raises ``Faults`` with every service and agency that is not known.
    """
    require(PERMISSIONS, "save_article", by=by)
    if faults := names.unknown_in(spec):
        raise Faults(faults)
    row = editing.locked(ArticleDraft, spec.code) or ArticleDraft(code=spec.code)
    row.title, row.definition = spec.title, spec.model_dump(mode="json")
    row.writer_id, row.writer_name, row.updated_at = by.id, by.name[:200], at
    # What was approved or asked for was another text.
    row.asked_at, row.sent_back = None, ""
    row.save()
    return _seen(row)


@transaction.atomic
def ask(*, code: str, by: Actor, at: datetime) -> Draft:
    """Ask for a second person to look at it."""
    require(PERMISSIONS, "save_article", by=by)
    row = _locked(code)
    row.asked_at, row.sent_back = row.asked_at or at, ""
    row.save()
    return _seen(row)


@transaction.atomic
def send_back(*, code: str, words: str, by: Actor) -> Draft:
    """Say what has to be changed first. Raises ``Faults`` without words."""
    require(PERMISSIONS, "save_article", by=by)
    row = _locked(code)
    if not words.strip():
        raise Faults({"words": _("Please say what should be changed.")})
    row.asked_at, row.sent_back = None, words.strip()[:LONGEST_WORDS]
    row.save()
    return _seen(row)


@transaction.atomic
def show(*, code: str, by: Actor, at: datetime) -> Article:
    """Put it in the place of what was shown, from its day on where it names one.

    Where the city asks for a second person, only that one may. Raises ``NeedsReview``.
    """
    require(PERMISSIONS, "save_article", by=by)
    row = _locked(code)
    written = _seen(row)
    if not written.may_be_shown_by(by):
        raise NeedsReview(_("A second person has to look at this before it is shown."))
    spec = written.spec.model_copy(update={"published": True})
    article = actions.save_article(spec=spec, by=by, at=at)
    row.delete()
    return article


@transaction.atomic
def discard(*, code: str, by: Actor) -> None:
    """Throw away what is being written; what is shown stays."""
    require(PERMISSIONS, "save_article", by=by)
    _locked(code).delete()


def _locked(code: str) -> ArticleDraft:
    row = editing.locked(ArticleDraft, code)
    if row is None:
        raise UnknownDraft(_("Nobody is writing this article."))
    return row


def _seen(row: ArticleDraft) -> Draft:
    return Draft(
        spec=read(ArticleSpec, row.definition),
        writer_id=row.writer_id,
        writer=row.writer_name,
        updated_at=row.updated_at,
        asked_at=row.asked_at,
        sent_back=row.sent_back,
    )
