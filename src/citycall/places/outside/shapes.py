"""Shapes that several geocoders' answers share."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=500)]
# Identifiers come as numbers from some servers and as words from others.
Identifier = Annotated[str, Field(max_length=200, coerce_numbers_to_str=True)]


class Shape(BaseModel):
    """A part of an answer; what it holds besides is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _without_height(value: Any) -> Any:
    return value[:2] if isinstance(value, list) else value


class Point(Shape):
    """A GeoJSON point; a height is passed over."""

    coordinates: Annotated[tuple[Longitude, Latitude], BeforeValidator(_without_height)]


class Spot(Shape):
    """A point as x (longitude) and y (latitude)."""

    x: Longitude
    y: Latitude
