"""Bringing history over from another system's Open311 server."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from citycall.command_line import progress, ready
from citycall.command_line.data import FILE, ROWS_REFUSED

DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"])


def _zone(_context: click.Context, _parameter: click.Parameter, name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        raise click.BadParameter(
            f"{name} is not the name of a time zone, such as America/New_York."
        ) from None


def _key(_context: click.Context, _parameter: click.Parameter, file: Path | None) -> str:
    return file.read_text(encoding="utf-8").strip() if file else ""


@click.command("import-open311")
@click.argument("url")
@click.option("--source", required=True, help="Code to keep these requests apart by: my-city.")
@click.option("--profile", default="standard", show_default=True, help="The server's dialect.")
@click.option("--jurisdiction", default="", help="jurisdiction_id, where the server needs it.")
@click.option("--since", type=DAY, help="First day; as far back as there is anything if left out.")
@click.option("--until", type=DAY, help="Day before which to stop; now if left out.")
@click.option(
    "--agency", default="", help="Whose services are that the server names no agency for."
)
@click.option(
    "--time-zone", "zone", default="", callback=_zone, help="Of dates that tell no offset."
)
@click.option("--key-file", "key", type=FILE, callback=_key, help="File with the API key.")
def import_open311(
    url: str,
    source: str,
    profile: str,
    jurisdiction: str,
    since: datetime | None,
    until: datetime | None,
    agency: str,
    zone: ZoneInfo | None,
    key: str,
) -> None:
    """Import history from the Open311 server at URL, the address before /services.json.

    Run again, it brings over what has changed. Cut off, or given up because the server stopped
    answering, it goes on where it stopped. Profiles: standard, citycall, chicago, san_francisco,
    boston, austin, bloomington, fixmystreet, mark_a_spot, klarschiff, seeclickfix. Exit code 3
    when some requests were refused; they are listed with their reasons.
    """
    ready.django()
    from citycall.core import clock
    from citycall.core.actors import SYSTEM
    from citycall.core.reaching import check_address
    from citycall.exchange.open311 import profiles
    from citycall.exchange.open311.endpoint import Endpoint
    from citycall.exchange.open311.importing import import_endpoint

    check_address(url)
    dialect = profiles.profile(profile)
    if dialect.jurisdiction_needed and not jurisdiction:
        raise click.UsageError(f"The profile {profile} needs --jurisdiction.")
    local = zone or dialect.zone or clock.city_zone()
    with progress.bar(f"Importing {source}") as tick:
        report = import_endpoint(
            Endpoint(url, replace(dialect, zone=zone or dialect.zone), jurisdiction, key),
            source=source,
            since=_moment(since, local),
            until=_moment(until, local),
            by=SYSTEM,
            at=clock.now(),
            agency=agency,
            progress=tick,
        )
    click.echo("\n".join(report.lines()))
    sys.exit(ROWS_REFUSED if report.history and report.history.rejected.total() else 0)


def _moment(told: datetime | None, zone: ZoneInfo) -> datetime | None:
    """A day begins at midnight there."""
    if told is None:
        return None
    return (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)
