"""The client and CityCall's own Open311 door understand each other, in both formats."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client as Browser

from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.core.reaching import Reply
from citycall.exchange.open311.client import Client, Rejected
from citycall.exchange.open311.endpoint import Endpoint
from citycall.exchange.open311.importing import import_endpoint
from citycall.exchange.open311.profiles import Format, profile
from citycall.exchange.open311.told import NewRequest
from citycall.service_requests.actions import work
from citycall.service_requests.models import ServiceRequest
from tests.city import NOW, City
from tests.open311 import cast
from tests.open311.posting import new_key, offer

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def reach(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    seconds: float = 0,
    most_bytes: int = 0,
) -> Reply:
    """Leads to the door without a network between."""
    split = urlsplit(url)
    answer = Browser().generic(
        method,
        f"{split.path}?{split.query}",
        content or b"",
        content_type=(headers or {}).get("Content-Type", ""),
        headers=dict(headers or {}),
    )
    return Reply(answer.status_code, dict(answer.headers), answer.content)


@pytest.fixture
def city(db: None) -> City:
    return cast.build()


@pytest.fixture(params=list(Format))
def client(
    request: pytest.FixtureRequest,
    city: City,
    settings: LazySettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Client:
    settings.UPLOADS = settings.STATIC_ROOT = tmp_path
    monkeypatch.setattr(clock, "now", lambda: NOW)
    offer()
    return Client(endpoint(request.param), reach=reach)


def endpoint(form: Format = Format.JSON, *, size: int = 500) -> Endpoint:
    dialect = replace(profile("citycall"), format=form, page_size=size)
    return Endpoint("http://here.example/open311/v2", dialect, "", new_key())


def test_services_and_their_questions_are_read(client: Client) -> None:
    services = {service.code: service for service in client.services()}
    assert services["tree"].metadata
    assert services["tree"].group == "Parks"
    questions = {attribute.code: attribute for attribute in client.definition("tree").attributes}
    assert questions["size"].values == (("small", "Small"), ("large", "Large"))
    assert questions["size"].required
    assert questions["blocks"].datatype == "multivaluelist"


def test_a_request_is_made_once_and_found_again(client: Client) -> None:
    new = NewRequest(
        service_code="tree",
        client_request_id="there-1",
        description="It lies on the road: ‘big’ & <heavy>",
        latitude=39.29,
        longitude=-76.6,
        attributes={"size": "small", "blocks": ["lane", "door"]},
    )
    first, again = client.create(new), client.create(new)
    assert first.service_request_id
    assert again.service_request_id == first.service_request_id
    found = client.request(first.service_request_id)
    assert found is not None
    assert (found.status, found.service_code) == ("open", "tree")
    assert (found.latitude, found.longitude) == pytest.approx((39.29, -76.6))
    stored = ServiceRequest.objects.get(pk=int(first.service_request_id))
    assert stored.reports.get().answers == {"size": "small", "blocks": ["lane", "door"]}


def test_every_fault_of_a_request_is_told(client: Client) -> None:
    with pytest.raises(Rejected) as refused:
        client.create(NewRequest(service_code="tree", client_request_id="there-2"))
    assert len(refused.value.sentences) >= 2
    assert not refused.value.key_refused


def test_all_pages_of_the_list_and_of_changes_come(client: Client) -> None:
    for number in range(120):
        cast.sent(at=NOW - timedelta(minutes=number))
    paged = Client(endpoint(client.profile.format, size=50), reach=reach)
    assert len(list(paged.requests(since=NOW - DAY, until=NOW + DAY))) == 120
    assert len(list(paged.requests(updated_since=NOW - DAY, until=NOW + DAY))) == 120
    ids = [str(pk) for pk in ServiceRequest.objects.values_list("pk", flat=True)]
    assert {one.id for one in paged.requests(ids=ids)} == set(ids)


def test_the_feed_of_updates_is_read(client: Client, city: City) -> None:
    receipt = cast.sent(at=NOW - timedelta(hours=2))
    at = NOW - timedelta(hours=1)
    work.start(receipt.request_id, by=city.dispatcher, at=at)
    (update,) = client.updates(NOW - DAY, NOW)
    assert update.service_request_id == str(receipt.request_id)
    assert (update.status, update.at) == ("in_progress", at)
    assert update.description == ""


def test_history_of_one_city_comes_to_another(client: Client, tmp_path: Path) -> None:
    for number in range(30):
        cast.sent(at=NOW - number * DAY)
    report = import_endpoint(
        endpoint(client.profile.format),
        source="other-city",
        since=NOW - 60 * DAY,
        until=NOW + timedelta(seconds=1),
        by=SYSTEM,
        at=NOW,
        folder=tmp_path / "there",
        reach=reach,
    )
    assert report.requests == 30
    copies = ServiceRequest.objects.filter(source="other-city")
    originals = {str(r.pk): r for r in ServiceRequest.objects.filter(source="")}
    assert {copy.source_id: copy.requested_at for copy in copies} == {
        pk: original.requested_at for pk, original in originals.items()
    }
    assert {copy.service.code for copy in copies} == {"pothole"}
