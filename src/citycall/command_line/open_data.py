"""What the city publishes as files."""

from datetime import datetime
from pathlib import Path

import click

from citycall.command_line import progress, ready

# As ``exchange.open_data.formats`` has them, which is not read before Django is set up.
FORMATS = ("csv", "csv.gz", "parquet", "geojson")


@click.group()
def export() -> None:
    """Write what is on record to files."""


@export.command("open-data")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write files into this folder instead of publishing an edition.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(FORMATS),
    help="Only these formats (with --output).",
)
@click.option("--since", default="", help="Received from this day on, 2026-01-31 (with --output).")
@click.option("--until", default="", help="Received before this day (with --output).")
def open_data(output: Path | None, formats: tuple[str, ...], since: str, until: str) -> None:
    """Publish an edition of the open data now, or write a part of it to a folder.

    The columns and what is left out are in docs/reference/open-data.md. An edition that was cut
    off is taken up by running this again.
    """
    if output is None and (formats or since or until):
        raise click.UsageError("An edition is always whole: name a folder with --output.")
    ready.django()
    from citycall.core import clock

    at = clock.now()
    if output is None:
        _publish(at)
    else:
        _write(output, formats or FORMATS, since=since, until=until, at=at)


def _publish(at: datetime) -> None:
    from django.conf import settings

    from citycall.core.actors import SYSTEM
    from citycall.exchange.open_data.actions import make_edition

    with progress.bar("Open data") as tick:
        edition = make_edition(by=SYSTEM, at=at, progress=tick)
    click.echo(f"Edition {edition.edition}, requests: {edition.rows:,}")
    for file in edition.files.values():
        _tell(settings.EXPORTS / edition.edition / file["name"], file["bytes"])


def _write(folder: Path, formats: tuple[str, ...], *, since: str, until: str, at: datetime) -> None:
    from citycall.core import clock
    from citycall.core.actors import SYSTEM
    from citycall.exchange.open_data.actions import write_files
    from citycall.exchange.open_data.downloads import select
    from citycall.exchange.open_data.formats import Format

    selection = select(since=since, until=until, zone=clock.city_zone())
    with progress.bar("Open data") as tick:
        rows, files = write_files(
            folder,
            formats=[Format(each) for each in formats],
            selection=selection,
            by=SYSTEM,
            at=at,
            progress=tick,
        )
    click.echo(f"Requests: {rows:,}")
    for file in files.values():
        _tell(folder / file.name, file.size)


def _tell(path: Path, size: int) -> None:
    click.echo(f"  {size / 1e6:10,.1f} MB  {path}")
