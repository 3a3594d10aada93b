"""How a call fails is told apart by what is to be done about it."""

from datetime import UTC, datetime, timedelta

import pytest

from citycall.core.reaching import Reply, Unreached
from citycall.exchange.open311.asking import Reach
from citycall.exchange.open311.client import Client, Limited, Rejected, Unavailable
from citycall.exchange.open311.endpoint import Endpoint
from citycall.exchange.open311.patience import Patience
from citycall.exchange.open311.profiles import profile
from citycall.exchange.open311.told import NewRequest

NEW = NewRequest(service_code="1", client_request_id="a", address="1 Main St")
SINCE = datetime(2024, 1, 1, tzinfo=UTC)


class Clock:
    """Time that passes by sleeping only."""

    def __init__(self) -> None:
        self.at = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    def now(self) -> float:
        return self.at


def answering(*replies: Reply | Unreached) -> tuple[Reach, list[str]]:
    """A server that gives these answers, the last of them ever after; and what it was asked."""
    calls: list[str] = []

    def reach(method: str, url: str, **_told: object) -> Reply:
        calls.append(f"{method} {url}")
        reply = replies[min(len(calls), len(replies)) - 1]
        if isinstance(reply, Unreached):
            raise reply
        return reply

    return reach, calls


def client(
    *replies: Reply | Unreached, patience: Patience | None = None, name: str = "standard"
) -> Client:
    endpoint = Endpoint("https://there.example/v2/", profile(name), "town", "k")
    return Client(endpoint, reach=answering(*replies)[0], patience=patience)


@pytest.mark.parametrize(
    ("reply", "sent"),
    [
        (Reply(500, {}, b"Oops"), True),
        (Reply(502, {}, b""), True),
        (Reply(408, {}, b""), True),
        (Reply(302, {"Location": "https://there.example/v3"}, b""), False),
        (Reply(200, {}, b""), True),
        (Reply(200, {}, b"<html>Welcome</html>"), True),
        (Reply(200, {}, b'[{"service_notice": "Thank you"}]'), True),
        (Unreached("no connection", sent=False), False),
        (Unreached("slow", sent=True), True),
    ],
)
def test_without_a_usable_answer_it_is_said_whether_it_may_be_done(
    reply: Reply | Unreached, sent: bool
) -> None:
    with pytest.raises(Unavailable) as failure:
        client(reply).create(NEW)
    assert failure.value.sent is sent


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"retry-after": "0"}, 0),
        ({}, 60),
        ({"Retry-After": "soon"}, 60),
        ({"Retry-After": "99999999"}, 86_400),
        (
            {
                "Date": "Mon, 01 Jan 2024 00:00:00 GMT",
                "Retry-After": "Mon, 01 Jan 2024 00:02:00 GMT",
            },
            120,
        ),
        (
            {
                "Date": "Mon, 01 Jan 2024 00:00:00 GMT",
                "Retry-After": "Sun, 31 Dec 2023 00:02:00 GMT",
            },
            0,
        ),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_wants_rest_says_how_long(
    status: int, headers: dict[str, str], seconds: float
) -> None:
    with pytest.raises(Limited) as failure:
        client(Reply(status, headers, b"")).create(NEW)
    assert failure.value.retry_after == seconds


def test_a_refusal_holds_the_servers_own_sentences() -> None:
    body = b'[{"code": 400, "description": "No place."}, {"code": 400, "description": "No text."}]'
    with pytest.raises(Rejected) as refused:
        client(Reply(400, {}, body)).create(NEW)
    assert refused.value.sentences == ("No place.", "No text.")
    assert refused.value.http_status == 400
    assert "No place. No text." in refused.value.message


def test_a_refusal_without_words_is_one_all_the_same() -> None:
    with pytest.raises(Rejected, match="gave no reason"):
        client(Reply(422, {}, b"<html><p>No</p></html>")).create(NEW)


def test_a_token_that_is_not_ready_is_no_failure() -> None:
    assert client(Reply(404, {}, b"[]")).token("t") is None
    assert client(Reply(200, {}, b'[{"token": "t", "service_request_id": ""}]')).token("t") is None
    assert client(Reply(200, {}, b'[{"token": "t", "service_request_id": 9}]')).token("t") == "9"


def test_an_id_that_stands_beside_a_token_wins() -> None:
    reply = Reply(200, {}, b'[{"token": "t", "service_request_id": 9, "account_id": null}]')
    created = client(reply).create(NEW)
    assert (created.service_request_id, created.token) == ("9", "")


def test_ids_cannot_lead_to_another_address() -> None:
    reach, calls = answering(Reply(404, {}, b""))
    Client(Endpoint("https://there.example/v2"), reach=reach).request("../../admin?x=1#")
    assert calls == ["GET https://there.example/v2/requests/..%2F..%2Fadmin%3Fx%3D1%23.json"]


def test_the_key_is_not_shown_and_goes_with_reads_only_where_it_must() -> None:
    for name, goes in (("standard", False), ("san_francisco", True)):
        reach, calls = answering(Reply(200, {}, b"[]"))
        endpoint = Endpoint("https://there.example/v2", profile(name), "", "secret-key")
        assert "secret-key" not in repr(endpoint)
        Client(endpoint, reach=reach).services()
        assert ("secret-key" in calls[0]) is goes


def test_what_is_asked_is_asked_again_with_longer_and_longer_pauses() -> None:
    clock = Clock()
    patience = Patience(tries=5, first=1, sleep=clock.sleep, now=clock.now)
    failing: list[Reply | Unreached] = [
        Unreached("no connection", sent=False),
        Reply(500, {}, b""),
        Reply(200, {}, b"<html>"),
        Reply(200, {}, b'{"message": "Please come back later."}'),
    ]
    assert client(*failing, Reply(200, {}, b"[]"), patience=patience).services() == []
    assert clock.slept == [1, 2, 4, 8]


def test_patience_ends() -> None:
    clock = Clock()
    patience = Patience(tries=4, first=1, longest=2, sleep=clock.sleep, now=clock.now)
    with pytest.raises(Unavailable):
        client(Reply(500, {}, b""), patience=patience).services()
    assert clock.slept == [1, 2, 2]


def test_a_rest_that_is_asked_for_is_kept_and_costs_no_try() -> None:
    clock = Clock()
    patience = Patience(tries=2, first=1, sleep=clock.sleep, now=clock.now)
    rests = [Reply(429, {"Retry-After": seconds}, b"") for seconds in ("30", "0", "5")]
    assert client(*rests, Reply(200, {}, b"[]"), patience=patience).services() == []
    assert clock.slept == [30, 1, 5]


def test_a_rest_that_is_too_long_or_never_ends_is_given_up() -> None:
    clock = Clock()
    patience = Patience(tries=2, sleep=clock.sleep, now=clock.now, longest_rest=100, most_rests=3)
    with pytest.raises(Limited):
        client(Reply(429, {"Retry-After": "101"}, b""), patience=patience).services()
    assert clock.slept == []
    with pytest.raises(Limited):
        client(Reply(429, {"Retry-After": "9"}, b""), patience=patience).services()
    assert clock.slept == [9, 9, 9]


def test_a_refusal_is_not_asked_again() -> None:
    reach, calls = answering(Reply(400, {}, b""))
    endpoint = Endpoint("https://there.example/v2")
    with pytest.raises(Rejected):
        Client(endpoint, reach=reach, patience=Patience(tries=5)).services()
    assert len(calls) == 1


def test_what_is_told_is_not_told_again_by_itself() -> None:
    reach, calls = answering(Reply(500, {}, b""))
    endpoint = Endpoint("https://there.example/v2")
    with pytest.raises(Unavailable):
        Client(endpoint, reach=reach, patience=Patience(tries=5)).create(NEW)
    assert len(calls) == 1


def test_no_more_calls_are_made_in_a_minute_than_the_server_takes() -> None:
    clock = Clock()
    patience = Patience(per_minute=10, sleep=clock.sleep, now=clock.now)
    times: list[float] = []

    def reach(method: str, url: str, **_told: object) -> Reply:
        times.append(clock.now())
        clock.at += 1
        return Reply(200, {}, b"[]")

    there = Client(Endpoint("https://there.example/v2"), reach=reach, patience=patience)
    for _call in range(35):
        there.services()
    assert max(sum(at <= one < at + 60 for one in times) for at in times) == 10
    assert times[-1] < 4 * 60


def test_an_update_is_the_same_as_long_as_the_request_says_the_same() -> None:
    def seen(status: str, notes: str) -> str:
        body = (
            f'[{{"service_request_id": "7", "status": "{status}", "status_notes": "{notes}",'
            ' "updated_datetime": "2024-01-02T00:00:00Z"}]'
        )
        (update,) = client(Reply(200, {}, body.encode())).updates(SINCE, SINCE, ids=["7"])
        assert update.at == SINCE + timedelta(days=1)
        return update.update_id

    assert seen("open", "") == seen("open", "")
    assert len({seen("open", ""), seen("closed", ""), seen("open", "Soon")}) == 3
