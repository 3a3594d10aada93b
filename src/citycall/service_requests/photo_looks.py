"""How a photo looks, as 64 bits: the same picture saved anew, resized or brightened keeps them.

A difference hash. The photo is made nine by eight grey patches; each bit says whether a patch is
brighter than its right neighbour. Nothing of the photo can be seen in it.
"""

from contextlib import suppress
from pathlib import Path
from typing import Final

from PIL import Image, UnidentifiedImageError

_COLUMNS: Final = 9
_ROWS: Final = 8
_BITS: Final = 64
# What says nothing: the photo is of one tone, or only grows brighter towards one side.
NOTHING: Final = 0
# Of 255: where the patches differ by less than this, noise alone decides about the bits.
_LEAST_RANGE: Final = 24
# So few bits of one kind say no more than from where the light came.
_FEWEST_BITS: Final = 10


def looks_of(picture: Image.Image) -> int:
    """The 64 bits as PostgreSQL's signed bigint; ``NOTHING`` where the photo shows too little."""
    small = picture.convert("L").resize((_COLUMNS, _ROWS), Image.Resampling.BOX)
    grey = small.tobytes()
    if max(grey) - min(grey) < _LEAST_RANGE:
        return NOTHING
    bits = 0
    for row in range(0, _COLUMNS * _ROWS, _COLUMNS):
        for place in range(row, row + _COLUMNS - 1):
            bits = bits << 1 | (grey[place] > grey[place + 1])
    if not _FEWEST_BITS <= bits.bit_count() <= _BITS - _FEWEST_BITS:
        return NOTHING
    return bits - (1 << _BITS) if bits >> (_BITS - 1) else bits


def looks_of_file(path: Path) -> int:
    """Those of a stored picture; ``NOTHING`` where it is gone or cannot be read."""
    with suppress(OSError, UnidentifiedImageError, ValueError), Image.open(path) as picture:
        return looks_of(picture)
    return NOTHING


def apart(one: int, other: int) -> int:
    """How many of the 64 bits differ: 0 for the same picture, about 32 for two that have nothing
    to do with each other."""
    return ((one ^ other) & ((1 << _BITS) - 1)).bit_count()
