"""Nothing personal and nothing hidden is in any file, wherever it was put."""

import gzip
import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.exchange.models import Export
from citycall.exchange.open_data import reading
from citycall.exchange.open_data.actions import make_edition
from citycall.exchange.open_data.drafts import FOLDER
from citycall.exchange.open_data.making import harmless
from citycall.places.models import LocationKind
from citycall.service_requests.actions.merge import merge
from citycall.service_requests.actions.tell_more import add_note
from citycall.service_requests.drafts import ContactDetails
from citycall.service_requests.models import Report, ServiceRequest
from tests.city import NOW, City
from tests.exchange.open_data import files
from tests.exchange.open_data.town import EAST, tell

MARK = "Zebulon"


def everything(folder: Path) -> bytes:
    """The bytes of all files, those that are compressed also as they are meant."""
    whole = b""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            whole += path.read_bytes()
            if path.suffix == ".gz":
                whole += gzip.decompress(path.read_bytes())
            if path.suffix == ".parquet":
                whole += json.dumps(pq.read_table(path).to_pylist(), default=str).encode()
    return whole


def plant(city: City) -> int:
    """Put a name into every field that could hold one, of the request and around it."""
    contact = ContactDetails(name=MARK, email=f"{MARK}@example.org", phone="410-555-0142")
    pk = tell(city, words=MARK, wanted=MARK, contact=contact, directions=MARK)
    user = city.dispatcher.id or 0
    ServiceRequest.objects.filter(pk=pk).update(
        assignee=user,
        explanation=MARK,
        referred_to=MARK,
        hold_reason=MARK,
        source=MARK,
        source_id=MARK,
    )
    Report.objects.filter(service_request=pk).update(
        answers={"who": MARK}, idempotency_key=MARK, language=MARK
    )
    from citycall.accounts.models import User

    User.objects.filter(pk=user).update(first_name=MARK, last_name=MARK, email=f"{MARK}@x.org")
    for public in (True, False):
        add_note(pk, words=f"Ask {MARK}", public=public, by=city.dispatcher, at=NOW)
    return pk


def test_what_people_wrote_and_who_they_are_is_in_no_file(city: City, exports: Path) -> None:
    plant(city)
    number = str(ServiceRequest.objects.get().number)
    assert Event.objects.filter(words__contains=MARK).exists()
    make_edition(by=SYSTEM, at=NOW)
    whole = everything(exports)
    assert b"1200 E Monument St" in whole
    for secret in (MARK, MARK.lower(), "555-0142", "5550142", number):
        assert secret.encode() not in whole


def test_what_is_kept_of_a_draft_that_was_cut_off_holds_none_of_it(
    city: City, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(city)
    monkeypatch.setattr("os.fsync", _no_disk)
    with pytest.raises(OSError, match="no disk"):
        make_edition(by=SYSTEM, at=NOW)
    assert list((exports / FOLDER).rglob("*.rows"))
    assert MARK.encode() not in everything(exports)


def _no_disk(_handle: int) -> None:
    raise OSError("no disk")


def test_requests_of_private_services_are_not_in_it_at_all(city: City, exports: Path) -> None:
    secret = tell(city, "graffiti", place="77 Secret Alley")
    shown = tell(city)
    edition = make_edition(by=SYSTEM, at=NOW)
    rows = files.rows_of_parquet(exports / edition.edition / "requests.parquet")
    assert [row["service_request_id"] for row in rows] == [str(shown)]
    assert edition.rows == 1
    whole = everything(exports)
    assert b"77 Secret Alley" not in whole
    assert b"Graffiti" not in whole
    assert secret != shown


def test_a_hidden_location_leaves_nothing_that_leads_to_it(city: City, exports: Path) -> None:
    tell(city, "encampment", place="Under the bridge", point=EAST)
    edition = make_edition(by=SYSTEM, at=NOW)
    folder = exports / edition.edition
    row = files.rows_of_parquet(folder / "requests.parquet")[0]
    assert row["service_code"] == "encampment"
    located = ("location_kind", "place", "longitude", "latitude", "h3_cell", "geometry")
    areas = [name for name in row if name.startswith("area_")]
    assert areas
    assert {name: row[name] for name in (*located, *areas)} == dict.fromkeys((*located, *areas))
    feature = files.features(folder / "requests.geojson")[0]
    assert feature["geometry"] is None
    assert b"Under the bridge" not in everything(exports)


def test_a_request_merged_into_a_private_one_does_not_tell_of_it(city: City, exports: Path) -> None:
    child, parent = tell(city), tell(city, "graffiti")
    merge(child, parent_id=parent, by=city.administrator, at=NOW)
    edition = make_edition(by=SYSTEM, at=NOW)
    rows = files.rows_of_parquet(exports / edition.edition / "requests.parquet")
    assert [(row["service_request_id"], row["merged_into"]) for row in rows] == [(str(child), None)]


def test_a_place_in_a_reporters_own_words_is_left_out(city: City, exports: Path) -> None:
    tell(city, kind=LocationKind.WORDS, place="Behind Mrs Miller's house")
    edition = make_edition(by=SYSTEM, at=NOW)
    row = files.rows_of_parquet(exports / edition.edition / "requests.parquet")[0]
    assert row["place"] is None
    assert row["location_kind"] == "words"
    assert row["longitude"] is not None
    assert b"Miller" not in everything(exports)


@pytest.mark.parametrize(
    "place",
    [
        "12 Main St, call 410-555-0142",
        "12 Main St (410) 555 0142",
        "12 Main St +14105550142",
        "12 Main St 555-0142",
        "write me: pat@example.org",
        "see https://example.org/me",
        "see www.example.org",
        "=HYPERLINK(1)",
        "@SUM(1)",
        "",
    ],
)
def test_a_place_that_may_tell_of_people_is_left_out(place: str) -> None:
    assert harmless(pa.array([place, "Pier 3"])).to_pylist() == [None, "Pier 3"]


@pytest.mark.parametrize(
    "place",
    ["1200 E Monument St", "I-95 N at mile 5", "Pole 410555", "21201-4567", "39.29041, -76.61224"],
)
def test_a_usual_place_is_told(place: str) -> None:
    assert harmless(pa.array([place, None])).to_pylist() == [place, None]


def test_a_service_that_became_private_is_in_no_later_edition(city: City) -> None:
    tell(city)
    service = city.services["pothole"]
    service.definition = {**service.definition, "privacy": "private"}
    service.save()
    assert make_edition(by=SYSTEM, at=NOW).rows == 0
    assert Export.objects.get().rows == 0


def test_only_columns_of_the_allow_list_leave_the_database() -> None:
    allowed = {"id", "service_id", "agency_id", "status", "requested_at", "updated_at"}
    allowed |= {"promised_at", "due_at", "paused_at", "completed_at", "closed_at", "outcome_id"}
    allowed |= {"verification", "reopened_count", "report_count", "merged_into_id", "place"}
    allowed |= {"location_kind", "longitude", "latitude", "h3_cell", "areas", "xmin"}
    said = " ".join(each.sql for each in reading.FIELDS.values())
    assert set(re.findall(r"\b[rp]\.(\w+)", said)) == allowed
    assert re.findall(r"\bf\.(\w+)", said) == ["channel"]
