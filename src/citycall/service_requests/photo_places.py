"""Where a photo says that it was taken, read before everything hidden in it is left behind."""

import io
from math import isfinite
from typing import IO, Any, Final

from PIL import Image, UnidentifiedImageError

from citycall.places.coordinates import Point
from citycall.service_requests.photos import FORMATS, MOST_BYTES

_GPS: Final = 0x8825
_LATITUDE_SIDE, _LATITUDE, _LONGITUDE_SIDE, _LONGITUDE = 1, 2, 3, 4


def taken_at(upload: IO[bytes]) -> Point | None:
    """The (longitude, latitude) in the photo's own data, if it has one that can be meant.

    Reads the upload and puts it back to its beginning. Nothing is stored.
    """
    raw = upload.read(MOST_BYTES + 1)
    upload.seek(0)
    if len(raw) > MOST_BYTES:
        return None
    try:
        told = Image.open(io.BytesIO(raw), formats=FORMATS).getexif().get_ifd(_GPS)
        return _point(told)
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        SyntaxError,
        EOFError,
        ArithmeticError,
        RuntimeError,
    ):
        # A photo that hides no place, or hides it badly, is a photo all the same.
        return None


def _point(told: dict[int, Any]) -> Point | None:
    latitude = _degrees(told[_LATITUDE], negative=told.get(_LATITUDE_SIDE) == "S")
    longitude = _degrees(told[_LONGITUDE], negative=told.get(_LONGITUDE_SIDE) == "W")
    # Cameras without a fix write zeros.
    if (longitude, latitude) == (0.0, 0.0) or not (isfinite(longitude) and isfinite(latitude)):
        return None
    if abs(longitude) > 180 or abs(latitude) > 90:
        return None
    return round(longitude, 6), round(latitude, 6)


def _degrees(parts: Any, *, negative: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    size = degrees + minutes / 60 + seconds / 3600
    return -size if negative else size
