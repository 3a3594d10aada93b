"""A few streets for a kit's gazetteer: two that cross, with numbers and some houses."""

import shapely

from citycall.places.models import AddressPoint, Block, Corner
from citycall.places.queries import GAZETTEER


def build() -> None:
    """N Charles St and E Monument St meet; so do N Charles St and The Alameda."""
    lay("a", "N Charles St", 800, [(-76.6155, 39.297), (-76.6157, 39.299)])
    lay("b", "N Charles St", 900, [(-76.6157, 39.299), (-76.6159, 39.301)])
    lay("c", "E Monument St", 1200, [(-76.6020, 39.2978), (-76.6000, 39.2979)])
    lay("d", "The Alameda", 2800, [(-76.5960, 39.3200), (-76.5958, 39.3220)])
    meet("ab", ["N Charles St", "E Monument St"], -76.6156, 39.2977)
    meet("ad", ["N Charles St", "The Alameda"], -76.6159, 39.301)
    AddressPoint.objects.create(
        code="h", layer="houses", number=1217, street="E Monument St",
        longitude=-76.6011, latitude=39.2980,
    )  # fmt: skip
    GAZETTEER.bump()


def lay(code: str, name: str, hundred: int, line: list[tuple[float, float]]) -> None:
    """One block with numbers on either side."""
    Block.objects.create(
        code=code, layer="streets", name=name, left_from=hundred, left_to=hundred + 98,
        right_from=hundred + 1, right_to=hundred + 99,
        shape=shapely.to_wkb(shapely.LineString(line)),
    )  # fmt: skip


def meet(code: str, streets: list[str], longitude: float, latitude: float) -> None:
    """A corner."""
    Corner.objects.create(
        code=code, layer="streets", streets=streets, longitude=longitude, latitude=latitude
    )
