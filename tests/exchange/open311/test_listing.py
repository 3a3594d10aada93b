"""Lists are had whole, however a server cuts them off; where that cannot be, it is said."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citycall.core.reaching import Reply
from citycall.exchange.open311.client import Client, TooMany
from citycall.exchange.open311.endpoint import Endpoint
from citycall.exchange.open311.profiles import profile
from tests.exchange.open311.servers import KEY, Manners, Server, invented

SINCE = datetime(2024, 1, 1, tzinfo=UTC)


def client_of(server: Server, name: str = "standard") -> Client:
    return Client(Endpoint("https://there.example/v2", profile(name), "", KEY), reach=server.reach)


def ids(client: Client, days: int) -> list[str]:
    return [one.id for one in client.requests(since=SINCE, until=SINCE + timedelta(days=days))]


@settings(max_examples=40)
@given(
    seconds=st.lists(st.integers(0, 3_000), max_size=120),
    size=st.sampled_from([10, 20, 50]),
    style=st.sampled_from(["", "page", "limit"]),
    name=st.sampled_from(["standard", "seeclickfix", "mark_a_spot", "citycall"]),
    total=st.booleans(),
)
def test_nothing_is_lost_and_nothing_comes_twice(
    seconds: list[int], size: int, style: str, name: str, total: bool
) -> None:
    """Whatever the server's limit and pages, and whether the profile fits it or not."""
    requests = invented(len(seconds), since=SINCE, every=timedelta(0))
    for number, second in enumerate(seconds):
        # Never more at one moment than the server gives at once.
        requests[number]["requested"] = SINCE + timedelta(seconds=second * 40 + number % 40)
    server = Server(Manners(size=size, most=size, paged_by=style, tells_total=total), requests)
    found = ids(client_of(server, name), 3)
    assert sorted(found) == sorted(one["id"] for one in requests)


def test_a_list_that_is_cut_off_is_asked_for_in_halves() -> None:
    server = Server(Manners(), invented(2_500, since=SINCE, every=timedelta(minutes=30)))
    assert len(ids(client_of(server), 60)) == 2_500
    assert len(server.calls) == 7


def test_a_list_that_is_not_cut_off_is_asked_for_once() -> None:
    server = Server(Manners(), invented(999, since=SINCE, every=timedelta(minutes=30)))
    assert len(ids(client_of(server), 60)) == 999
    assert len(server.calls) == 1


def test_pages_are_asked_for_until_there_are_no_more() -> None:
    manners = Manners(size=50, most=50, paged_by="page")
    server = Server(manners, invented(1_000, since=SINCE, every=timedelta(minutes=30)))
    assert len(ids(client_of(server, "boston"), 60)) == 1_000
    assert len(server.calls) == 21


def test_a_server_that_tells_the_total_is_not_asked_for_an_empty_page() -> None:
    manners = Manners(size=50, most=500, paged_by="page", tells_total=True)
    server = Server(manners, invented(1_000, since=SINCE, every=timedelta(minutes=30)))
    assert len(ids(client_of(server, "citycall"), 60)) == 1_000
    assert len(server.calls) == 2


def test_more_at_one_moment_than_is_listed_at_once_is_told() -> None:
    server = Server(Manners(), invented(1_500, since=SINCE, every=timedelta(0)))
    with pytest.raises(TooMany, match="no more than 1000 at once"):
        ids(client_of(server), 60)


def test_a_server_that_does_not_heed_dates_is_told_of_soon() -> None:
    server = Server(Manners(), invented(3_000, since=SINCE, every=timedelta(hours=1)))
    every = [server.shown(one) for one in server.requests[:1_000]]
    server.answer = lambda *_told: server.success(every)  # type: ignore[method-assign]
    with pytest.raises(TooMany):
        ids(client_of(server), 160)


def test_a_short_list_of_a_server_that_does_not_heed_dates_is_taken_once() -> None:
    server = Server(Manners(), invented(700, since=SINCE, every=timedelta(hours=1)))
    every = [server.shown(one) for one in server.requests]
    server.answer = lambda *_told: server.success(every)  # type: ignore[method-assign]
    assert len(ids(client_of(server), 160)) == 700


def test_requests_that_come_in_between_two_pages_move_none_out_of_sight() -> None:
    manners = Manners(size=50, most=50, paged_by="page")
    server = Server(manners, invented(300, since=SINCE, every=timedelta(hours=1)))
    before = {one["id"] for one in server.requests}
    answer = server.answer

    def busy(method: str, url: str, content: bytes | None, headers: Mapping[str, str]):
        new = invented(1, since=SINCE + timedelta(days=20), every=timedelta(0))[0]
        server.requests.append({**new, "id": f"new-{len(server.calls)}"})
        return answer(method, url, content, headers)

    server.answer = busy  # type: ignore[method-assign]
    found = ids(client_of(server, "boston"), 30)
    assert before <= set(found)
    assert len(found) == len(set(found))


def test_pages_of_requests_without_ids_come_to_an_end() -> None:
    page = [{"token": str(number), "service_code": "S"} for number in range(200)]
    server = Server(Manners())
    server.answer = lambda *_told: server.success(page)  # type: ignore[method-assign]
    client = client_of(server, "chicago")
    with pytest.raises(TooMany):
        ids(client, 10)


def test_a_list_without_any_time_is_what_the_server_gives_by_itself() -> None:
    manners = Manners(size=50, most=50, paged_by="page")
    server = Server(manners, invented(120, since=SINCE, every=timedelta(hours=1)))
    assert len(list(client_of(server, "boston").requests())) == 120
    assert "start_date" not in server.calls[0][2]


def news(count: int, every: timedelta) -> list[dict[str, object]]:
    return [
        {
            "update_id": str(number),
            "service_request_id": "1",
            "status": "open",
            "updated_datetime": (SINCE + number * every).isoformat(),
        }
        for number in range(count)
    ]


def test_a_feed_that_is_cut_off_is_asked_for_in_halves() -> None:
    server = Server(Manners(feed=True), updates=news(2_200, timedelta(minutes=1)))
    found = client_of(server, "citycall").updates(SINCE, SINCE + timedelta(days=2))
    assert len(found) == 2_200


def test_a_feed_that_leads_on_is_followed_on_the_address_that_was_checked() -> None:
    updates = news(350, timedelta(0))
    for update in updates[100:250]:
        update["hidden"] = True
    server = Server(Manners(feed=True, size=50, links=True), updates=updates)
    urls: list[str] = []

    def reach(method: str, url: str, **more: object) -> Reply:
        urls.append(url)
        return server.reach(method, url)

    endpoint = Endpoint("https://there.example/v2", profile("citycall"), "", KEY)
    found = Client(endpoint, reach=reach).updates(SINCE, SINCE + timedelta(days=2))
    assert len(found) == 200
    assert len(urls) == 7
    assert all(url.startswith("https://there.example/v2/") for url in urls)


def test_a_feed_that_leads_round_in_a_circle_comes_to_an_end() -> None:
    server = Server(Manners(feed=True))
    circle = {"Link": '<https://there.example/v2/updates.json?after=1>; rel="next"'}
    server.answer = lambda *_told: server.success(  # type: ignore[method-assign]
        news(1, timedelta(0)), "updates", circle
    )
    assert len(client_of(server, "citycall").updates(SINCE, SINCE + timedelta(days=2))) == 1


def test_a_date_of_a_zone_is_asked_for_in_its_local_time() -> None:
    server = Server(Manners())
    ids(client_of(server, "chicago"), 1)
    # An hour more on both sides, for the hour that comes twice in autumn.
    assert server.calls[0][2]["start_date"] == "2023-12-31T17:00:00-06:00"
    assert server.calls[0][2]["end_date"] == "2024-01-01T19:00:00-06:00"


def test_the_address_of_a_question_stays_short_enough_to_be_called() -> None:
    urls: list[str] = []

    def reach(method: str, url: str, **_told: object) -> Reply:
        urls.append(url)
        return Reply(200, {}, b"[]" if "requests.json" in url else b'{"errors": []}')

    client = Client(Endpoint("https://there.example/v2"), reach=reach)
    assert list(client.requests(ids=[f"{number:036}" for number in range(60)])) == []
    assert max(map(len, urls)) < 1_000
