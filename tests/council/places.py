"""Two council districts; the small city's usual place lies in the first."""

from citycall.places.locations import Location
from citycall.places.models import LocationKind
from tests.knowledge.boxes import square_layer

OUTSIDE = Location(
    kind=LocationKind.ADDRESS, longitude=-76.5, latitude=39.29, place="1 Elsewhere St"
)


def load() -> None:
    """Load the districts."""
    square_layer("council", {"1": (-76.65, 39.2, -76.55, 39.4), "2": (-76.55, 39.2, -76.45, 39.4)})
