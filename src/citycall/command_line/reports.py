"""What an import did, in lines for people."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from citycall.exchange.catalog_file import CatalogReport
    from citycall.places.actions.gazetteer import PlacesReport
    from citycall.places.actions.layers import LayerReport


def catalog_lines(report: "CatalogReport") -> Iterator[str]:
    """Counts, then each thing that the city has and the file does not."""
    yield (
        f"{len(report.added)} added, {len(report.changed)} changed, "
        f"{len(report.unchanged)} unchanged, {len(report.retired)} retired"
    )
    for entry in report.missing:
        yield f"not in the file: {entry.section} {entry.code}"


def layer_lines(report: "LayerReport") -> Iterator[str]:
    """Counts, then what was mended, refused or looks wrong."""
    yield (
        f"{report.layer}: {len(report.created)} areas created, {len(report.changed)} changed, "
        f"{len(report.unchanged)} unchanged, {len(report.retired)} retired"
    )
    for area in report.mended:
        yield f"mended: {area.name}: {' '.join(area.repairs)}"
    for refusal in report.refused:
        yield f"refused: {refusal}"
    for warning in report.warnings:
        yield f"warning: {warning}"


def place_lines(report: "PlacesReport") -> Iterator[str]:
    """Counts, then each row that was refused."""
    yield (
        f"{report.created} places created, {report.changed} changed, "
        f"{report.unchanged} unchanged, {report.removed} removed"
    )
    for row in report.refused:
        yield f"refused: row {row.number} {row.code}: {row.reason}"
