"""Each step of a request's life, taken through the door."""

from django.core.files.uploadedfile import SimpleUploadedFile

from citycall.core.models import Event, Visibility
from citycall.service_requests.models import Attachment
from tests.workbench.conftest import row
from tests.workbench.pictures import jpeg


def test_assign_names_the_person(sit, report, city) -> None:
    number = report()
    answer = sit("dispatcher").step(number, "assign", assignee=str(city.crew.id))
    assert answer.status_code == 302
    assert (row(number).status, row(number).assignee_id) == ("assigned", city.crew.id)


def test_assign_to_nobody_in_particular_accepts_for_the_team(sit, report) -> None:
    number = report()
    sit("dispatcher").step(number, "assign", assignee="")
    assert (row(number).status, row(number).assignee_id) == ("assigned", None)


def test_start(sit, report) -> None:
    number = report()
    sit("crew").step(number, "start")
    assert row(number).status == "in_progress"


def test_hold_for_the_weather_stops_the_clock_and_resume_runs_it_on(sit, report) -> None:
    number = report()
    sit("crew").step(number, "hold", reason="weather", words="Snow.")
    assert row(number).paused_at is not None
    page = sit("crew").page(number)
    assert "Waiting for the weather" in page
    assert "Snow." in page
    sit("crew").step(number, "resume")
    assert (row(number).status, row(number).paused_at) == ("in_progress", None)


def test_transfer_within_the_agency_stays_on_the_page(sit, report, city) -> None:
    number = report()
    answer = sit("dispatcher").step(number, "transfer", team="cleaning", reason="It is dirt.")
    assert answer["Location"] == f"/agency/{number}"
    assert row(number).team_id == city.teams["cleaning"].pk
    page = sit("dispatcher").page(number)
    assert "dispatcher passed it on to this team." in page
    assert "It is dirt." in page


def test_transfer_to_another_agency_leads_back_to_the_list(sit, report, city) -> None:
    number = report()
    answer = sit("dispatcher").step(number, "transfer", team="mains", reason="A leak below.")
    assert answer["Location"] == "/agency"
    assert row(number).agency_id == city.water.pk
    assert number in sit("outsider").get("/agency").content.decode()


def test_the_next_agency_reads_to_whom_the_work_was_given_before(sit, report, city) -> None:
    number = report()
    sit("dispatcher").step(number, "assign", assignee=str(city.crew.id))
    sit("dispatcher").step(number, "transfer", team="mains", reason="A leak below.")
    assert f"Given to {city.crew.name} of " in sit("outsider").page(number)


def test_complete_tells_the_residents_and_waits_for_them(sit, report) -> None:
    number = report()
    sit("crew").step(number, "complete", outcome="fixed", explanation="Filled with asphalt.")
    assert (row(number).status, row(number).explanation) == ("completed", "Filled with asphalt.")
    page = sit("crew").page(number)
    assert "are asked whether it is really done" in page
    assert "Filled with asphalt." in page


def test_complete_with_the_photo_that_the_service_asks_for(sit, report) -> None:
    number = report("graffiti")
    photo = SimpleUploadedFile("after.jpg", jpeg(), content_type="image/jpeg")
    sit("crew").step(number, "complete", outcome="fixed", explanation="Washed off.", photo=photo)
    assert row(number).status == "completed"
    assert Attachment.objects.get(service_request=row(number)).stage == "after"


def test_something_else_is_sorted_first(sit, report) -> None:
    number = report("something-else")
    page = sit("dispatcher").page(number)
    assert page.index("/change_service") < page.index("/assign")
    sit("dispatcher").step(number, "change_service", service="pothole", reason="It is a hole.")
    assert row(number).service.code == "pothole"
    page = sit("dispatcher").page(number)
    assert "Moved from “Something else” to “Pothole”" in page
    assert "It is a hole." in page


def test_moving_to_a_service_of_another_agency_leads_back_to_the_list(sit, report) -> None:
    answer = sit("dispatcher").step(
        report(), "change_service", service="water-leak", reason="Water comes out of it."
    )
    assert answer["Location"] == "/agency"


def test_answers_to_the_former_services_questions_keep_their_words(sit, report, city) -> None:
    number = report("water-leak", answers={"amount": "drip"})
    sit("outsider").step(number, "change_service", service="pothole", reason="Dry by now.")
    assert "How much water is there?" in sit("dispatcher").page(number)


def test_reopen(sit, report) -> None:
    number = report()
    desk = sit("dispatcher")
    desk.step(number, "complete", outcome="fixed", explanation="Filled.")
    desk.step(number, "reopen", reason="It sank in again.")
    assert (row(number).status, row(number).reopened_count) == ("assigned", 1)
    assert "reopened once" in desk.page(number)


def test_cancel(sit, report) -> None:
    number = report()
    sit("dispatcher").step(number, "cancel", reason="Reported by mistake.")
    assert row(number).status == "cancelled"


def test_refer_says_whose_it_is(sit, report) -> None:
    number = report()
    desk = sit("dispatcher")
    desk.step(number, "refer", referred_to="State highways, 410-555-0199")
    assert row(number).status == "referred"
    assert "State highways, 410-555-0199" in desk.page(number)


def test_merge_goes_on_at_the_parent_and_unmerge_parts_them(sit, report) -> None:
    parent, child = report(), report()
    desk = sit("dispatcher")
    answer = desk.step(child, "merge", parent=parent.replace("-", " "))
    assert answer["Location"] == f"/agency/{parent}"
    assert row(parent).report_count == 2
    assert parent in desk.page(child)
    answer = desk.step(child, "unmerge")
    assert answer["Location"] == f"/agency/{child}"
    assert (row(child).status, row(parent).report_count) == ("new", 1)


def test_a_note_stays_inside_and_a_message_is_for_everyone(sit, report) -> None:
    number = report()
    desk = sit("crew")
    desk.client.post(f"/agency/{number}/note", {"internal-words": "Beware of the dog."})
    desk.client.post(f"/agency/{number}/message", {"public-words": "We come on Friday."})
    seen = dict(Event.objects.filter(kind="note_added").values_list("words", "visibility"))
    assert seen == {
        "Beware of the dog.": Visibility.INTERNAL,
        "We come on Friday.": Visibility.PUBLIC,
    }


def test_a_photo_by_itself(sit, report) -> None:
    number = report()
    photo = SimpleUploadedFile("before.jpg", jpeg(), content_type="image/jpeg")
    desk = sit("crew")
    desk.client.post(f"/agency/{number}/photo", {"photo-photo": photo, "photo-stage": "before"})
    kept = Attachment.objects.get(service_request=row(number))
    assert kept.stage == "before"
    assert f"/photos/{kept.pk}/small" in desk.page(number)


def test_the_likely_next_step_is_the_main_button(sit, report) -> None:
    number = report()
    desk = sit("dispatcher")
    first = '<button class="usa-button" type="submit">{}</button>'
    assert first.format("Accept") in desk.page(number)
    desk.step(number, "assign")
    assert first.format("Start work") in desk.page(number)
    desk.step(number, "start")
    assert first.format("Complete") in desk.page(number)
    desk.step(number, "hold", reason="parts")
    assert first.format("Resume work") in desk.page(number)


def test_a_call_taker_has_steps_but_no_main_one(sit, report) -> None:
    page = sit("call-taker").page(report())
    assert "<summary>Cancel the request</summary>" in page
    assert '<button class="usa-button" type="submit">Accept' not in page
