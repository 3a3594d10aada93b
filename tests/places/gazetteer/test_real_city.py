"""Baltimore's own layers: all of them build, and a second build changes nothing."""

from pathlib import Path

import numpy as np
import pytest

import citycall
from citycall.core.actors import SYSTEM
from citycall.places.actions.building import build_gazetteer
from citycall.places.coordinates import distance_m
from citycall.places.gazetteer.report import BuildReport
from citycall.places.models import Block, Corner, Place
from tests import real_data
from tests.places.gazetteer.town import AT

pytestmark = [pytest.mark.real_data, pytest.mark.slow, pytest.mark.django_db]

MANIFEST = Path(citycall.__file__).parent / "places" / "layouts" / "baltimore.yaml"


@pytest.fixture(scope="module")
def layers() -> Path:
    """Where Baltimore's layers are; the tests are skipped without them, but never in CI."""
    return real_data.found("baltimore/geo")


def build(layers: Path) -> BuildReport:
    return build_gazetteer(manifest=MANIFEST, data=layers, by=SYSTEM, at=AT)


def test_baltimore_is_built_and_a_second_build_changes_nothing(layers: Path) -> None:
    report = build(layers)
    check_counts(report)
    check_streets()
    check_corners()
    check_places()
    again = build(layers)
    assert again.changed_nothing
    assert [layer.read for layer in again.layers] == [layer.read for layer in report.layers]


def check_counts(report: BuildReport) -> None:
    streets = report.layer("streets")
    assert streets.read == 48_473
    assert streets.created + len(streets.refused) == streets.read
    assert len(streets.refused) < 0.04 * streets.read
    assert report.layer("network").created > 15_000
    assert report.layer("intersections").known_already > 8_500
    assert report.layer("parks").created == 321
    assert report.layer("circulator_stops").created == 111
    # Each name of the names file means something, but for a few at most.
    assert len(report.layer("names").refused) < 5


def check_streets() -> None:
    monument = Block.objects.filter(name="E Monument St")
    assert monument.count() > 30
    assert monument.filter(left_from__gte=1200, left_to__lt=1300).exists() or (
        monument.filter(right_from__gte=1200, right_to__lt=1300).exists()
    )
    alleys = Block.objects.filter(road_class=Block.RoadClass.ALLEY)
    assert alleys.filter(name__startswith="Alley between").count() > 0.8 * alleys.count()


def check_corners() -> None:
    found = Corner.objects.filter(streets__contains=["E Pratt St", "Light St"])
    assert found.count() == 1
    light = (-76.6137, 39.2865)
    assert distance_m((found[0].longitude, found[0].latitude), light) < 60
    sizes = np.array([len(streets) for streets in Corner.objects.values_list("streets", flat=True)])
    assert sizes.min() >= 2
    assert np.mean(sizes == 2) > 0.7


def check_places() -> None:
    field = Place.objects.get(name="Hooper's Field")
    assert (field.kind, field.parent) == ("field", "Herring Run Park")
    assert field.accuracy_m > 100
    metro = Place.objects.get(name="Chalres Center Metro Station")
    assert "Charles Center Metro Station" in metro.aliases
    assert Place.objects.filter(kind="neighborhood").count() > 260
    assert not Place.objects.filter(search="").exists()
