"""The page of open data, its files whole and in parts, and what is made on demand."""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from limits import RateLimitItemPerMinute
from pytest_django import DjangoAssertNumQueries, Settings

from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.exchange.models import Export
from citycall.exchange.open_data import downloads, reading
from citycall.exchange.open_data.actions import make_edition
from citycall.service_requests.actions.submit import submit
from citycall.web.views import open_data
from tests.city import City, draft

MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def _of_its_own(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for editions, and the test's own transaction for a snapshot."""

    @contextmanager
    def already() -> Iterator[None]:
        yield

    monkeypatch.setattr(reading, "snapshot", already)
    settings.EXPORTS = tmp_path / "open-data"
    open_data.forget()


@pytest.fixture
def edition(city: City) -> Export:
    for _n in range(3):
        tell(city)
    return make_edition(by=SYSTEM, at=clock.now())


def tell(city: City, service: str = "pothole", *, days: int = 0) -> int:
    at = clock.now() - timedelta(days=days)
    return submit(draft(service), by=city.resident, at=at).request_id


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


# The page.


def test_the_page_has_downloads_dictionary_and_what_is_left_out(
    client: Client, edition: Export
) -> None:
    response = client.get("/open-data")
    page = response.content.decode()
    assert response.status_code == 200
    assert re.search(r"As on record <time [^>]*>[^<]*</time>: 3 requests\.", page)
    for name in ("requests.csv", "requests.csv.gz", "requests.parquet", "requests.geojson"):
        assert f'href="/open-data/{edition.edition}/{name}"' in page
    for column in ("service_request_id", "on_time", "h3_cell"):
        assert f"<code>{column}</code>" in page
    assert "Who reported it" in page
    assert "creativecommons.org" in page
    assert page.index("requests.parquet") < page.index("on_time")


def test_without_an_edition_the_page_says_when_one_comes(client: Client, city: City) -> None:
    page = client.get("/open-data").content.decode()
    assert "The first edition is not made yet" in page
    assert 'formaction="/open-data/requests.geojson"' in page


def test_the_page_lists_earlier_editions(client: Client, city: City) -> None:
    first = make_edition(by=SYSTEM, at=clock.now() - timedelta(days=1))
    make_edition(by=SYSTEM, at=clock.now())
    page = client.get("/open-data").content.decode()
    assert page.index("Earlier editions") < page.index(f"/open-data/{first.edition}/requests.csv")


def test_the_pages_queries_are_few(
    client: Client, edition: Export, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/open-data")
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get("/open-data")


def test_the_form_offers_no_private_service(client: Client, city: City) -> None:
    page = client.get("/open-data").content.decode()
    assert '<option value="pothole">' in page
    assert "graffiti" not in page.lower()


def test_the_dictionary_is_told_to_programs_once(client: Client, city: City) -> None:
    response = client.get("/open-data/dictionary.json")
    told = json.loads(response.content)
    assert told["columns"][0]["name"] == "service_request_id"
    again = client.get("/open-data/dictionary.json", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


# The files.


def test_a_file_is_sent_whole_with_its_name_and_kind(client: Client, edition: Export) -> None:
    response = client.get(f"/open-data/{edition.edition}/requests.csv")
    sent = body(response)
    assert sent == stored(edition, "requests.csv")
    assert response["Content-Length"] == str(len(sent))
    assert response["Content-Type"].startswith("text/csv")
    assert response["Accept-Ranges"] == "bytes"
    name = f"port-calder-requests-{edition.edition}.csv"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "Set-Cookie" not in response


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("requests.csv.gz", "application/gzip"),
        ("requests.parquet", "application/vnd.apache.parquet"),
        ("requests.geojson", "application/geo+json"),
        ("dictionary.json", "application/json"),
    ],
)
def test_the_latest_edition_is_at_one_address(
    client: Client, edition: Export, name: str, kind: str
) -> None:
    response = client.get(f"/open-data/latest/{name}")
    assert response["Content-Type"] == kind
    assert body(response) == stored(edition, name)


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-50", slice(-50, None)),
        ("bytes=10-99999999", slice(10, None)),
    ],
)
def test_a_part_of_a_file_can_be_asked_for(
    client: Client, edition: Export, asked: str, part: slice
) -> None:
    whole = stored(edition, "requests.csv")
    response = client.get("/open-data/latest/requests.csv", headers={"Range": asked})
    assert response.status_code == 206
    assert body(response) == whole[part]
    first, last, _step = part.indices(len(whole))
    assert response["Content-Range"] == f"bytes {first}-{last - 1}/{len(whole)}"
    assert response["Content-Length"] == str(last - first)


@pytest.mark.parametrize("asked", ["bytes=5-3", "bytes=-", "bytes=0-1,5-6", "lines=1-2", "x"])
def test_a_range_that_is_none_gives_the_whole(client: Client, edition: Export, asked: str) -> None:
    response = client.get("/open-data/latest/requests.csv", headers={"Range": asked})
    assert response.status_code == 200
    assert body(response) == stored(edition, "requests.csv")


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused(client: Client, edition: Export, asked: str) -> None:
    response = client.get("/open-data/latest/requests.csv", headers={"Range": asked})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(stored(edition, 'requests.csv'))}"


def test_a_download_goes_on_only_in_the_same_file(client: Client, city: City) -> None:
    tell(city)
    make_edition(by=SYSTEM, at=clock.now() - timedelta(hours=1))
    begun = client.get("/open-data/latest/requests.csv")
    tag, half = begun["ETag"], body(begun)[:300]
    rest = {"Range": "bytes=300-", "If-Range": tag}
    going_on = client.get("/open-data/latest/requests.csv", headers=rest)
    assert going_on.status_code == 206
    assert half + body(going_on) == body(client.get("/open-data/latest/requests.csv"))
    tell(city)
    newer = make_edition(by=SYSTEM, at=clock.now())
    anew = client.get("/open-data/latest/requests.csv", headers=rest)
    assert anew.status_code == 200
    assert body(anew) == stored(newer, "requests.csv")


def test_a_file_that_is_known_is_not_sent_again(client: Client, edition: Export) -> None:
    response = client.get("/open-data/latest/requests.parquet")
    known = {"If-None-Match": response["ETag"]}
    assert client.get("/open-data/latest/requests.parquet", headers=known).status_code == 304
    since = {"If-Modified-Since": response["Last-Modified"]}
    assert client.get("/open-data/latest/requests.parquet", headers=since).status_code == 304
    body(response)


def test_head_tells_without_sending(client: Client, edition: Export) -> None:
    response = client.head("/open-data/latest/requests.csv", headers={"Range": "bytes=0-9"})
    assert response.status_code == 200
    assert response["Content-Length"] == str(len(stored(edition, "requests.csv")))
    assert response.getvalue() == b""


@pytest.mark.parametrize(
    "path",
    [
        "latest/requests.xlsx",
        "latest/..",
        "latest/%2e%2e%2f%2e%2e%2fsecret_key",
        "latest/..%5c..%5csecret_key",
        "../secrets/secret_key",
        "%2e%2e/secret_key",
        ".draft/files",
        "20200101T000000Z/requests.csv",
        "latest/requests.csv%00",
    ],
)
def test_nothing_but_an_editions_files_can_be_had(
    client: Client, edition: Export, path: str
) -> None:
    assert client.get(f"/open-data/{path}").status_code == 404


def test_a_file_that_has_just_been_removed_is_not_there(client: Client, edition: Export) -> None:
    from django.conf import settings

    (settings.EXPORTS / edition.edition / "requests.csv").unlink()
    assert client.get(f"/open-data/{edition.edition}/requests.csv").status_code == 404


def stored(edition: Export, name: str) -> bytes:
    from django.conf import settings

    content: bytes = (settings.EXPORTS / edition.edition / name).read_bytes()
    return content


# What is made on demand.


def rows(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(response).decode(), newline="")))


def test_a_selection_is_made_at_once(client: Client, city: City) -> None:
    old, new = tell(city, days=40), tell(city)
    day = (clock.now() - timedelta(days=2)).date().isoformat()
    since = client.get("/open-data/requests.csv", {"since": day, "until": "", "service": ""})
    assert [row["service_request_id"] for row in rows(since)] == [str(new)]
    assert re.search('filename="port-calder-part.csv"', since["Content-Disposition"])
    until = client.get("/open-data/requests.geojson", {"until": day, "service": "pothole"})
    assert [f["id"] for f in json.loads(body(until))["features"]] == [str(old)]


def test_a_bad_selection_is_said_plainly(client: Client, city: City) -> None:
    for query in ({"since": "soon"}, {"area": "x/y"}, {"service": "graffiti"}):
        assert client.get("/open-data/requests.csv", query).status_code == 422
    assert client.get("/open-data/requests.csv", {"service": "none"}).status_code == 404
    assert client.get("/open-data/requests.xlsx").status_code == 404


def test_too_much_is_told_to_take_the_edition(
    client: Client, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "MOST_ROWS", 0)
    tell(city)
    response = client.get("/open-data/requests.csv")
    assert response.status_code == 422
    assert "latest edition" in response.content.decode()


def test_selections_are_counted(
    client: Client, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_data, "LIMIT", RateLimitItemPerMinute(2))
    statuses = []
    for _n in range(3):
        response = client.get("/open-data/requests.csv")
        statuses.append(response.status_code)
        # Closing a response ends the test's connection too; reading it to its end does not.
        if response.streaming:
            body(response)
    assert statuses == [200, 200, 429]


def test_only_so_many_are_made_at_once(client: Client, city: City) -> None:
    with downloads._in_turn(), downloads._in_turn():
        assert client.get("/open-data/requests.csv").status_code == 503
    response = client.get("/open-data/requests.csv")
    assert response.status_code == 200
    body(response)
