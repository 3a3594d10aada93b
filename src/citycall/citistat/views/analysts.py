"""Analysts ask the facts in SQL, and take them along."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from citycall.analytics.analysts import asking
from citycall.analytics.analysts.dictionary import LEFT_OUT, TABLES
from citycall.analytics.analysts.edition import given
from citycall.analytics.analysts.sandbox import Answer
from citycall.analytics.measures.measure import Unit
from citycall.analytics.store import Facts, store
from citycall.citistat import sql_files
from citycall.citistat.around import around
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.pages import numbers
from citycall.pages.sending import send
from citycall.pages.staff import staff_only

# Counted by each web process.
LIMIT: Final[RateLimitItem] = RateLimitItemPerMinute(30)
_asked: Final = MovingWindowRateLimiter(MemoryStorage())
_LONGEST_CELL: Final = 300
# What stands in the field at first: a question whose answer everybody can check on other pages.
USUAL: Final = """\
SELECT s.name AS service, count(*) AS received,
       count(*) FILTER (WHERE r.is_open) AS still_open
FROM requests r JOIN services s ON s.id = r.service
WHERE NOT r.is_merged AND r.received_on >= (SELECT today - 365 FROM about)
GROUP BY s.name
ORDER BY received DESC"""


class TooManyQuestions(DomainError):
    """Somebody asks more often than people do."""

    code = "too_many"
    status = 429

    def __init__(self) -> None:
        super().__init__(_("That was too often. Please wait a while and try again."), field="sql")


def forget() -> None:
    """Forget who asked, as a restart does."""
    _asked.storage.reset()


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def sql(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """One SELECT: its first rows on the page, or all of them as a file."""
    facts = store().facts()
    context = around(actor, "sql") | _beside(facts, actor)
    if request.method != "POST":
        return render(request, "citistat/sql.html", context | {"sql": _linked(request)})
    typed = request.POST.get("sql", "").replace("\x00", "")
    wanted = request.POST.get("format", "")
    try:
        answer = _answer(facts, typed, wanted, actor)
        if wanted in sql_files.FORMATS:
            return sql_files.file_of(answer, wanted)
    except DomainError as error:
        if error.field != "sql":
            raise
        told = {"sql": typed, "fault": error.message, "lately": asking.asked_lately(actor)}
        return render(request, "citistat/sql.html", context | told, status=error.status)
    shown = {"sql": typed, "answer": answer, "rows": _rows(answer), "most": asking.SHOWN_ROWS}
    context["lately"] = asking.asked_lately(actor)
    return render(request, "citistat/sql.html", context | shown)


@require_safe
@staff_only
def table(request: HttpRequest, actor: Actor, name: str) -> HttpResponseBase:
    """One table as Parquet."""
    facts = store().facts()
    found, edition = asking.take(facts, name, by=actor, at=clock.now())
    return send(
        request,
        found.path,
        size=found.size,
        digest=f"{name}-{edition.key}",
        changed_at=facts.about.as_of,
        media_type=sql_files.FORMATS["parquet"],
        name=f"{name}.parquet",
        kept_for="private, no-cache",
    )


def _linked(request: HttpRequest) -> str:
    return request.GET.get("sql", "").replace("\x00", "")[: asking.LONGEST] or USUAL


def _answer(facts: Facts, typed: str, wanted: str, actor: Actor) -> Answer:
    if not _asked.hit(LIMIT, str(actor.id)):
        raise TooManyQuestions
    return asking.ask(
        facts,
        typed,
        by=actor,
        at=clock.now(),
        whole=wanted in sql_files.FORMATS,
        as_text=wanted != "parquet",
    )


def _beside(facts: Facts, actor: Actor) -> dict[str, Any]:
    """The tables with what is in them, and what was asked lately. Raises ``NotAllowed``."""
    files = asking.tables(facts, by=actor).tables
    columns = given(facts)
    return {
        "tables": [
            {
                "table": table,
                "columns": columns[name],
                "left_out": LEFT_OUT.get(name, {}).items(),
                "count": files[name].rows,
                "rows": numbers.told(files[name].rows, Unit.COUNT),
                "size": files[name].size,
            }
            for name, table in TABLES.items()
        ],
        "lately": asking.asked_lately(actor),
        "longest": asking.LONGEST,
        "most_rows": numbers.told(asking.MOST_ROWS, Unit.COUNT),
    }


def _rows(answer: Answer) -> list[list[str]]:
    columns = [column.to_pylist() for column in answer.rows.columns]
    return [[_short(value) for value in row] for row in zip(*columns, strict=True)]


def _short(value: str | None) -> str:
    told = value or ""
    return told if len(told) <= _LONGEST_CELL else f"{told[:_LONGEST_CELL]}…"
