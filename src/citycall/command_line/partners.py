"""Other bodies' Open311 servers, to which requests of chosen services are passed on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from citycall.command_line import ready

if TYPE_CHECKING:
    from citycall.exchange.forwarding.queries import Health


@click.group()
def partner() -> None:
    """Pass requests on to other bodies' Open311 servers."""


@partner.command("add")
@click.argument("code")
@click.argument("url")
@click.option("--name", default="", help="The name that staff and residents read.")
@click.option(
    "--service",
    "services",
    multiple=True,
    required=True,
    help="A service to pass on, as OURS=THEIRS; OURS alone where the codes are the same.",
)
@click.option("--profile", default="standard", show_default=True, help="The server's dialect.")
@click.option("--jurisdiction", default="", help="The jurisdiction_id, where it wants one.")
@click.option(
    "--poll-every", default=60, show_default=True, help="Seconds between two looks for news."
)
def add(
    code: str,
    url: str,
    name: str,
    services: Sequence[str],
    profile: str,
    jurisdiction: str,
    poll_every: int,
) -> None:
    """Make or change the partner CODE, whose Open311 server is at URL.

    URL is the address before /services.json. The key that the partner gave you goes into the
    environment of web server and worker, as CITYCALL_PARTNER_<CODE>_KEY or, in a file, as
    CITYCALL_PARTNER_<CODE>_KEY_FILE.
    """
    ready.django()
    from citycall.agencies.documents import read
    from citycall.core import clock
    from citycall.core.actors import SYSTEM
    from citycall.exchange.forwarding import keys
    from citycall.exchange.forwarding.actions import save_partner
    from citycall.exchange.forwarding.specs import PartnerSpec

    spec = read(
        PartnerSpec,
        {
            "code": code,
            "name": name or code,
            "url": url,
            "jurisdiction_id": jurisdiction,
            "profile": profile,
            "services": _mapping(services),
            "poll_every_seconds": poll_every,
        },
    )
    row = save_partner(spec=spec, by=SYSTEM, at=clock.now())
    click.echo(f"{row.name} gets {', '.join(row.services)} from now on.")
    if not keys.key_of(row.code):
        click.echo(f"There is no key for it yet: set {keys.variable_of(row.code)}.", err=True)


def _mapping(services: Sequence[str]) -> dict[str, str]:
    pairs = [service.partition("=") for service in services]
    return {ours.strip(): (theirs or ours).strip() for ours, _equals, theirs in pairs}


@partner.command("list")
def list_() -> None:
    """Show the partners, and how it goes with each."""
    ready.django()
    from citycall.core.actors import SYSTEM
    from citycall.exchange.forwarding import queries

    told = queries.health(SYSTEM)
    if not told:
        click.echo("There are no partners.")
    for each in told:
        click.echo("\n".join(_lines(each)))


def _lines(health: "Health") -> list[str]:
    from citycall.core import clock

    row = health.partner
    state = "" if row.active else " (ended)"
    lines = [f"{row.code}{state}: {row.name}, {row.url}, {row.profile}"]
    lines.append(
        "  services: " + ", ".join(f"{ours} as {theirs}" for ours, theirs in row.services.items())
    )
    lines.append(
        f"  requests: {health.unsettled} to be sent, {health.refused} refused;"
        f" updates: {health.updates_unsettled} to be sent, {health.updates_refused} refused"
    )
    if row.problem:
        lines.append(f"  last problem: {row.problem}")
    if health.resting(clock.now()):
        lines.append(f"  left alone until {row.resting_until:%Y-%m-%d %H:%M:%S} UTC")
    return lines


@partner.command("end")
@click.argument("code")
def end(code: str) -> None:
    """Pass nothing more on to the partner CODE; adding it again goes on."""
    ready.django()
    from citycall.core import clock
    from citycall.core.actors import SYSTEM
    from citycall.exchange.forwarding.actions import end_partner

    row = end_partner(code, by=SYSTEM, at=clock.now())
    click.echo(f"{row.name} gets nothing more.")


@partner.command("retry")
@click.argument("code")
def retry(code: str) -> None:
    """Send the partner CODE, now, everything that it has not taken, what it refused included."""
    ready.django()
    from citycall.core import clock
    from citycall.core.actors import SYSTEM
    from citycall.exchange.forwarding.actions import try_all_again

    count = try_all_again(code, by=SYSTEM, at=clock.now())
    click.echo(f"{count} to be sent.")
