"""The facts behind CitiStat's numbers."""

from pathlib import Path

import click

from citycall.command_line import ready


@click.command("refresh-facts")
@click.option("--whole", is_flag=True, help="Read everything again, not only what changed.")
@click.option("--trouble", is_flag=True, help="Look for hot spots and changes in them too.")
def refresh_facts(whole: bool, trouble: bool) -> None:  # noqa: FBT001
    """Bring the facts behind CitiStat's numbers up to date now, and the forecasts with them.

    A worker refreshes them every quarter of an hour, forecasts once a day, and looks for hot
    spots every night.
    """
    ready.django()
    from citycall.analytics.forecasts import publishing
    from citycall.analytics.places.refreshing import look_again
    from citycall.analytics.refresh import refresh
    from citycall.analytics.standing import keep_answers
    from citycall.core import clock

    done = refresh(at=clock.now(), whole=whole, first=keep_answers)
    if done is None:
        raise click.ClickException("Another process is refreshing the facts at this moment.")
    read = "All read" if done.whole else "Changes read"
    click.echo(
        f"{read}: {done.requests:,} requests in {done.seconds:.1f} s; "
        f"{done.about.lag_seconds:.0f} s behind"
    )
    told = publishing.bring_up_to_date(at=clock.now())
    if told is None:
        click.echo("Too few weeks are known to forecast the next ones.")
    else:
        click.echo(f"Forecast from {told.until} on, of {told.about['weeks']} weeks.")
    if trouble and (found := look_again(at=clock.now())):
        click.echo(
            f"{len(found.clusters)} hot spots, {len(found.turns)} changes of level, "
            f"{len(found.storms)} storms, {len(found.topics)} new words"
        )


@click.command("export-facts")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export_facts(folder: Path) -> None:
    """Write the facts behind CitiStat's numbers to FOLDER as Parquet, by month.

    For a cluster that asks the same measures by PySpark. What was in FOLDER is replaced.
    """
    ready.django()
    from citycall.analytics import cluster
    from citycall.analytics.store import current

    with current() as facts:
        cluster.export(facts, folder)
        click.echo(f"Facts as of {facts.about.as_of:%Y-%m-%d %H:%M %Z} written to {folder}")
