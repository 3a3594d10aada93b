"""Building the city's own map."""

from pathlib import Path

import click

from citycall.command_line import ready

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--water", type=FILE, help="GeoJSON of water: rivers, harbor, lakes.")
@click.option("--buildings", type=FILE, help="GeoJSON of the buildings' outlines.")
def tiles(water: Path | None, buildings: Path | None) -> None:
    """Build the city's own map from what is loaded: streets, parks, places and areas.

    Run it again after new layers were loaded; the site changes over to the new map by itself.
    """
    ready.django()
    from citycall.places.tiles import build

    built = build(water=water, buildings=buildings)
    click.echo(
        f"Map {built.version}: {built.features:,} features in {built.tiles:,} tiles, "
        f"{built.size / 1e6:.1f} MB, in {built.seconds:.1f} s.\n{built.path}"
    )
