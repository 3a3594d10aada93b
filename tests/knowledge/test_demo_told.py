"""What the demo city tells: all of it loads into its own areas, and answers its people."""

from datetime import UTC, datetime, timedelta

import pytest

from citycall.core.actors import SYSTEM
from citycall.demo import articles, geography, loading
from citycall.demo import told as demo_told
from citycall.exchange import catalog_file
from citycall.knowledge import alerts, days
from citycall.knowledge.picture import told
from citycall.places.actions.layers import load_layer
from citycall.places.models import AreaLayer

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
LAYERS = ("neighborhoods", "collection_days", "police_districts", "public_works_sectors")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def city() -> geography.City:
    return geography.build(loading.SEED)


@pytest.fixture
def demo(db: None, city: geography.City, tmp_path) -> geography.City:
    geography.write_geojson(city, tmp_path)
    for code in LAYERS:
        load_layer(
            code=code,
            name=code,
            kind=AreaLayer.Kind.PARTITION,
            content=(tmp_path / f"{code}.geojson").read_bytes(),
            by=SYSTEM,
            at=NOW,
            code_property="code",
            name_property="name",
        )
    catalog_file.import_catalog(
        loading.CATALOG.read_text(), file_name="catalog.yaml", by=SYSTEM, at=NOW
    )
    articles.load(by=SYSTEM, at=NOW)
    assert demo_told.load(city, by=SYSTEM, at=NOW) == 26
    return city


def test_every_house_has_its_collection_days(demo: geography.City) -> None:
    today = NOW.date()
    for house in range(0, len(demo.addresses.number), max(1, len(demo.addresses.number) // 40)):
        point = (float(demo.addresses.lon[house]), float(demo.addresses.lat[house]))
        found = days.collections_at(point, first=today, last=today + timedelta(days=41))
        titles = {own.collection.code for own in found}
        assert titles == {"trash", "recycling", "yard-waste", "street-sweeping"}
        trash = next(own for own in found if own.collection.code == "trash")
        # The last Friday's round, on New Year's Day, comes after the six weeks.
        assert len([each for each in trash.days if each.day]) in {5, 6}


def test_thanksgiving_and_the_day_after_move_collections(demo: geography.City) -> None:
    found = days.holidays(first=NOW.date(), last=NOW.date() + timedelta(days=40))
    thanksgiving, friday = found[:2]
    assert thanksgiving.name == "Thanksgiving Day"
    assert {each.collection.code for each in thanksgiving.collections if each.is_moved} >= {"trash"}
    assert friday.notice is not None


def test_alerts_and_events_are_of_these_days(demo: geography.City) -> None:
    live = alerts.live(at=NOW)
    assert len(live) == 3
    assert all({"es", "zh-hans", "ar"} == set(each.translations) for each in live)
    assert len(told().events_from(NOW)) >= 4
