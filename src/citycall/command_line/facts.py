"""The facts behind CitiStat's numbers."""

import click

from citycall.command_line import ready


@click.command("refresh-facts")
@click.option("--whole", is_flag=True, help="Read everything again, not only what changed.")
@click.option("--trouble", is_flag=True, help="Look for hot spots and changes in them too.")
def refresh_facts(whole: bool, trouble: bool) -> None:  # noqa: FBT001
    """Bring the facts behind CitiStat's numbers up to date now.

    A worker does it every quarter of an hour, and looks for hot spots every night.
    """
    ready.django()
    from citycall.analytics.places.refreshing import look_again
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
    if trouble and (found := look_again(at=clock.now())):
        click.echo(
            f"{len(found.clusters)} hot spots, {len(found.turns)} changes of level, "
            f"{len(found.storms)} storms, {len(found.topics)} new words"
        )
