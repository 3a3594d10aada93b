"""What telephone systems told: what came last, and what could not be done with it."""

import click

from citycall.command_line import ready


@click.group()
def telephony() -> None:
    """Look after what telephone systems tell of calls."""


@telephony.command()
@click.option("--unapplied", is_flag=True, help="Only those that could not be applied.")
@click.option("--limit", default=50, show_default=True, help="How many, the latest first.")
@click.option("--retry", is_flag=True, help="First try again what could not be applied.")
def events(*, unapplied: bool, limit: int, retry: bool) -> None:
    """Show the inbox of events. Telephone numbers are left out."""
    ready.django()
    from citycall.calls.switch import inbox
    from citycall.core import clock

    if retry:
        applied = inbox.try_again(at=clock.now(), also_given_up=True)
        click.echo(f"{applied} could be applied now.")
    left = inbox.waiting()
    click.echo(f"{left.trying} are tried again by themselves, {left.given_up} no longer.")
    for event in inbox.latest(unapplied=unapplied, limit=limit):
        state = "applied" if event.applied_at else f"{event.attempts} tries: {event.fault}"
        click.echo(
            f"{event.at:%Y-%m-%d %H:%M:%S} UTC  {event.switch}  {event.call_key}"
            f"  {event.kind}  {state}"
        )
