"""What call-takers read aloud: for a moment of every call, or of those about one service."""

from collections.abc import Sequence

from citycall.knowledge import queries
from citycall.knowledge.models import Article
from citycall.knowledge.queries import ArticleEntry
from citycall.knowledge.specs import ScriptUse


def script(use: ScriptUse, *, language: str, service: str = "") -> ArticleEntry | None:
    """What is read aloud at this moment, in the caller's language where it is translated.

    The service's own script goes before that of every call.
    """
    found = [each for each in scripts(language=language) if each.used_for == use]
    own = [each for each in found if service and service in each.services]
    return next(iter((*own, *(each for each in found if not each.services))), None)


def scripts(*, language: str) -> Sequence[ArticleEntry]:
    """Every script that is shown to call-takers, by title; each once, in ``language`` if it is."""
    chosen: dict[str, ArticleEntry] = {}
    for each in queries.of_kind(Article.Kind.SCRIPT):
        present = chosen.get(each.root)
        if present is None or _fitness(each, language) > _fitness(present, language):
            chosen[each.root] = each
    return sorted(chosen.values(), key=lambda each: each.title)


def _fitness(script: ArticleEntry, language: str) -> tuple[bool, bool]:
    """In the caller's language, else as it was written first."""
    return script.language == language, not script.translates
