"""Nothing planted where a person can write is found by one who looks at everything public."""

import json
from collections.abc import Callable, Iterator
from math import asinh, pi, radians, tan
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from django.urls import URLPattern, get_resolver
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts import callers, misses
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM
from citycall.exchange.open_data.actions import make_edition
from citycall.places import tile_store, tiles
from citycall.service_requests import cell_counts
from citycall.service_requests.models import Attachment, Report, ServiceRequest
from citycall.web import urls as web_urls
from tests.outside.crawler import Crawl, path_of
from tests.outside.planter import PUBLIC_WORD
from tests.outside.planting import build
from tests.outside.plants import Plants

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:No directory at:UserWarning"),
]

# Where a map of the planted city is looked at: the whole of it, in all its tiles.
BOX = "-76.70,39.20,-76.50,39.40"
# Values for what an operation of the API asks for by name.
KNOWN = {"code": ("pothole", "graffiti", "needles", "snow", "cable", "nothing"), "size": ("small",)}
STATES = ("new", "closed", "completed", "merged")


@pytest.fixture(autouse=True)
def _own_folders(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.UPLOADS, settings.EXPORTS = tmp_path / "uploads", tmp_path / "open-data"
    settings.MAPS = tmp_path / "maps"
    # The client asks everything at once, which the doors would rightly refuse.
    settings.CITYCALL_CALLS_PER_MINUTE = 1_000_000
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
    for each in (callers, misses):
        each.forget()
    tile_store.STORE.forget()
    yield
    tile_store.STORE.forget()


@pytest.fixture
def plants(tmp_path: Path, settings: Settings, live_server: LiveServer) -> Plants:
    settings.PUBLIC_URL = live_server.url
    plants = Plants()
    build(plants, tmp_path)
    for report in Report.objects.all():
        plants.secret(numbers.show(report.number), "a confirmation number")
    cell_counts.fold(at=clock.now(), zone=clock.city_zone())
    make_edition(by=SYSTEM, at=clock.now())
    tiles.build()
    return plants


def crawled(site: str) -> Crawl:
    """Everything public: what pages lead to, and what only those who know an address ask for."""
    crawl = Crawl(site)
    crawl.add(["/", "/robots.txt", "/sitemap.xml", "/favicon.ico", "/.well-known/security.txt"])
    crawl.add(_plain_addresses())
    crawl.add(_every_id())
    crawl.add(_nearby())
    crawl.add(_operations(site))
    crawl.add(_open311())
    crawl.add(_mistakes())
    crawl.run()
    crawl.add(_tiles(crawl))
    crawl.run()
    return crawl


def _plain_addresses() -> Iterator[str]:
    for pattern in (*web_urls.urlpatterns, *get_resolver().url_patterns):
        if isinstance(pattern, URLPattern) and "<" not in str(pattern.pattern):
            yield f"/{pattern.pattern}"


def _every_id() -> Iterator[str]:
    ids = list(ServiceRequest.objects.values_list("pk", flat=True))
    for pk in (*ids, 0, max(ids) + 1):
        yield from (f"/nearby/{pk}", f"/api/v1/service_requests/{pk}")
        yield f"/api/v1/service_requests/{pk}/history"
        yield from (f"/open311/v2/requests/{pk}.{form}" for form in ("json", "xml"))
    for photo in Attachment.objects.values_list("pk", flat=True):
        yield from (f"/photos/{photo}", f"/photos/{photo}/small", f"/api/v1/photos/{photo}")
        yield f"/api/v1/photos/{photo}?size=small"


def _nearby() -> Iterator[str]:
    at = {"lon": "-76.6", "lat": "39.29", "within": "2000"}
    for show in ("open", "week", "month", "year"):
        asked = urlencode({**at, "show": show})
        yield from (f"/nearby?{asked}", f"/nearby/feed.atom?{asked}")
        yield f"/nearby/points.json?box=-76.62,39.28,-76.58,39.32&show={show}"
        for zoom in (9, 12, 14, 16, 18):
            yield f"/nearby/hexagons.json?box={BOX}&zoom={zoom}&show={show}"
    yield from ("/answers?q=snow&box=1", "/answers?q=pothole", "/places/search?words=mill")
    yield "/places/at?lon=-76.6&lat=39.29"
    yield "/collection-days?lon=-76.6&lat=39.29"


def _operations(site: str) -> Iterator[str]:
    """Every GET of the API's own description, with what it takes; without a key."""
    yield from ("/api/v1/openapi.json", "/api/v1/docs")
    for path, methods in httpx.get(f"{site}/api/v1/openapi.json").json()["paths"].items():
        if "get" not in methods:
            continue
        for filled in _filled(path):
            yield filled
            yield f"{filled}?{urlencode({'words': 'mill', 'q': 'mill', 'limit': '100'})}"
            yield f"{filled}?{urlencode({'longitude': '-76.6', 'latitude': '39.29'})}"
    base = "/api/v1/service_requests?limit=100"
    for query in ("sort=updated", "near=-76.6,39.29&radius=2000", f"bbox={BOX}", "open=true"):
        yield f"{base}&{query}"
    yield from (f"{base}&status={state}" for state in STATES)


def _filled(path: str) -> Iterator[str]:
    for name in ("{name}", "{photo_id}", "{webhook_id}"):
        path = path.replace(name, "1")
    if "{code}" not in path:
        yield path
        return
    yield from (path.replace("{code}", code) for code in KNOWN["code"])


def _open311() -> Iterator[str]:
    lists = ("requests", "services", "discovery", "servicerequestupdates")
    for form in ("json", "xml", "csv", "html"):
        yield from (f"/open311/v2/{name}.{form}" for name in lists)
        for query in ("extensions=true&page_size=100", "status=closed", "status=open,closed"):
            yield f"/open311/v2/requests.{form}?{query}"
        yield f"/open311/v2/requests.{form}?start_date=2024-01-01T00:00:00Z&page_size=500"
        yield f"/open311/v2/servicerequestupdates.{form}?start_date=2024-01-01T00:00:00Z"
        yield from (f"/open311/v2/services/{code}.{form}" for code in KNOWN["code"])


def _mistakes() -> Iterator[str]:
    yield from ("/nothing-here", "/r/1", "/r/26-00000-00000", "/nearby?lon=x", "/nearby/x")
    yield from ("/track?number=12", "/tiles/x/1/1/1.pbf", "/open-data/x/y", "/answers/nothing")
    yield from ("/api/v1/nothing", "/api/v1/service_requests?limit=x", "/open311/v2/nothing.xml")
    yield from ("/nearby/points.json?box=1", "/me/open?key=x", "/book/1", "/agency", "/admin/")


def _tiles(crawl: Crawl) -> list[str]:
    """Every tile of the map that the style speaks of."""
    (style,) = (each for each in crawl.answers if path_of(each.url) == "/map/style-light.json")
    source = next(
        each
        for each in json.loads(style.text.split("\n")[0])["sources"].values()
        if "tiles" in each
    )
    found = []
    for zoom in range(source["minzoom"], source["maxzoom"] + 1):
        (west, north), (east, south) = (
            _tile(zoom, *corner) for corner in ((-76.62, 39.32), (-76.58, 39.28))
        )
        for column in range(west, east + 1):
            for row in range(north, south + 1):
                address = str(source["tiles"][0])
                for name, value in (("{z}", zoom), ("{x}", column), ("{y}", row)):
                    address = address.replace(name, str(value))
                found.append(address)
    return found


def _tile(zoom: int, longitude: float, latitude: float) -> tuple[int, int]:
    side = 2**zoom
    down = (1 - asinh(tan(radians(latitude))) / pi) / 2
    return int((longitude + 180) / 360 * side), int(down * side)


def found(crawl: Crawl, plants: Plants) -> list[str]:
    """A line for each planted thing at each address where it was found."""
    return sorted(
        {
            f"{mark} ({where}) at {each.url} {each.status}"
            for each in crawl.answers
            for text in (each.text, each.headers, each.url)
            for mark, where in plants.found_in(text).items()
        }
    )


def test_nothing_planted_is_found_outside(
    plants: Plants, live_server: LiveServer, record_property: Callable[[str, object], None]
) -> None:
    crawl = crawled(live_server.url)
    record_property("planted", len(plants.told))
    record_property("addresses", len(crawl.answers))
    record_property("seconds", round(crawl.seconds))
    leaks = found(crawl, plants)
    assert not leaks, "\n".join(leaks)
    _has_looked_everywhere(crawl)
    assert [each.url for each in crawl.answers if each.status >= 500] == []
    # It can fail: a name written into what the city says in public is found wherever that is told.
    told = ServiceRequest.objects.filter(service__code="pothole", status="completed").first()
    assert told is not None
    name = plants.name("an explanation")
    ServiceRequest.objects.filter(pk=told.pk).update(explanation=f"Done. {name} was glad.")
    again = Crawl(live_server.url)
    again.add([f"/nearby/{told.pk}", f"/open311/v2/requests/{told.pk}.json", "/nearby?lon=1"])
    again.add([f"/api/v1/service_requests/{told.pk}"])
    again.run()
    places = {line.split(" at ")[1].split()[0] for line in found(again, plants)}
    wanted = (f"/nearby/{told.pk}", f"requests/{told.pk}.json", f"service_requests/{told.pk}")
    for path in wanted:
        assert any(path in place for place in places), places


def _has_looked_everywhere(crawl: Crawl) -> None:
    """The crawl was where public things are; otherwise that it found nothing says nothing."""
    well = [each for each in crawl.answers if each.status == 200]
    kinds = {each.kind for each in well}
    assert {
        "text/html",
        "application/json",
        "application/atom+xml",
        "text/calendar",
        "text/xml",
        "application/vnd.mapbox-vector-tile",
        "image/jpeg",
    } <= kinds, kinds
    paths = {path_of(each.url) for each in well}
    for beginning in ("/open-data/", "/developers/examples/", "/photos/", "/events/", "/alerts/"):
        assert any(path.startswith(beginning) for path in paths), beginning
    for ending in (".csv", ".parquet", ".geojson", ".js", ".css", ".webmanifest"):
        assert any(ending in path for path in paths), (ending, sorted(paths)[:50])
    said = [each for each in well if PUBLIC_WORD in each.text]
    assert {"application/json", "text/xml"} <= {each.kind for each in said}
    assert any("hidden]" in each.text for each in said)
    assert len(well) > 500
