"""Reading an area layer from GeoJSON: every feature is taken, mended or refused with a reason."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import shapely
from django.utils.translation import gettext as _
from shapely import MultiPolygon, Polygon

from citycall.core.errors import DomainError
from citycall.places import apart, columns, coordinates, outlines, shapes

CODE_LENGTH, NAME_LENGTH = 100, 150


class BadLayer(DomainError):
    """The file as a whole cannot be used."""

    code = "bad_layer"
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file may cost: bytes, features, corners in all, seconds for checking its shapes."""

    size: int = 64_000_000
    features: int = 20_000
    corners: int = 2_000_000
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class ReadArea:
    """One usable feature. ``number`` counts from 1; ``repairs`` are sentences."""

    number: int
    code: str
    name: str
    shape: Polygon | MultiPolygon
    properties: Mapping[str, Any]
    repairs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One feature that cannot be used, and why. ``code`` is empty where it could not be read."""

    number: int
    code: str
    name: str
    reason: str

    def __str__(self) -> str:
        return _("Feature %(number)d (%(name)s): %(reason)s") % {
            "number": self.number,
            "name": self.name or _("no name"),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class ReadLayer:
    """What a file holds, and which of its properties were taken for code and name."""

    areas: tuple[ReadArea, ...]
    refusals: tuple[Refusal, ...]
    code_property: str
    name_property: str


@dataclass(slots=True)
class _Feature:
    number: int
    properties: dict[str, Any]
    geometry: Any
    code: str = ""
    name: str = ""
    reason: str = ""
    outline: outlines.Outline | None = None
    repairs: list[str] = field(default_factory=list)


def read_layer(
    content: bytes | Path,
    *,
    code_property: str = "",
    name_property: str = "",
    near: coordinates.Point | None = None,
    limits: Limits | None = None,
) -> ReadLayer:
    """The areas of a GeoJSON file (RFC 7946: WGS 84 degrees, longitude first).

    ``content`` is the file's bytes or where it lies. The properties that carry code and name are
    guessed where not given. ``near`` is a (longitude, latitude) in the city's region, by which
    swapped coordinates are known where their ranges do not tell. Raises ``BadLayer`` when the
    file as a whole, or each of its features, is unusable.
    """
    limits = limits or Limits()
    features = _features_of(_parse(_bytes_of(content, limits)), limits)
    keys = columns.choose(
        [feature.properties for feature in features], code=code_property, name=name_property
    )
    _name_all(features, keys)
    _draw_all(features, near, limits)
    areas = tuple(_mend_all([feature for feature in features if not feature.reason], limits))
    refusals = tuple(
        Refusal(feature.number, feature.code, feature.name, feature.reason)
        for feature in features
        if feature.reason
    )
    if not areas:
        raise BadLayer(
            _("No feature of this file can be used. %(first)s") % {"first": str(refusals[0])}
        )
    return ReadLayer(areas, refusals, keys.code, keys.name)


def _bytes_of(content: bytes | Path, limits: Limits) -> bytes:
    size = content.stat().st_size if isinstance(content, Path) else len(content)
    if size > limits.size:
        raise BadLayer(
            _("The file has %(size)d MB; at most %(limit)d MB are read.")
            % {"size": size // 1_000_000, "limit": limits.size // 1_000_000}
        )
    return content.read_bytes() if isinstance(content, Path) else content


def _parse(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise BadLayer(_("The file is not text in UTF-8, so it is not GeoJSON.")) from None
    except json.JSONDecodeError as error:
        raise BadLayer(
            _("The file is not valid JSON: line %(line)d, column %(column)d.")
            % {"line": error.lineno, "column": error.colno}
        ) from None
    except RecursionError:
        raise BadLayer(_("The file is nested too deeply to be GeoJSON.")) from None
    except ValueError:  # A whole number of thousands of digits, or NaN.
        raise BadLayer(_("The file holds something that is not a number.")) from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _features_of(document: Any, limits: Limits) -> list[_Feature]:
    kind = document.get("type") if isinstance(document, dict) else None
    found = [document] if kind == "Feature" else document.get("features") if kind else None
    if kind not in {"Feature", "FeatureCollection"} or not isinstance(found, list):
        raise BadLayer(_("The file is not a GeoJSON FeatureCollection."))
    _check_system(document.get("crs"))
    if not found:
        raise BadLayer(_("The file holds no features."))
    if len(found) > limits.features:
        raise BadLayer(
            _("The file holds %(count)d features; at most %(limit)d are read.")
            % {"count": len(found), "limit": limits.features}
        )
    return [_feature(number, value) for number, value in enumerate(found, start=1)]


def _check_system(crs: Any) -> None:
    """Refuse a file that itself says it is not in WGS 84 (the member GeoJSON had before 2016)."""
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str) and not name.upper().endswith(("CRS84", ":4326", ":4269")):
        raise BadLayer(
            _("The file says that its coordinates are in %(name)s. Save it in WGS 84 (EPSG:4326).")
            % {"name": name[:100]}
        )


def _feature(number: int, value: Any) -> _Feature:
    if not isinstance(value, dict):
        return _Feature(number, {}, None, reason=_("It is not a GeoJSON Feature."))
    properties = value.get("properties")
    own = {"id": value["id"]} if "id" in value else {}
    own.update(properties if isinstance(properties, dict) else {})
    return _Feature(number, columns.plain(own), value.get("geometry"))


def _name_all(features: Iterable[_Feature], keys: columns.Keys) -> None:
    seen: dict[str, int] = {}
    for feature in features:
        code = columns.as_text(feature.properties.get(keys.code))
        feature.name = (columns.as_text(feature.properties.get(keys.name)) or code)[:NAME_LENGTH]
        feature.code = code[:CODE_LENGTH]
        if feature.reason:
            continue
        if not code or len(code) > CODE_LENGTH:
            feature.reason = _("Its property “%(key)s” holds no usable code.") % {"key": keys.code}
        elif code in seen:
            feature.reason = _("It has the same code, %(code)s, as feature %(other)d.") % {
                "code": code,
                "other": seen[code],
            }
        else:
            seen[code] = feature.number


def _draw_all(features: Iterable[_Feature], near: coordinates.Point | None, limits: Limits) -> None:
    corners = 0
    for feature in features:
        if feature.reason:
            continue
        try:
            outline = outlines.draw(feature.geometry)
        except outlines.BadOutline as error:
            feature.reason = str(error)
            continue
        corners += int(shapely.get_num_coordinates(outline.shape))
        if corners > limits.corners:
            raise BadLayer(
                _("The shapes have more than %(limit)d corners. Simplify them, please.")
                % {"limit": limits.corners}
            )
        feature.outline = outline
        feature.repairs.extend(outline.repairs)
        feature.reason = coordinates.fault_of(outline.shape.bounds, near=near) or ""


def _mend_all(features: Sequence[_Feature], limits: Limits) -> Iterator[ReadArea]:
    drawn = [(feature, feature.outline) for feature in features if feature.outline]
    try:
        mended = apart.mend_all([outline.shape for _f, outline in drawn], seconds=limits.seconds)
    except apart.TooHard as stopped:
        stuck = drawn[min(stopped.done, len(drawn) - 1)][0]
        raise BadLayer(
            _(
                "Checking the shapes was stopped at feature %(number)d (%(name)s), which is "
                "too tangled."
            )
            % {"number": stuck.number, "name": stuck.name}
        ) from None
    sentences = _repairs()
    for (feature, _outline), done in zip(drawn, mended, strict=True):
        if done.shape is None:
            feature.reason = _("Its outline encloses less than one square metre.")
            continue
        repairs = (*feature.repairs, *(sentences[repair] for repair in done.repairs))
        yield ReadArea(
            feature.number, feature.code, feature.name, done.shape, feature.properties, repairs
        )


def _repairs() -> Mapping[str, str]:
    return {
        shapes.CROSSED: _("Crossing outlines were rebuilt."),
        shapes.COLLECTION: _("Only the polygons of its collection were kept."),
        shapes.SLIVERS: _("Parts or holes under one square metre were removed."),
        shapes.TURNED: _("The direction of its rings was corrected."),
    }
