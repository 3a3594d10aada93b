"""Learning from the city's own history."""

import click

from citycall.command_line import ready


@click.group()
def train() -> None:
    """Learn from the city's own history."""


@train.command("suggestions")
@click.option("--most", type=click.IntRange(1), help="Learn from at most so many requests.")
def suggestions(most: int | None) -> None:
    """Learn which service people's words mean, and use it from now on.

    A worker does it every night. What was learned is measured on later requests than those
    learned from, and told.
    """
    ready.django()
    from citycall.assistant import actions, examples
    from citycall.core import clock
    from citycall.core.actors import SYSTEM

    trained = actions.train(by=SYSTEM, at=clock.now(), most=most or examples.MOST)
    told = trained.measured
    click.echo(f"Learned from {trained.examples:,} requests of {trained.services} services.")
    click.echo(f"  right at first              {told['first']:6.1%}")
    click.echo(f"  right among three           {told['among_three']:6.1%}")
    click.echo(f"  calibration error           {told['calibration_error']:6.1%}")
    click.echo(f"  “is it this?” is asked for  {told['offered']:6.1%}")
    click.echo(f"  and is right in             {told['right_above']:6.1%}")
