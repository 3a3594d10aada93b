"""Ids to the texts they stand for, a column at a time, each text stored once."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa


class Names:
    """Some lists of texts, each with a text for every id."""

    def __init__(self, ids: Sequence[int], **texts: Sequence[str]) -> None:
        self._order = np.argsort(np.array(ids, dtype=np.int64), kind="stable").astype(np.int32)
        self._ids = np.array(ids, dtype=np.int64)[self._order]
        self._place_of = {each: place for place, each in enumerate(ids)}
        self.texts = {name: pa.array(each, pa.string()) for name, each in texts.items()}

    def places(self, ids: Any) -> Any:
        """Where each id of a column stands; null where it is null or not known."""
        given = ids.fill_null(-1).to_numpy(zero_copy_only=False)
        if not len(self._ids):
            return pa.nulls(len(given), pa.int32())
        at = np.minimum(np.searchsorted(self._ids, given), len(self._ids) - 1)
        return pa.array(self._order[at], mask=self._ids[at] != given)

    def first(self, ids: Iterable[int]) -> int | None:
        """Where the first of these ids that is known stands."""
        return next((self._place_of[each] for each in ids if each in self._place_of), None)

    def columns(self, places: Any) -> dict[str, Any]:
        """For each list a column of the texts at these places."""
        return {
            name: pa.DictionaryArray.from_arrays(places, each) for name, each in self.texts.items()
        }
