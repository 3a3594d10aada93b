"""Building the gazetteer from the city's own layers."""

import sys
from pathlib import Path

import click

from citycall.command_line import progress, ready

ROWS_REFUSED = 3
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("manifest", type=FILE)
@click.option("--data", type=FOLDER, help="Folder of the layers' files (default: MANIFEST's own).")
@click.option(
    "--refused",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every refused row to this CSV file.",
)
def build(manifest: Path, data: Path | None, refused: Path | None) -> None:
    """Build streets, corners, addresses and places from the layers that MANIFEST lists.

    Run again, it changes nothing that has not changed in the layers. Exit code 3 when some rows
    were refused; they are counted with their reasons.
    """
    ready.django()
    from citycall.core import clock
    from citycall.core.actors import SYSTEM
    from citycall.places.actions.building import build_gazetteer
    from citycall.places.gazetteer.report import write_refused
    from citycall.places.gazetteer.yaml_text import BadManifest

    with progress.bar(f"Building from {manifest.name}") as tick:
        try:
            report = build_gazetteer(
                manifest=manifest, data=data, by=SYSTEM, at=clock.now(), progress=tick
            )
        except BadManifest as error:
            raise click.ClickException("\n" + "\n".join(map(str, error.faults))) from None
    click.echo("\n".join(report.lines()))
    if refused is not None:
        write_refused(report.refused, refused)
    sys.exit(ROWS_REFUSED if report.refused else 0)
