"""What comes in and goes out as files: history, catalog, places."""

import sys
from pathlib import Path
from typing import BinaryIO, TextIO

import click

from citycall.command_line import progress, ready, reports

ROWS_REFUSED = 3
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("mapping")
@click.argument("file", type=FILE)
def import_(mapping: str, file: Path) -> None:
    """Import history from FILE, a CSV or Parquet export.

    MAPPING is baltimore, nyc, boston or another built-in name, or the path of a mapping
    file that says which column holds what. Run again, it changes nothing that has not changed at
    the source. Exit code 3 when some rows were refused; they are listed with their reasons.
    """
    ready.django()
    from citycall.core import clock
    from citycall.core.actors import SYSTEM
    from citycall.exchange.history.importing import import_history

    chosen: str | Path = Path(mapping) if Path(mapping).is_file() else mapping
    with progress.bar(f"Importing {file.name}") as tick:
        report = import_history(file, mapping=chosen, by=SYSTEM, at=clock.now(), progress=tick)
    click.echo("\n".join(report.lines()))
    sys.exit(ROWS_REFUSED if report.rejected.total() else 0)


@click.group()
def catalog() -> None:
    """Export or import the whole catalog as one YAML file."""


@catalog.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
def export_catalog(file: TextIO) -> None:
    """Write the catalog to FILE, or to standard output."""
    ready.django()
    from citycall.exchange import catalog_file

    file.write(catalog_file.export_catalog())


@catalog.command("import")
@click.argument("file", type=FILE)
@click.option("--retire-missing", is_flag=True, help="Retire what the file no longer has.")
def import_catalog(file: Path, retire_missing: bool) -> None:  # noqa: FBT001
    """Bring the catalog to what FILE says; any fault is told, and then nothing is changed."""
    ready.django()
    from citycall.core import clock
    from citycall.core.actors import SYSTEM
    from citycall.exchange import catalog_file

    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file}: this file is not UTF-8 text ({error}).") from None
    try:
        report = catalog_file.import_catalog(
            text,
            file_name=str(file),
            by=SYSTEM,
            at=clock.now(),
            retire_missing=retire_missing,
        )
    except catalog_file.CatalogFileError as error:
        raise click.ClickException("\n" + "\n".join(map(str, error.faults))) from None
    click.echo("\n".join(reports.catalog_lines(report)))


@click.group()
def phrases() -> None:
    """Export or import what the catalog says, as a translator's file for each language."""


@phrases.command("export")
@click.argument("language")
@click.argument("file", type=click.File("wb"), default="-")
def export_phrases(language: str, file: BinaryIO) -> None:
    """Write all texts with their translations so far to FILE, in gettext's format."""
    ready.django()
    from citycall.exchange import phrase_file

    file.write(phrase_file.export_phrases(language))


@phrases.command("import")
@click.argument("language")
@click.argument("file", type=FILE)
def import_phrases(language: str, file: Path) -> None:
    """Take the translations into LANGUAGE from FILE; tells which texts it still lacks."""
    ready.django()
    from citycall.core import clock
    from citycall.core.actors import SYSTEM
    from citycall.exchange import phrase_file

    report = phrase_file.import_phrases(
        file.read_bytes(), language=language, by=SYSTEM, at=clock.now()
    )
    click.echo(f"{report.changed} phrases changed, {len(report.missing)} not translated yet.")
    for text in report.missing:
        click.echo(f"  {text}")


@click.group()
def places() -> None:
    """Load the city's areas and named places."""


@places.command("load-areas")
@click.argument("file", type=FILE)
@click.option("--code", required=True, help="The layer's code, such as neighborhoods.")
@click.option("--name", required=True, help="The layer's name, such as Neighborhoods.")
@click.option(
    "--kind",
    type=click.Choice(["boundary", "partition", "neighbor"]),
    default="partition",
    show_default=True,
    help="The city itself, areas that divide it, or bodies around it.",
)
@click.option("--code-property", default="", help="Property that holds an area's code.")
@click.option("--name-property", default="", help="Property that holds an area's name.")
def load_areas(
    file: Path, code: str, name: str, kind: str, code_property: str, name_property: str
) -> None:
    """Load one layer of areas from a GeoJSON FILE; what cannot be mended is refused and told."""
    ready.django()
    from citycall.core import clock
    from citycall.core.actors import SYSTEM
    from citycall.places.actions.layers import load_layer
    from citycall.places.models import AreaLayer

    report = load_layer(
        code=code,
        name=name,
        kind=AreaLayer.Kind(kind),
        content=file,
        by=SYSTEM,
        at=clock.now(),
        code_property=code_property,
        name_property=name_property,
    )
    click.echo("\n".join(reports.layer_lines(report)))
    sys.exit(ROWS_REFUSED if report.refused else 0)


@places.command("load-names")
@click.argument("file", type=FILE)
def load_names(file: Path) -> None:
    """Load named places (parks, fields, landmarks, stops) from a GeoJSON FILE."""
    ready.django()
    from citycall.core import clock
    from citycall.core.actors import SYSTEM
    from citycall.places.actions.gazetteer import load_places
    from citycall.places.place_files import read_places

    report = load_places(rows=read_places(file), by=SYSTEM, at=clock.now())
    click.echo("\n".join(reports.place_lines(report)))
    sys.exit(ROWS_REFUSED if report.refused else 0)
