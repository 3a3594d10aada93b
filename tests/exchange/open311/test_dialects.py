"""One client, and servers of every kind: each is asked and told as it wants, and understood."""

from datetime import UTC, datetime, timedelta

import pytest

from citycall.exchange.open311.client import Client, Rejected
from citycall.exchange.open311.endpoint import Endpoint
from citycall.exchange.open311.profiles import PROFILES, UnknownProfile, profile
from citycall.exchange.open311.told import NewRequest, RemoteUpdate
from tests.exchange.open311.servers import KEY, MANNERS, Server, invented, listening

SINCE = datetime(2024, 1, 1, tzinfo=UTC)
NEW = NewRequest(
    service_code="S1",
    client_request_id="citycall-1",
    description="A hole & more",
    latitude=39.3,
    longitude=-76.6,
    attributes={"SIZE": "big", "WHERE": ["road", "kerb"]},
    media_urls=["https://city.example/1.jpg", "https://city.example/2.jpg"],
)


def endpoint(name: str, url: str = "https://there.example/open311/v2") -> Endpoint:
    return Endpoint(url, profile(name), MANNERS[name].jurisdiction, KEY, 5.0)


def both(name: str) -> tuple[Client, Server]:
    requests = invented(1_250, since=SINCE, every=timedelta(hours=3))
    server = Server(MANNERS[name], requests)
    return Client(endpoint(name), reach=server.reach), server


@pytest.fixture(params=sorted(PROFILES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_request_of_a_time_is_listed_once(name: str) -> None:
    client, server = both(name)
    found = list(client.requests(since=SINCE, until=SINCE + timedelta(days=160)))
    assert len(found) == len({one.id for one in found})
    assert {one.id for one in found} == {one["id"] for one in server.requests}


def test_listed_requests_say_what_the_server_says(name: str) -> None:
    client, server = both(name)
    told = {one["id"]: one for one in server.requests}
    for one in client.requests(since=SINCE, until=SINCE + timedelta(days=20)):
        there = told[one.id]
        assert (one.status, one.service_code) == (there["status"], there["service_code"])
        assert (one.description, one.address) == (there["description"], there["address"])
        assert (one.requested_at, one.updated_at) == (there["requested"], there["updated"])
        assert one.latitude == pytest.approx(there["lat"])
        assert one.status_notes == (there["status_notes"] or "")
        assert one.media_urls == ()


def test_requests_are_found_by_their_ids(name: str) -> None:
    client, server = both(name)
    ids = [one["id"] for one in server.requests[:120]]
    assert {one.id for one in client.requests(ids=[*ids, "no-such"])} == set(ids)


def test_one_request_is_found_or_not(name: str) -> None:
    client, _server = both(name)
    found = client.request("1007")
    assert found is not None
    assert found.service_name == "Trash"
    assert client.request("no-such") is None


def test_a_request_can_be_made(name: str) -> None:
    client, server = both(name)
    created = client.create(NEW)
    if created.token:
        assert client.token(created.token) == "of-t-1"
    else:
        assert created.service_request_id == "71"
    assert ("description", "A hole & more") in server.posted[0]
    assert ("attribute[SIZE]", "big") in server.posted[0]


def test_a_missing_key_is_told_apart(name: str) -> None:
    _client, server = both(name)
    keyless = Endpoint("https://there.example/v2", profile(name), MANNERS[name].jurisdiction)
    with pytest.raises(Rejected) as refused:
        Client(keyless, reach=server.reach).create(NEW)
    assert refused.value.key_refused
    assert "API key" in refused.value.message


def test_every_fault_that_the_server_names_is_told(name: str) -> None:
    client, _server = both(name)
    with pytest.raises(Rejected) as refused:
        client.create(NewRequest(service_code="", client_request_id="1"))
    assert "service_code is needed." in refused.value.sentences
    assert not refused.value.key_refused


def test_news_of_requests_is_had_from_every_server(name: str) -> None:
    client, server = both(name)
    server.updates = [
        {
            "update_id": str(number),
            "service_request_id": "1007",
            "status": "IN_PROGRESS",
            "updated_datetime": (SINCE + timedelta(days=1, hours=number)).isoformat(),
            "description": "On it",
        }
        for number in range(2)
    ]
    news = client.updates(SINCE, SINCE + timedelta(days=3), ids=["1007"])
    first = next(update for update in news if update.service_request_id == "1007")
    assert first.status == ("in_progress" if server.manners.feed else "closed")
    assert len({update.update_id for update in news}) == len(news)


def test_a_server_over_a_real_network_is_spoken_to(name: str, settings) -> None:
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    server = Server(MANNERS[name], invented(60, since=SINCE, every=timedelta(hours=3)))
    with listening(server) as url:
        client = Client(endpoint(name, url))
        found = list(client.requests(since=SINCE, until=SINCE + timedelta(days=30)))
        assert len(found) == 60
        assert client.create(NEW)


def test_several_answers_are_posted_with_brackets_or_repeated() -> None:
    for name, field in (("standard", "attribute[WHERE][]"), ("fixmystreet", "attribute[WHERE]")):
        client, server = both(name)
        client.create(NEW)
        assert [value for key, value in server.posted[0] if key == field] == ["road", "kerb"]


def test_only_a_server_that_takes_several_pictures_gets_them() -> None:
    for name, count in (("standard", 1), ("citycall", 2)):
        client, server = both(name)
        client.create(NEW)
        assert [key for key, _value in server.posted[0]].count("media_url") == count


def test_a_server_that_knows_repeated_posts_is_given_the_means() -> None:
    client, server = both("citycall")
    client.create(NEW)
    assert ("client_request_id", "citycall-1") in server.posted[0]
    assert server.headers[-1]["Idempotency-Key"] == "citycall-1"


def test_a_place_without_words_is_given_words_where_these_are_needed() -> None:
    client, server = both("chicago")
    client.create(NEW)
    assert ("address_string", "39.300000, -76.600000") in server.posted[0]


def test_a_long_description_is_cut_at_what_the_standard_allows() -> None:
    client, server = both("standard")
    client.create(NewRequest(service_code="S", client_request_id="1", description="x" * 5_000))
    (description,) = [value for key, value in server.posted[0] if key == "description"]
    assert len(description) == 4_000
    assert description.endswith("…")


def test_an_update_is_posted_in_capital_letters() -> None:
    client, server = both("fixmystreet")
    at = datetime(2024, 6, 1, 12, tzinfo=UTC)
    update = RemoteUpdate(update_id="9", service_request_id="1007", status="in_progress", at=at)
    assert client.post_update(update) == "there-9"
    assert ("status", "IN_PROGRESS") in server.posted[0]
    assert ("updated_datetime", "2024-06-01T13:00:00+01:00") in server.posted[0]


def test_requests_without_an_id_are_left_out_and_counted() -> None:
    client, server = both("chicago")
    for place in (3, 500, 900):
        server.requests[place]["id"] = f"no-id-{place}"
    found = list(client.requests(since=SINCE, until=SINCE + timedelta(days=80)))
    assert len(found) == 638
    assert client.skipped == 2


def test_requests_that_changed_are_found_where_the_server_knows_when() -> None:
    for name in ("citycall", "chicago", "bloomington", "standard"):
        client, server = both(name)
        server.requests[5]["updated"] = SINCE + timedelta(days=170)
        changed = client.requests(updated_since=SINCE + timedelta(days=165))
        # One that lists by the time of the request only is asked for those of the last 90 days.
        expected = [] if name == "standard" else ["1005"]
        assert [one.id for one in changed] == expected


def test_services_can_be_chosen() -> None:
    client, _server = both("standard")
    until = SINCE + timedelta(days=10)
    assert {
        one.service_code for one in client.requests(since=SINCE, until=until, codes=["S2"])
    } == {"S2"}


def test_an_unknown_profile_is_told_with_the_known_ones() -> None:
    with pytest.raises(UnknownProfile, match="klarschiff"):
        profile("chicagoland")
