"""How many call-takers it needs: for given calls, and for coming days."""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from citycall.command_line import ready

if TYPE_CHECKING:
    from citycall.calls.staffing.planning import Needs

_AROUND = 2
Command = TypeVar("Command", bound=Callable[..., Any])


@click.group()
def staffing() -> None:
    """Say how many call-takers it needs."""


def _needs(command: Command) -> Command:
    """The options that say how calls are handled and what is aimed at."""
    for option in reversed(
        (
            click.option(
                "--handling",
                type=float,
                required=True,
                help="Seconds that a call takes, its wrap-up included, on average.",
            ),
            click.option(
                "--patience",
                type=float,
                help="Seconds after which a caller hangs up, on average; without it nobody does.",
            ),
            click.option(
                "--answered", default=80.0, show_default=True, help="Percent to be answered ..."
            ),
            click.option("--within", default=30.0, show_default=True, help="... in these seconds."),
            click.option("--abandoned", default=100.0, help="Percent that may hang up, at most."),
            click.option("--busy", default=100.0, help="Percent of their time people may be busy."),
        )
    ):
        command = option(command)
    return command


def _read(
    handling: float,
    patience: float | None,
    answered: float,
    within: float,
    abandoned: float,
    busy: float,
    *,
    away: float = 0.0,
) -> "Needs":
    from citycall.calls.staffing.planning import Needs
    from citycall.calls.staffing.rules import Goal

    goal = Goal(
        answered=answered / 100, within_s=within, abandoned=abandoned / 100, busy=busy / 100
    )
    return Needs(handling_s=handling, patience_s=patience, goal=goal, away=away / 100)


@staffing.command()
@click.option("--calls", type=float, required=True, help="How many calls come in.")
@click.option("--minutes", default=30.0, show_default=True, help="In how long a time.")
@_needs
def people(calls: float, minutes: float, **told: Any) -> None:
    """How many it needs for so many calls, and what it is like with fewer or more.

    By Erlang C, and with --patience by Erlang A.
    """
    ready.django()
    from citycall.calls.staffing.rules import Demand, TooFewPeople, required, waiting

    needs = _read(**told)
    demand = Demand(
        calls=calls, minutes=minutes, handling_s=needs.handling_s, patience_s=needs.patience_s
    )
    enough = required(demand, needs.goal).people
    click.echo(f"{enough} people are needed.\n")
    heads = ("people", "in time", "at once", "mean wait", "hang up", "busy")
    click.echo(" ".join(f"{head:>9}" for head in heads))
    for number in range(max(0, enough - _AROUND), enough + _AROUND + 1):
        try:
            each = waiting(demand, number, within_s=needs.goal.within_s)
        except TooFewPeople:
            click.echo(f"{number:>9}   the queue never ends")
            continue
        parts = (each.answered, 1 - each.waits)
        words = [f"{part:>9.1%}" for part in parts] + [f"{each.mean_s:>7.1f} s"]
        words += [f"{part:>9.1%}" for part in (each.abandoned, each.busy)]
        click.echo(f"{number:>9} {' '.join(words)}{' <' if number == enough else ''}")


@staffing.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--column", default="time", show_default=True, help="Which column has the times.")
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True)
@click.option("--times", default=1.0, show_default=True, help="What if so many times as many call?")
@click.option("--away", default=30.0, show_default=True, help="Percent of paid time off the phone.")
@click.option(
    "--subdivision", default="", help="The state whose holidays count, besides the country's."
)
@_needs
def forecast(
    file: Path,
    column: str,
    days: int,
    times: float,
    away: float,
    subdivision: str,
    **told: Any,
) -> None:
    """Forecast calls and people for the days after those of a CSV FILE of calls.

    The file has a line for each call with its time as ISO 8601 tells it; the last day is left
    out, since it may not be over. Written is a CSV line for each half hour: day, time, calls,
    people who answer, people to pay for.
    """
    ready.django()
    from django.conf import settings

    from citycall.calls.staffing.forecast import Learned
    from citycall.calls.staffing.history import counted
    from citycall.calls.staffing.planning import plan
    from citycall.core.clock import city_zone

    needs = _read(**told, away=away)
    history = counted(_times(file, column), zone=city_zone())
    if not history:
        raise click.ClickException(f"{file} has no calls of a whole day.")
    coming = [max(history) + timedelta(days=n + 1) for n in range(days)]
    holidays = _holidays(settings.CITYCALL_COUNTRY, subdivision, [*history, *coming])
    learned = Learned(history, holidays=holidays)
    for each in learned.unusual:
        click.echo(f"{each.day}: {each.ratio:.1f} times as many as usual; left out", err=True)
    if learned.storm() > 1:
        click.echo(f"To see a day like those, ask with --times {learned.storm():.1f}", err=True)
    click.echo("day,time,calls,people,paid")
    for day in learned.forecast(coming, times=times):
        for row in plan(day, needs, ()):
            time = f"{row.half_hour // 2:02}:{row.half_hour % 2 * 30:02}"
            paid = needs.paid(row.needed)
            click.echo(f"{day.day},{time},{row.calls:.1f},{row.needed},{paid}")


def _times(file: Path, column: str) -> Iterator[datetime]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        if column not in (reader.fieldnames or ()):
            raise click.ClickException(f"{file} has no column {column!r}; see --column.")
        for row in reader:
            try:
                yield datetime.fromisoformat(row[column])
            except (TypeError, ValueError):
                raise click.ClickException(
                    f"{file}, line {reader.line_num}: {row[column]!r} is no time."
                ) from None


def _holidays(country: str, subdivision: str, days: Iterable[date]) -> frozenset[date]:
    from pydantic import ValidationError

    from citycall.agencies.calendars import HolidaySpec

    try:
        known = HolidaySpec(country=country, subdivision=subdivision)
    except ValidationError as error:
        raise click.ClickException(error.errors()[0]["msg"]) from None
    return frozenset(day for day in days if known.holds(day))
