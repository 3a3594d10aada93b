"""What people searched and did not find, or were not helped by, and what was done about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.errors import Faults, NotFound
from citycall.core.permissions import require
from citycall.knowledge import actions, queries
from citycall.knowledge.models import Article, Opinion, UnansweredSearch
from citycall.knowledge.policies import PERMISSIONS

MOST: Final = 100
# Words at most, as a keyword of an article.
_MOST_KEYWORDS: Final = 100


class UnknownGap(NotFound):
    """Nobody searched this in vain."""

    code = "unknown_gap"


def gaps(
    *, by: Actor, state: UnansweredSearch.State = UnansweredSearch.State.OPEN
) -> Sequence[UnansweredSearch]:
    """What was not found, what was asked most often first; at most a hundred."""
    require(PERMISSIONS, "read_opinions", by=by)
    rows = UnansweredSearch.objects.filter(state=state)
    return list(rows.order_by("-times", "-last_on", "id")[:MOST])


def gap(gap_id: int, *, by: Actor) -> UnansweredSearch:
    """One of them; raises ``UnknownGap``."""
    require(PERMISSIONS, "read_opinions", by=by)
    found = UnansweredSearch.objects.filter(pk=gap_id).first()
    if found is None:
        raise UnknownGap(_("Nobody has searched this in vain."))
    return found


def missed(*, by: Actor) -> Sequence[tuple[Opinion, str]]:
    """Who was not helped and said what was missing, the latest first, with the title of what.

    At most a hundred; the title is empty for an alert that is over.
    """
    require(PERMISSIONS, "read_opinions", by=by)
    rows = list(Opinion.objects.filter(helped=False).exclude(missing="").order_by("-at")[:MOST])
    codes = [row.code for row in rows if row.subject == Opinion.Subject.ARTICLE]
    titles = dict(Article.objects.filter(code__in=codes).values_list("code", "title"))
    return [(row, titles.get(row.code, "")) for row in rows]


@transaction.atomic
def settle(
    gap_id: int, *, state: UnansweredSearch.State, by: Actor, at: datetime, article: str = ""
) -> UnansweredSearch:
    """It is dealt with, to be ignored, or open again; ``article`` is the code of what answers."""
    require(PERMISSIONS, "save_article", by=by)
    row = _locked(gap_id)
    row.state, row.article = state, article[:80]
    row.settled_by, row.settled_at = by.name[:200], at
    row.save()
    return row


@transaction.atomic
def belongs(gap_id: int, *, article: str, by: Actor, at: datetime) -> UnansweredSearch:
    """The article with this code answers it: its words become a keyword, so that it is found.

    The keyword goes to the article in the language that was searched in, where it is translated.
    """
    require(PERMISSIONS, "save_article", by=by)
    row = _locked(gap_id)
    known = Article.objects.filter(code=article.strip()).first()
    if known is None:
        raise Faults({"article": _("There is no article with this code.")})
    root = known.translates or known.code
    same = Article.objects.filter(translates=root) | Article.objects.filter(code=root)
    fitting = same.filter(language=row.language).first() or known
    spec = queries.article_spec(fitting)
    if row.words not in spec.keywords:
        keywords = (*spec.keywords, row.words)[-_MOST_KEYWORDS:]
        changed = spec.model_copy(update={"keywords": keywords})
        actions.save_article(spec=changed, by=by, at=at)
    return settle(gap_id, state=UnansweredSearch.State.DONE, by=by, at=at, article=fitting.code)


def _locked(gap_id: int) -> UnansweredSearch:
    row = UnansweredSearch.objects.select_for_update().filter(pk=gap_id).first()
    if row is None:
        raise UnknownGap(_("Nobody has searched this in vain."))
    return row
