"""The formats that open data comes in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _

from citycall.exchange.open_data.columns import Words


class Format(StrEnum):
    """A format, by the ending of its files."""

    CSV = "csv"
    CSV_GZ = "csv.gz"
    PARQUET = "parquet"
    GEOJSON = "geojson"

    @property
    def file_name(self) -> str:
        """The name of the file in this format."""
        return f"requests.{self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What people and programs are told of a format."""

    name: Words
    purpose: Words
    media_type: str


TOLD: Final[Mapping[Format, Told]] = {
    Format.CSV: Told(
        name=_("CSV"),
        purpose=_("For spreadsheets and most programs. UTF-8, with commas, as RFC 4180 says."),
        media_type="text/csv; charset=utf-8; header=present",
    ),
    Format.CSV_GZ: Told(
        name=_("CSV, compressed"),
        purpose=_("The same, compressed with gzip: a small part of the size."),
        media_type="application/gzip",
    ),
    Format.PARQUET: Told(
        name=_("Parquet"),
        purpose=_("For analysis of many requests. With points as GeoParquet 1.1."),
        media_type="application/vnd.apache.parquet",
    ),
    Format.GEOJSON: Told(
        name=_("GeoJSON"),
        purpose=_("For maps, as RFC 7946 says. One request a line."),
        media_type="application/geo+json",
    ),
}
