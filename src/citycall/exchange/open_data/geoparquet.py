"""Parquet with the metadata of GeoParquet 1.1: points in WKB, and what they are to be read as."""

import json
from contextlib import suppress
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from citycall.exchange.open_data.files import Sink

GEOMETRY: Final = "geometry"
# As the specification has it, for longitude and latitude in this order.
CRS84: Final = {
    "$schema": "https://proj.org/schemas/v0.5/projjson.schema.json",
    "type": "GeographicCRS",
    "name": "WGS 84 longitude-latitude",
    "datum": {
        "type": "GeodeticReferenceFrame",
        "name": "World Geodetic System 1984",
        "ellipsoid": {
            "name": "WGS 84",
            "semi_major_axis": 6378137,
            "inverse_flattening": 298.257223563,
        },
    },
    "coordinate_system": {
        "subtype": "ellipsoidal",
        "axis": [
            {
                "name": "Geodetic longitude",
                "abbreviation": "Lon",
                "direction": "east",
                "unit": "degree",
            },
            {
                "name": "Geodetic latitude",
                "abbreviation": "Lat",
                "direction": "north",
                "unit": "degree",
            },
        ],
    },
    "id": {"authority": "OGC", "code": "CRS84"},
}
# Enough rows for a group to be worth reading by itself, few enough to be held in memory.
_ROW_GROUP: Final = 1 << 16
_LITTLE_ENDIAN, _POINT = 1, 1
_WKB: Final = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])


class GeoParquetWriter:
    """Writes tables in groups of rows, and at last where all their points are."""

    def __init__(self, sink: Sink, schema: Any) -> None:
        self._writer = pq.ParquetWriter(
            pa.PythonFile(sink, mode="w"),
            schema.append(pa.field(GEOMETRY, pa.binary())),
            compression="zstd",
            # Readers get plain text, whichever way it is stored.
            store_schema=False,
            use_dictionary=[field.name for field in schema if _repeats(field)],
        )
        self._waiting: list[Any] = []
        self._box: list[float] = []

    def write(self, table: Any) -> None:
        """Write rows, or keep them until there are enough for a group."""
        longitudes, latitudes = (table[name].combine_chunks() for name in ("longitude", "latitude"))
        self._widen(longitudes, latitudes)
        points = pa.chunked_array([wkb_points(longitudes, latitudes)])
        self._waiting.append(table.append_column(GEOMETRY, points))
        if sum(each.num_rows for each in self._waiting) >= _ROW_GROUP:
            self._flush()

    def close(self) -> None:
        """Write what is left, and what the file says of itself."""
        self._flush()
        self._writer.add_key_value_metadata({"geo": json.dumps(metadata(self._box))})
        self._writer.close()

    def let_go(self) -> None:
        """Be done with the file, finished or not: Arrow would write to it once more at the end."""
        # Where this fails, the fault that made it necessary is on its way already.
        with suppress(OSError, pa.ArrowException):
            self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.concat_tables(self._waiting), row_group_size=_ROW_GROUP)
        self._waiting = []

    def _widen(self, longitudes: Any, latitudes: Any) -> None:
        x, y = pc.min_max(longitudes).as_py(), pc.min_max(latitudes).as_py()
        if x["min"] is None:
            return
        here = [x["min"], y["min"], x["max"], y["max"]]
        last = self._box or here
        self._box = [
            min(last[0], here[0]),
            min(last[1], here[1]),
            max(last[2], here[2]),
            max(last[3], here[3]),
        ]


def metadata(box: list[float]) -> dict[str, Any]:
    """What GeoParquet wants to be said: ``box`` is west, south, east, north, or empty."""
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["Point"], "crs": CRS84}
    if box:
        column["bbox"] = box
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


def wkb_points(longitudes: Any, latitudes: Any) -> Any:
    """Points in well-known binary, null where there is none."""
    count = len(longitudes)
    placed = pc.and_(longitudes.is_valid(), latitudes.is_valid())
    points = np.zeros(count, dtype=_WKB)
    points["order"], points["type"] = _LITTLE_ENDIAN, _POINT
    points["x"] = longitudes.fill_null(0).to_numpy(zero_copy_only=False)
    points["y"] = latitudes.fill_null(0).to_numpy(zero_copy_only=False)
    ends = np.arange(count + 1, dtype=np.int32) * _WKB.itemsize
    given = np.packbits(placed.to_numpy(zero_copy_only=False), bitorder="little")
    return pa.Array.from_buffers(
        pa.binary(), count, [pa.py_buffer(given), pa.py_buffer(ends), pa.py_buffer(points)]
    )


def _repeats(field: Any) -> bool:
    """Whether few values are repeated in many rows."""
    repeated = {"status", "verification", "channel", "location_kind"}
    return pa.types.is_dictionary(field.type) or field.name in repeated
