"""From what left the database to the columns of the open data, some thousand rows at a time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from citycall.exchange.open_data import reading, texts
from citycall.exchange.open_data.columns import ARROW, Column, Kind
from citycall.exchange.open_data.names import Names
from citycall.exchange.open_data.picture import Picture
from citycall.service_requests.models import OPEN_STATUSES, Status

DECIMALS: Final = 6
# Names of a few hundred things are stored once, and each row says which.
NAMES: Final = pa.dictionary(pa.int32(), pa.string())
# A place that looks like an e-mail or web address or a phone number says how to reach somebody,
# and one that begins like a formula would be computed by a spreadsheet.
_NO_PLACE: Final = (
    r"(?i)[^\s@]@[^\s@]|://|\bwww\.|(?:\d[\s()./-]*){10}|\b\d{3}[.-]\d{4}\b|^\s*[=+@-]"
)
_OPEN: Final = pa.array([status.value for status in OPEN_STATUSES])
_DONE: Final = pa.array([Status.COMPLETED.value, Status.CLOSED.value])
_MOMENTS: Final = (
    "requested_at",
    "updated_at",
    "promised_at",
    "due_at",
    "completed_at",
    "closed_at",
)


class Maker:
    """Makes tables of the open data; ``at`` is the moment as of which lateness is judged."""

    def __init__(self, picture: Picture, *, at: datetime) -> None:
        self._at = at
        services, agencies, outcomes = picture.services, picture.agencies, picture.outcomes
        self._services = Names(
            [each.id for each in services],
            service_code=[each.code for each in services],
            service_name=[each.name for each in services],
            service_group=[each.group for each in services],
        )
        self._agencies = Names(
            [each.id for each in agencies],
            agency_code=[each.code for each in agencies],
            agency_name=[each.name for each in agencies],
        )
        self._outcomes = Names(
            [each.id for each in outcomes],
            outcome_code=[each.code for each in outcomes],
            outcome_name=[each.name for each in outcomes],
        )
        self._fixed = pa.array([each.fixed for each in outcomes], pa.bool_())
        self._layers = [
            Names(
                [area.id for area in picture.areas if area.layer == layer.code],
                **{layer.column: [a.name for a in picture.areas if a.layer == layer.code]},
            )
            for layer in picture.layers
        ]
        self.schema = pa.schema([(each.name, self._type(each)) for each in picture.columns])

    def _type(self, column: Column) -> Any:
        lists = (self._services, self._agencies, self._outcomes, *self._layers)
        return NAMES if any(column.name in each.texts for each in lists) else ARROW[column.kind]

    def table(self, rows: bytes) -> Any:
        """The table of rows as ``reading`` gives them: the columns of ``schema``, none besides."""
        return pa.table(self._columns(reading.columns(rows, reading.FIELDS)), schema=self.schema)

    def _columns(self, told: Mapping[str, Any]) -> dict[str, Any]:
        outcomes = self._outcomes.places(told["outcome"])
        return {
            "service_request_id": pc.cast(told["id"], pa.string()),
            **self._services.columns(self._services.places(told["service"])),
            **self._agencies.columns(self._agencies.places(told["agency"])),
            "status": told["status"],
            "open": pc.is_in(told["status"], _OPEN),
            **{name: _to_the_second(told[name]) for name in _MOMENTS},
            "on_time": self._on_time(told),
            **self._outcomes.columns(outcomes),
            "outcome_fixed": self._fixed.take(outcomes),
            "verification": _text_or_none(told["verification"]),
            "reopened_count": told["reopened_count"],
            "report_count": told["report_count"],
            "channel": told["channel"],
            "merged_into": pc.cast(told["merged_into"], pa.string()),
            "location_kind": told["location_kind"],
            "place": harmless(told["place"]),
            "longitude": pc.round(told["longitude"], DECIMALS),
            "latitude": pc.round(told["latitude"], DECIMALS),
            "h3_cell": texts.hexadecimal(told["h3_cell"]),
            **self._areas_of(told["areas"]),
        }

    def _on_time(self, told: Mapping[str, Any]) -> Any:
        """Whether what was done was done in time; false for what is late; null otherwise."""
        due = told["due_at"]
        done = pc.is_in(told["status"], _DONE)
        in_time = pc.less_equal(pc.coalesce(told["completed_at"], told["closed_at"]), due)
        waited_for = pc.and_(pc.is_in(told["status"], _OPEN), pc.invert(told["clock_stopped"]))
        late = pc.and_(waited_for, pc.less(due, pa.scalar(self._at, due.type)))
        not_known = pa.scalar(None, pa.bool_())
        unfinished = pc.if_else(late, pa.scalar(value=False), not_known)
        return pc.if_else(done, in_time, unfinished)

    def _areas_of(self, areas: Any) -> dict[str, Any]:
        """A column for each layer: the name of the one area of it that the row is in."""
        # A city has some hundred combinations of areas, and each is taken apart once.
        sets = areas.dictionary_encode()
        ids = [
            [int(each) for each in text.strip("{}").split(",") if each]
            for text in sets.dictionary.to_pylist()
        ]
        columns = {}
        for names in self._layers:
            places = pa.array([names.first(each) for each in ids], pa.int32())
            columns.update(names.columns(places.take(sets.indices)))
        return columns


def _to_the_second(moments: Any) -> Any:
    # Rounding down by arithmetic is many times as quick as by calendar.
    micros = moments.cast(pa.int64())
    seconds = pc.floor(pc.divide(micros.cast(pa.float64()), 1e6))
    return pc.multiply(seconds.cast(pa.int64()), 1000).cast(ARROW[Kind.MOMENT])


def _text_or_none(text: Any) -> Any:
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def harmless(places: Any) -> Any:
    """The names of places, without those that say how to reach somebody or begin like a formula."""
    refused = pc.or_(pc.equal(places, ""), pc.match_substring_regex(places, _NO_PLACE))
    return pc.if_else(refused, pa.scalar(None, pa.string()), places)
