"""The agencies' own programs: queues, requests and steps."""

import io
from typing import Any

import pytest
from PIL import Image

from citycall.core import numbers
from citycall.core.actors import resident
from citycall.core.models import Event
from citycall.service_requests.actions import tell_more
from citycall.service_requests.actions.recognise import note_language
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import ServiceRequest
from citycall.service_requests.policies import READ_SCOPE
from tests.api.conftest import key_of
from tests.city import NOW, draft


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path) -> None:
    settings.UPLOADS = tmp_path


@pytest.fixture
def receipt(city) -> Any:
    return submit(draft(), by=resident(), at=NOW)


@pytest.fixture
def path(receipt) -> str:
    return f"/staff/service_requests/{receipt.request_id}"


def test_a_key_sees_the_teams_of_its_agency(worker) -> None:
    codes = {each["code"] for each in worker.get("/staff/teams").json()["items"]}
    assert codes == {"paving", "cleaning", "sorting"}
    assert worker.get("/staff/teams/mains").status_code == 404


def test_a_team_tells_what_waits(worker, receipt) -> None:
    told = worker.get("/staff/teams/paving").json()
    assert told["piles"] == {"open": 1, "disputed": 0, "late": 1, "today": 0, "new": 1}


def test_work_is_in_the_order_in_which_it_is_due_page_by_page(worker, city) -> None:
    made = [submit(draft(), by=resident(), at=NOW).request_id for _each in range(3)]
    seen: list[int] = []
    cursor: str | None = ""
    for _page in range(3):
        told = worker.get(f"/staff/teams/paving/work?limit=1&after={cursor}").json()
        seen += [int(each["id"]) for each in told["items"]]
        cursor = told["next_cursor"]
    assert (seen, cursor) == (made, None)


def test_work_without_a_date_comes_last_and_is_paged_too(worker, city) -> None:
    for service in ("something-else", "something-else"):
        submit(draft(service), by=resident(), at=NOW)
    ServiceRequest.objects.update(due_at=None)
    first = worker.get("/staff/teams/sorting/work?limit=1").json()
    second = worker.get(f"/staff/teams/sorting/work?limit=1&after={first['next_cursor']}").json()
    assert first["items"][0]["id"] != second["items"][0]["id"]
    assert second["next"] is None


def test_work_is_narrowed_by_pile_and_service(worker, receipt) -> None:
    late = worker.get("/staff/teams/paving/work?pile=late&service=pothole&fields=id").json()
    assert late["items"] == [{"id": str(receipt.request_id)}]
    assert worker.get("/staff/teams/paving/work?pile=today").json()["items"] == []


def test_requests_are_listed_by_status(worker, receipt) -> None:
    found = worker.get("/staff/service_requests?status=new&team=paving").json()["items"]
    assert [each["number"] for each in found] == [numbers.show(receipt.number)]
    assert worker.get("/staff/service_requests?status=closed").json()["items"] == []


def test_a_request_tells_its_reports_but_never_the_contact(worker, path, receipt) -> None:
    told = worker.get(path).json()
    assert told["reports"][0]["words"] == "A deep hole in the right lane."
    assert told["reports"][0]["contact"] is None
    assert "pat@example.org" not in worker.get(path).content.decode()
    by_number = worker.get(f"/staff/service_requests/{numbers.show(receipt.number)}")
    assert by_number.json() == told


def test_the_language_of_words_is_told(worker, path, receipt) -> None:
    by = resident(reports=[receipt.report_id])
    tell_more.add_information(
        receipt.request_id, words="El hoyo es cada vez más grande.", by=by, at=NOW
    )
    for event in Event.objects.all():
        note_language(event)
    assert worker.get(path).json()["reports"][0]["written_in"] == "en"
    assert worker.get(f"{path}/history").json()["items"][-1]["written_in"] == "es"


def test_another_agencys_request_is_not_there(worker, city) -> None:
    other = submit(draft("water-leak", answers={"amount": "drip"}), by=resident(), at=NOW)
    assert worker.get(f"/staff/service_requests/{other.request_id}").status_code == 404
    assert worker.get(f"/staff/service_requests/{other.number}").status_code == 403


def test_history_tells_notes_and_who_wrote_them(worker, path) -> None:
    assert worker.post(f"{path}/notes", {"words": "Look behind."}).status_code == 201
    last = worker.get(f"{path}/history").json()["items"][-1]
    assert (last["kind"], last["words"], last["visibility"]) == (
        "note_added",
        "Look behind.",
        "internal",
    )
    assert (last["actor_kind"], last["actor_name"]) == ("key", "Test")


def test_a_request_goes_through_its_life(worker, path) -> None:
    def step(name: str, body: Any = None) -> dict[str, Any]:
        answer = worker.post(f"{path}/{name}", body)
        assert answer.status_code == 200, answer.content
        told: dict[str, Any] = answer.json()
        return told

    assert step("assign", {})["status"] == "assigned"
    assert step("start")["status"] == "in_progress"
    assert step("hold", {"reason": "weather"})["paused_at"]
    assert step("resume")["status"] == "in_progress"
    done = step("complete", {"outcome": "fixed", "explanation": "Filled."})
    assert (done["status"], done["outcome"]["code"]) == ("completed", "fixed")
    assert step("reopen", {"reason": "It came up."})["reopened_count"] == 1
    moved = step("change_service", {"service": "something-else", "reason": "Nobody's, really."})
    assert moved["service"]["code"] == "something-else"
    assert step("change_service", {"service": "pothole", "reason": "It is."})["status"] == "new"
    assert step("transfer", {"team": "sorting", "reason": "Not ours."})["team"]["code"] == "sorting"
    assert step("return", {"reason": "wrong_service"})["status"] == "new"
    assert step("refer", {"referred_to": "The state, 410-555-0199"})["status"] == "referred"
    assert step("reopen", {"reason": "It is ours."})["status"] == "assigned"
    assert step("cancel", {"reason": "A test."})["status"] == "cancelled"


def test_requests_are_merged_and_parted(worker, path, city) -> None:
    parent = submit(draft(), by=resident(), at=NOW)
    told = worker.post(f"{path}/merge", {"into": numbers.show(parent.number)}).json()
    assert (told["id"], told["report_count"]) == (str(parent.request_id), 2)
    assert worker.post(f"{path}/unmerge").json()["status"] == "new"


def test_a_step_that_the_state_does_not_allow_is_a_conflict(worker, path) -> None:
    answer = worker.post(f"{path}/resume")
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed")


def test_what_the_service_does_not_have_is_refused(worker, path) -> None:
    answer = worker.post(f"{path}/complete", {"outcome": "magic", "explanation": "Done."})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_choice")
    assert worker.post(f"{path}/hold", {"reason": "rain"}).status_code == 400


def test_words_that_say_nothing_are_refused(worker, path) -> None:
    assert worker.post(f"{path}/cancel", {"reason": "  "}).status_code == 422
    for blank in ("\x1c", "\x85", "\ufeff"):
        assert worker.post(f"{path}/cancel", {"reason": blank}).status_code == 422


def test_a_key_that_may_only_read_takes_no_step(city, path) -> None:
    reader = key_of([READ_SCOPE], agency_id=city.streets.pk)
    assert reader.get(path).status_code == 200
    assert reader.get(path).json()["steps"] == []
    assert reader.post(f"{path}/start").status_code == 403


def test_a_step_on_what_was_seen_is_taken_once(worker, path) -> None:
    seen = worker.get(path).headers["ETag"]
    first = worker.post(f"{path}/assign", {}, If_Match=seen)
    assert first.status_code == 200
    again = worker.post(f"{path}/start", If_Match=seen)
    assert (again.status_code, again.json()["code"]) == (412, "changed_meanwhile")
    assert worker.post(f"{path}/start", If_Match=first.headers["ETag"]).status_code == 200


def test_any_state_will_do_where_it_is_said_so(worker, path) -> None:
    assert worker.post(f"{path}/assign", {}, If_Match="*").status_code == 200


def test_a_photo_of_the_finished_work_is_kept(worker, city) -> None:
    private = submit(draft("graffiti"), by=resident(), at=NOW)
    where = f"/staff/service_requests/{private.request_id}"
    done = {"outcome": "fixed", "explanation": "Painted over."}
    assert worker.post(f"{where}/complete", done).json()["code"] == "photo_missing"
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "PNG")
    file.seek(0)
    file.name = "wall.png"
    kept = worker.client.post(
        f"/api/v1{where}/photos?stage=after", {"photo": file}, headers=worker.headers
    )
    assert (kept.status_code, kept.json()["stage"]) == (201, "after")
    assert worker.post(f"{where}/complete", done).status_code == 200


def test_a_photo_of_another_agencys_work_is_not_taken(city, worker) -> None:
    other = submit(draft("water-leak", answers={"amount": "drip"}), by=resident(), at=NOW)
    file = io.BytesIO(b"x")
    file.name = "x.jpg"
    answer = worker.client.post(
        f"/api/v1/staff/service_requests/{other.request_id}/photos",
        {"photo": file},
        headers=worker.headers,
    )
    assert answer.status_code == 404


def test_a_page_of_work_costs_the_same_however_long(
    worker, city, django_assert_max_num_queries
) -> None:
    for _each in range(10):
        submit(draft(), by=resident(), at=NOW)
    with django_assert_max_num_queries(8):
        assert len(worker.get("/staff/teams/paving/work").json()["items"]) == 10
