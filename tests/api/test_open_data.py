"""Open data through the API."""

import json

from citycall.exchange.models import Export
from tests.city import NOW


def test_editions_tell_their_files(anybody, settings, tmp_path) -> None:
    settings.EXPORTS = tmp_path
    (tmp_path / "2026-03-02").mkdir()
    Export.objects.create(
        edition="2026-03-02",
        made_at=NOW,
        data_until=NOW,
        rows=7,
        files={"csv": {"name": "requests.csv", "bytes": 10, "sha256": "ab"}},
    )
    told = anybody.get("/open-data").json()["items"]
    assert [(each["edition"], each["rows"]) for each in told] == [("2026-03-02", 7)]
    file = told[0]["files"][0]
    assert file["url"].endswith("/open-data/2026-03-02/requests.csv")


def test_no_edition_is_an_empty_list(anybody) -> None:
    assert anybody.get("/open-data").json() == {"items": []}


def test_columns_are_explained_and_none_is_of_a_person(anybody) -> None:
    items = anybody.get("/open-data/columns").json()["items"]
    assert "service_request_id" in {each["name"] for each in items}
    assert all(each["description"] for each in items)
    assert "email" not in json.dumps([each["name"] for each in items])
