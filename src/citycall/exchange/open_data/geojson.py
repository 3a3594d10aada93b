"""GeoJSON as RFC 7946 has it: one collection, with each feature on a line of its own."""

import json
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from citycall.exchange.open_data import texts
from citycall.exchange.open_data.files import Sink

_BEGIN: Final = b'{"type":"FeatureCollection","features":['
_END: Final = b"\n]}\n"
_NEXT: Final = b",\n"
# The geometry has these.
_POINT: Final = ("longitude", "latitude")


class GeoJsonWriter:
    """Writes tables whose moments are texts already (``texts.moments``)."""

    def __init__(self, sink: Sink, schema: Any) -> None:
        self._sink = sink
        self._names = [name for name in schema.names if name not in _POINT]
        self._sink.write(_BEGIN)
        self._begun = False

    def write(self, table: Any) -> None:
        """Write one feature for each row."""
        features = _features(table.combine_chunks(), self._names)
        for lines in features.chunks:
            data = _data(lines)
            self._sink.write(data if self._begun or not len(data) else b"\n" + data[len(_NEXT) :])
            self._begun = self._begun or len(data) > 0

    def close(self) -> None:
        """End the collection."""
        self._sink.write(_END)


def _features(table: Any, names: list[str]) -> Any:
    """Each row as a feature, beginning with what divides it from the one before."""
    columns = {name: texts.in_json(table[name].combine_chunks()) for name in table.column_names}
    point = pc.binary_join_element_wise(
        '{"type":"Point","coordinates":[', columns["longitude"], ",", columns["latitude"], "]}", ""
    )
    parts: list[Any] = [
        _NEXT.decode() + '{"type":"Feature","id":',
        columns["service_request_id"],
        ',"geometry":',
        point,
        ',"properties":',
    ]
    for n, name in enumerate(names):
        parts += [f"{'{' if n == 0 else ','}{json.dumps(name)}:", columns[name]]
    joined = pc.binary_join_element_wise(
        *parts, "}}", "", null_handling="replace", null_replacement="null"
    )
    return pa.chunked_array([joined])


def _data(strings: Any) -> memoryview:
    """The bytes of all strings, one after the other."""
    data = strings.buffers()[2]
    return memoryview(data) if data is not None else memoryview(b"")
