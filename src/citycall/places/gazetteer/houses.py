"""Address points: one house each, with its number, its street and where it stands."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from citycall.places.gazetteer.built import (
    BadRow,
    BuiltAddress,
    Codes,
    Refused,
    name_of,
)
from citycall.places.gazetteer.ground import Ground
from citycall.places.gazetteer.manifest import AddressesLayer
from citycall.places.gazetteer.readers import Row
from citycall.places.gazetteer.streets import house_number, street_name, zip_code
from citycall.places.gazetteer.wordings import told


def read_addresses(
    code: str, layer: AddressesLayer, rows: Iterable[Row], ground: Ground, codes: Codes
) -> tuple[list[BuiltAddress], list[Refused]]:
    """The houses of a layer of address points, and the rows refused."""
    houses: list[BuiltAddress] = []
    refused: list[Refused] = []
    blank = layer.folded_blank()
    for row in rows:
        street = street_name(layer.street, row.properties, blank)
        number = house_number(row.properties.get(layer.number))
        try:
            houses.append(_house(code, layer, row, number, street, ground, codes))
        except BadRow as error:
            own = told(layer.code, row.properties)
            name = f"{number or ''} {street}".strip()
            refused.append(Refused(code, row.number, own, name, str(error)))
    return houses, refused


def _house(
    code: str,
    layer: AddressesLayer,
    row: Row,
    number: int,
    street: str,
    ground: Ground,
    codes: Codes,
) -> BuiltAddress:
    if row.shape is None:
        raise BadRow(row.fault)
    fault = ground.fault_of(row.shape)
    if fault:
        raise BadRow(fault)
    if not number:
        raise BadRow(_("It has no house number."))
    street = name_of(street)
    middle = row.shape.representative_point()
    point = (round(middle.x, 6), round(middle.y, 6))
    content = f"{number}|{street}|{point[0]:.5f}|{point[1]:.5f}"
    return BuiltAddress(
        code=codes.take(code, layer.code, row.properties, content=content),
        layer=code,
        number=number,
        street=street,
        zip_code=zip_code(told(layer.zip, row.properties)),
        point=point,
    )
