"""Clients that others wrote for other cities, as they are, against this server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boston311  # type: ignore[import-untyped]
import pytest
from boston311.datamodels import Status  # type: ignore[import-untyped]
from georeport import GeoReport  # type: ignore[import-untyped]
from pytest_django.live_server_helper import LiveServer

from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM
from citycall.service_requests.actions import close
from tests.city import NOW, City
from tests.open311.cast import public_photo, sent
from tests.open311.city_proxy import CityProxy, city_proxy

# What Chicago calls its potholes.
CHICAGO_POTHOLE = "4fd3b656e750846c53000004"
TODAY = datetime.now(UTC)


@pytest.fixture
def reported(city: City, transactional_db: None) -> dict[str, int]:
    """Three requests of the last days, one of them closed and one of Chicago's own service."""
    spec = city.services["pothole"].definition | {"code": CHICAGO_POTHOLE, "name": "Pothole here"}
    save_service(spec=ServiceSpec.model_validate(spec), by=SYSTEM, at=NOW)
    found = {
        "old": sent(at=TODAY - timedelta(days=3)),
        "leak": sent("water-leak", at=TODAY - timedelta(days=2)),
        "chicago": sent(CHICAGO_POTHOLE, at=TODAY - timedelta(days=2)),
    }
    sent("graffiti", at=TODAY - timedelta(days=2))
    public_photo(found["leak"])
    close.cancel(found["old"].request_id, reason="Twice.", by=SYSTEM, at=TODAY)
    return {name: receipt.request_id for name, receipt in found.items()}


@pytest.fixture
def proxy(
    live_server: LiveServer,
    reported: dict[str, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[CityProxy]:
    with city_proxy(live_server.url, folder=tmp_path) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


def ids(rows: Any) -> set[int]:
    """The ids in what a client returns, which is one row alone where XML has but one."""
    rows = rows if isinstance(rows, list) else [rows]
    return {int(row["service_request_id"]) for row in rows}


@pytest.fixture(params=["json", "xml"])
def georeport(request: pytest.FixtureRequest, proxy: CityProxy) -> GeoReport:
    return GeoReport.from_city("Boston, MA", output_format=request.param)


def test_georeport_reads_services(georeport: GeoReport) -> None:
    codes = {service["service_code"] for service in georeport.get_service_list()}
    assert {"pothole", "water-leak", "graffiti"} <= codes


def test_georeport_reads_a_definition(georeport: GeoReport) -> None:
    definition: Any = georeport.get_service_definition("water-leak")
    assert definition["service_code"] == "water-leak"
    assert "amount" in json.dumps(definition["attributes"])


def test_georeport_lists_requests(georeport: GeoReport, reported: dict[str, int]) -> None:
    assert ids(georeport.get_service_requests()) == set(reported.values())
    by_code = georeport.get_service_requests(service_code=f"pothole,{CHICAGO_POTHOLE}")
    assert ids(by_code) == {reported["old"], reported["chicago"]}
    assert ids(georeport.get_service_requests(status="closed")) == {reported["old"]}
    since = f"{TODAY - timedelta(days=2, hours=1):%Y-%m-%dT%H:%M:%SZ}"
    late = {reported["leak"], reported["chicago"]}
    assert ids(georeport.get_service_requests(start_date=since)) == late
    wished = f"{reported['old']},{reported['leak']}"
    found = ids(georeport.get_service_requests(service_request_id=wished))
    assert found == {reported["old"], reported["leak"]}


def test_georeport_reads_one_request(georeport: GeoReport, reported: dict[str, int]) -> None:
    one = georeport.get_service_request(str(reported["leak"]))
    assert ids(one) == {reported["leak"]}
    assert one["status"] == "open"


def test_georeport_needs_no_proxy(live_server: LiveServer, reported: dict[str, int]) -> None:
    client = GeoReport(f"{live_server.url}/open311/v2/", jurisdiction="city.example")
    assert ids(client.get_service_requests()) == set(reported.values())


def test_boston311_reads_services(proxy: CityProxy) -> None:
    services = boston311.get_services()
    assert services.get_service_code("Water leak") == "water-leak"


def test_boston311_lists_requests(proxy: CityProxy, reported: dict[str, int]) -> None:
    everything = boston311.get_service_requests().service_requests
    assert {int(each.service_request_id) for each in everything} == set(reported.values())
    narrowed = boston311.get_service_requests(
        service_code="water-leak",
        start_date=TODAY - timedelta(days=5),
        end_date=TODAY,
        status=Status.OPEN,
    )
    (leak,) = narrowed.service_requests
    assert int(leak.service_request_id) == reported["leak"]
    assert leak.media_url is not None


def test_boston311_reads_one_request(proxy: CityProxy, reported: dict[str, int]) -> None:
    request = boston311.get_service_request(str(reported["old"]))
    assert request is not None
    assert request.status is Status.CLOSED


def chicagorequests(*options: str) -> list[dict[str, Any]]:
    """What Chicago's command writes, line by line; it must not warn of a page that it missed."""
    run = subprocess.run(
        [Path(sys.executable).with_name("chicagorequests"), *options],
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "Could not load" not in run.stderr, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def days(before: int) -> str:
    return f"{TODAY - timedelta(days=before):%Y-%m-%d}"


def test_chicagorequests_loads_a_range_of_days(proxy: CityProxy, reported: dict[str, int]) -> None:
    rows = chicagorequests("-s", days(5), "-e", days(0))
    assert sorted(int(row["service_request_id"]) for row in rows) == sorted(reported.values())
    assert {row["extended_attributes"]["status"] for row in rows} == {"new", "cancelled"}
    assert all(row["notes"] for row in rows)


def test_chicagorequests_loads_a_type(proxy: CityProxy, reported: dict[str, int]) -> None:
    rows = chicagorequests("-s", days(5), "-e", days(0), "-t", "pothole")
    assert ids(rows) == {reported["chicago"]}


def test_chicagorequests_loads_what_changed(proxy: CityProxy, reported: dict[str, int]) -> None:
    between = ("--updated-start-date", days(1), "--updated-end-date", days(0))
    rows = chicagorequests("-s", days(5), "-e", days(0), *between)
    assert ids(rows) == {reported["old"]}


def test_chicagorequests_loads_today(proxy: CityProxy, reported: dict[str, int]) -> None:
    assert chicagorequests() == []
    assert proxy.asked[0].startswith("http://311api.cityofchicago.org/open311/v2/requests.json?")
