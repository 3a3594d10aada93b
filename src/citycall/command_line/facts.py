"""The facts behind CitiStat's numbers."""

import click

from citycall.command_line import ready


@click.command("refresh-facts")
@click.option("--whole", is_flag=True, help="Read everything again, not only what changed.")
def refresh_facts(whole: bool) -> None:  # noqa: FBT001
    """Bring the facts behind CitiStat's numbers up to date now.

    A worker does it every quarter of an hour.
    """
    ready.django()
    from citycall.analytics.refresh import refresh
    from citycall.core import clock

    done = refresh(at=clock.now(), whole=whole)
    if done is None:
        raise click.ClickException("Another process is refreshing the facts at this moment.")
    read = "All read" if done.whole else "Changes read"
    click.echo(
        f"{read}: {done.requests:,} requests in {done.seconds:.1f} s; "
        f"{done.about.lag_seconds:.0f} s behind"
    )
