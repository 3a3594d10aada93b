"""The demo city: loading it, serving it, and writing history of any size."""

import os
from pathlib import Path

import click

from citycall.command_line import progress, ready

DEMO_REQUESTS = 20_000


@click.command()
@click.option("--requests", default=DEMO_REQUESTS, show_default=True, help="Requests of history.")
@click.option("--load-only", is_flag=True, help="Load the city and end.")
def demo(requests: int, load_only: bool) -> None:  # noqa: FBT001
    """Load the generated city of Port Calder, once, and serve it until interrupted."""
    watch = ready.Stopwatch()
    with watch.part("starting the database"):
        embedded = ready.database()
    with watch.part("setting up"):
        ready.django()
        from django.conf import settings

        if not load_only:
            ready.check_port(settings.PORT)
        from citycall.operations import migrations

        migrations.run(lock_timeout="5s", say=lambda line: click.echo(line, err=True))
    _load(watch, requests=requests)
    if load_only:
        click.echo(watch.told())
        return
    _serve(watch, embedded=embedded)


def _load(watch: ready.Stopwatch, *, requests: int) -> None:
    from citycall.analytics.fairness import actions as fairness
    from citycall.analytics.refresh import refresh
    from citycall.analytics.standing import keep_answers
    from citycall.core import clock
    from citycall.core.actors import SYSTEM
    from citycall.demo import loading, meetings
    from citycall.exchange.open_data.actions import make_edition

    if loading.is_loaded():
        click.echo("The demo city is loaded already.", err=True)
        return
    with watch.part("loading the city, its catalog and its people"):
        city = loading.load_city(at=clock.now())
    with watch.part(f"writing {requests:,} requests of history"), progress.bar("History") as tick:
        loading.load_history(city, requests=requests, at=clock.now(), progress=tick)
    with watch.part("making the first edition of the open data"):
        make_edition(by=SYSTEM, at=clock.now())
    with watch.part("gathering the facts behind CitiStat"):
        refresh(at=clock.now(), first=keep_answers)
    with watch.part("comparing how areas are served"):
        fairness.compute(at=clock.now())
    with watch.part("holding a meeting, and making the pack of the next"):
        meetings.hold(at=clock.now())


def _serve(watch: ready.Stopwatch, *, embedded: bool) -> None:
    from django.conf import settings

    from citycall.command_line import processes
    from citycall.demo import loading, people
    from citycall.operations import home as homes

    with watch.part("gathering static files"):
        processes.collect_static()

    # For the processes that are started below: the developers' page shows the key to try.
    os.environ.setdefault("CITYCALL_SANDBOX_KEY", people.SANDBOX_KEY)
    # And the accessibility statement says whom to tell.
    os.environ.setdefault("CITYCALL_ACCESSIBILITY_PHONE", people.CALL_CENTER)
    # Messages become files in the demo, those to phones too.
    os.environ.setdefault("CITYCALL_SMS_URL", f"file://{homes.folder('outbox')}/sms")

    def tell() -> None:
        click.echo(f"\nWhere the time went:\n{watch.told()}\n")
        click.echo(f"CityCall is at {settings.PUBLIC_URL} (Ctrl-C stops it)\n")
        for line in loading.welcome(settings.PUBLIC_URL):
            click.echo(line)

    try:
        processes.run_until_stopped(
            [processes.web(host="127.0.0.1", processes=2, threads=4), processes.worker()],
            ready=tell,
        )
    finally:
        if embedded:
            from citycall.operations.embedded_postgres import EmbeddedPostgres

            EmbeddedPostgres().stop()


@click.command()
@click.option("--requests", required=True, type=click.IntRange(1), help="How many to write.")
@click.option("--seed", default=311, show_default=True, help="The same seed, the same history.")
@click.option(
    "--truth",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the truth behind the history (default: below CITYCALL_HOME).",
)
def generate(requests: int, seed: int, truth: Path | None) -> None:
    """Write generated history of any size, by COPY, and the truth behind it."""
    ready.django()
    from citycall.core import clock
    from citycall.demo import loading
    from citycall.operations.home import OperationsError

    if not loading.is_loaded():
        raise OperationsError("Load the demo city first: citycall demo --load-only --requests 0")
    with progress.bar("Writing history") as tick:
        report = loading.generate(
            requests=requests, seed=seed, at=clock.now(), truth=truth, progress=tick
        )
    click.echo("\n".join(report.lines()))
