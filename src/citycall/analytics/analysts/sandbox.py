"""A statement of a stranger, asked in a process of its own that can harm nothing and soon ends.

The process (``inside``) reads the files of one edition and nothing else, inherits no environment,
and is killed when its time is over. So many run at once in the whole city, and no more.
"""

import fcntl
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import pyarrow as pa
from django.conf import settings
from django.utils.translation import gettext as _

from citycall.core.errors import DomainError

_INSIDE: Final = Path(__file__).with_name("inside.py")
# Nothing of the city's own environment; one arena, so that memory is counted as it is used.
_ENVIRONMENT: Final = {
    "HOME": "/nonexistent",
    "TZ": "UTC",
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",
}
_FIELD: Final = "sql"


class NotAnswered(DomainError):
    """The statement is not one that is answered, or cannot be; the message says why."""

    code = "not_answered"
    status = 422


class Busy(DomainError):
    """As many questions as may be are being answered."""

    code = "busy"
    status = 503
    retry_after = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one answer may take: rows and bytes told, seconds, and megabytes of memory."""

    rows: int
    bytes: int
    seconds: int
    megabytes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows as Arrow, with the columns' own names and DuckDB's names of their kinds.

    ``more`` says whether there were more rows than were wanted.
    """

    columns: list[str]
    kinds: list[str]
    rows: Any
    more: bool


def ask(sql: str, tables: Mapping[str, Path], *, limits: Limits, as_text: bool) -> Answer:
    """What a statement answers; ``as_text`` with every value as DuckDB writes it.

    Raises ``NotAnswered`` and ``Busy``.
    """
    asked = {
        "sql": sql,
        "tables": {name: str(path) for name, path in tables.items()},
        "rows": limits.rows,
        "bytes": limits.bytes,
        "seconds": limits.seconds,
        "megabytes": limits.megabytes,
        "threads": settings.CITYCALL_ANALYTICS_THREADS,
        "as_text": as_text,
    }
    with _slot():
        out = _run(json.dumps(asked).encode(), limits)
    head, _line, rows = out.partition(b"\n")
    try:
        told = json.loads(head)
    except ValueError:
        raise NotAnswered(_why("too_much_memory", "", limits), field=_FIELD) from None
    if "refused" in told:
        raise NotAnswered(_why(told["refused"], told["message"], limits), field=_FIELD)
    return Answer(told["columns"], told["kinds"], pa.ipc.open_stream(rows).read_all(), told["more"])


def _run(asked: bytes, limits: Limits) -> bytes:
    with subprocess.Popen(  # noqa: S603  (this interpreter, and a program of ours)
        [sys.executable, "-I", str(_INSIDE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_ENVIRONMENT,
        cwd="/",
        start_new_session=True,
    ) as process:
        try:
            return process.communicate(asked, timeout=limits.seconds)[0]
        except subprocess.TimeoutExpired:
            raise NotAnswered(_why("too_slow", "", limits), field=_FIELD) from None
        finally:
            process.kill()


def _why(code: str, said: str, limits: Limits) -> str:
    sentences = {
        "nothing": _("Please write a SELECT statement."),
        "several": _("Please write one statement, and no second one after it."),
        "no_question": _(
            "Only SELECT statements are answered here: nothing can be changed or set."
        ),
        "no_table": _("There is no table “%(name)s” here. The tables stand beside the question."),
        "no_function": _("The function “%(name)s” is not to be had here."),
        "too_large": _("The answer is larger than %(megabytes)s MB. Please ask for less of it."),
        "too_much_memory": _(
            "Answering this takes more memory than a question may have (%(memory)s MB). Please ask"
            " for less at a time."
        ),
        "too_slow": _(
            "This was not answered within %(seconds)s seconds, and was ended. Please ask for less"
            " at a time."
        ),
        "failed": _("DuckDB says: %(said)s"),
    }
    return sentences[code] % {
        "name": said,
        "said": said,
        "seconds": limits.seconds,
        "memory": limits.megabytes,
        "megabytes": limits.bytes >> 20,
    }


@contextmanager
def _slot() -> Iterator[None]:
    """One of the places in which questions are answered, for all processes of this machine."""
    folder = Path(settings.ANALYTICS) / "asking"
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(settings.CITYCALL_SQL_AT_ONCE):
        with (folder / f"place-{n}").open("w") as place:
            if _taken(place):
                yield
                return
    raise Busy(_("Others are asking just now. Please try again in a few seconds."), field=_FIELD)


def _taken(place: IO[str]) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
