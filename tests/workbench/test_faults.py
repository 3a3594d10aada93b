"""What cannot be done is said plainly, and what was typed is kept."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from citycall.core.models import Event
from citycall.service_requests.models import Attachment
from citycall.service_requests.photos import MOST_BYTES
from tests.workbench.conftest import UNKNOWN, row
from tests.workbench.pictures import jpeg


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def test_a_step_that_does_not_exist_is_404(sit, report) -> None:
    answer = sit("dispatcher").client.post(f"/agency/{report()}/confirm", {})
    assert answer.status_code == 404


@pytest.mark.parametrize("number", ["12", "not-a-number", "26-48392-01755-1", "%00", "9" * 300])
def test_a_bad_number_gets_a_plain_page(sit, number: str) -> None:
    answer = sit("dispatcher").get(f"/agency/{number}")
    assert answer.status_code == 400
    assert "A confirmation number has 12 digits" in text_of(answer)


def test_an_unknown_number_is_404(sit) -> None:
    answer = sit("dispatcher").get(f"/agency/{UNKNOWN}")
    assert answer.status_code == 404
    assert "We have no report with this number" in text_of(answer)


def test_a_number_in_another_form_leads_to_the_page(sit, report) -> None:
    number = report()
    answer = sit("dispatcher").get(f"/agency/{number.replace('-', '')}")
    assert answer["Location"] == f"/agency/{number}"


def test_a_step_upon_an_outdated_page_is_refused_with_what_was_typed(sit, report) -> None:
    number = report()
    seen = row(number).updated_at
    sit("crew").client.post(f"/agency/{number}/note", {"internal-words": "No parking."})
    answer = sit("dispatcher").step(number, "cancel", seen=seen, reason="Told by phone.")
    assert answer.status_code == 409
    assert "Somebody else has just changed this request" in text_of(answer)
    assert "Told by phone.</textarea>" in text_of(answer)
    assert row(number).status == "new"


def test_after_looking_again_the_same_step_is_taken(sit, report) -> None:
    number = report()
    desk = sit("dispatcher")
    stale = row(number).updated_at.replace(year=2020)
    answer = desk.step(number, "cancel", seen=stale, reason="Told by phone.")
    fresh = answer.context["form"]["seen"].value()
    desk.client.post(
        f"/agency/{number}/cancel", {"cancel-seen": fresh, "cancel-reason": "Told by phone."}
    )
    assert row(number).status == "cancelled"


@pytest.mark.parametrize("seen", ["", "yesterday", "\x00", "9999-99-99"])
def test_a_step_without_the_state_that_was_seen_is_refused(sit, report, seen: str) -> None:
    number = report()
    answer = sit("dispatcher").client.post(f"/agency/{number}/assign", {"assign-seen": seen})
    assert answer.status_code == 422
    assert "This page was incomplete" in text_of(answer)
    assert row(number).status == "new"


def test_a_state_without_its_zone_counts_as_outdated(sit, report) -> None:
    number = report()
    answer = sit("dispatcher").client.post(
        f"/agency/{number}/start", {"start-seen": "2026-03-02T15:00:00"}
    )
    assert answer.status_code == 409


def test_what_was_typed_is_shown_where_the_step_is_no_longer_possible(sit, report) -> None:
    number = report()
    desk = sit("dispatcher")
    desk.step(number, "cancel", reason="A double.")
    answer = desk.step(number, "complete", outcome="fixed", explanation="Filled by hand.")
    assert answer.status_code == 409
    assert "“Complete” was not done" in text_of(answer)
    assert "Filled by hand." in text_of(answer)


def test_the_right_step_is_open_with_the_fault_at_its_field(sit, report) -> None:
    number = report()
    answer = sit("dispatcher").step(number, "transfer", team="mains", reason=" ")
    assert answer.status_code == 422
    page = text_of(answer)
    assert page.count('<details class="wb-step" open>') == 1
    assert 'href="#id_transfer-reason"' in page
    assert "Please say why it is not yours." in page
    assert '<option value="mains" selected>' in page
    assert "<title>Error: Pothole" in page


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("x" * 4001, "Please keep this under 4000 characters. It has 4001."),
        ("a\x00b", "characters that cannot be read"),
        ("", "Please tell the resident what was done."),
    ],
)
def test_words_that_cannot_be_kept(sit, report, words: str, sentence: str) -> None:
    number = report()
    answer = sit("crew").step(number, "complete", outcome="fixed", explanation=words)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert words in answer.context["form"]["explanation"].value()
    assert '<option value="fixed" selected>' in text_of(answer)


def test_line_ends_of_a_browser_do_not_count_twice(sit, report) -> None:
    number = report()
    words = "\r\n".join(["x"] * 2000)
    sit("crew").step(number, "complete", outcome="fixed", explanation=words)
    assert row(number).explanation == words.replace("\r\n", "\n")


def test_markup_is_shown_as_it_was_written(sit, report) -> None:
    number = report(words="<script>alert(1)</script>\n  two  spaces")
    page = sit("dispatcher").page(number)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\n  two  spaces</blockquote>" in page


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"not a picture", "This file is not a photo we can read."),
        (b"", "This file is empty."),
        (b"\xff\xd8" + bytes(MOST_BYTES), "This photo is larger than 15 MB."),
        (jpeg()[:300], "This file is not a photo we can read."),
    ],
)
def test_a_file_that_is_no_photo(sit, report, data: bytes, sentence: str) -> None:
    number = report("graffiti")
    photo = SimpleUploadedFile("after.jpg", data, content_type="image/jpeg")
    answer = sit("crew").step(
        number, "complete", outcome="fixed", explanation="Washed off.", photo=photo
    )
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "Washed off.</textarea>" in text_of(answer)
    assert row(number).status == "new"


def test_a_missing_photo_is_asked_for_at_its_field(sit, report) -> None:
    answer = sit("crew").step(
        report("graffiti"), "complete", outcome="fixed", explanation="Washed off."
    )
    assert answer.status_code == 422
    assert 'href="#id_complete-photo"' in text_of(answer)


def test_a_good_photo_is_kept_though_something_else_is_missing(sit, report) -> None:
    number = report("graffiti")
    desk = sit("crew")
    photo = SimpleUploadedFile("after.jpg", jpeg(), content_type="image/jpeg")
    answer = desk.step(number, "complete", outcome="", explanation="Washed off.", photo=photo)
    assert answer.status_code == 422
    assert "Your photo is kept" in text_of(answer)
    desk.step(number, "complete", outcome="fixed", explanation="Washed off.")
    assert row(number).status == "completed"
    assert Attachment.objects.count() == 1


def test_a_form_larger_than_any_form_is_refused(sit, report) -> None:
    answer = sit("crew").step(report(), "complete", outcome="fixed", explanation="x" * 1_100_000)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("parent", "sentence"),
    [
        ("26-48392", "A confirmation number has 12 digits"),
        (UNKNOWN, "We have no report with this number"),
        ("\x00", "characters that cannot be read"),
        ("", "Please give the number of the other request."),
    ],
)
def test_a_number_to_merge_into_that_leads_nowhere(sit, report, parent: str, sentence: str) -> None:
    answer = sit("dispatcher").step(report(), "merge", parent=parent)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert 'href="#id_merge-parent"' in text_of(answer)


def test_a_request_is_not_merged_into_itself(sit, report) -> None:
    number = report()
    answer = sit("dispatcher").step(number, "merge", parent=number)
    assert answer.status_code == 409
    assert "cannot be merged into itself" in text_of(answer)


def test_another_agencys_request_cannot_be_merged_into(sit, report, city) -> None:
    theirs = report("water-leak", answers={"amount": "drip"})
    answer = sit("dispatcher").step(report(), "merge", parent=theirs)
    assert answer.status_code == 422
    assert "You do not have permission" in text_of(answer)


def test_somebody_of_another_agency_cannot_be_given_the_work(sit, report, city) -> None:
    answer = sit("dispatcher").step(report(), "assign", assignee=str(city.outsider.id))
    assert answer.status_code == 422
    assert "Please choose one from the list." in text_of(answer)


@pytest.mark.parametrize(
    ("where", "prefix", "sentence"),
    [
        ("note", "internal", "Please write the note."),
        ("message", "public", "Please write the message."),
    ],
)
def test_empty_words_are_not_kept(sit, report, where: str, prefix: str, sentence: str) -> None:
    answer = sit("crew").client.post(f"/agency/{report()}/{where}", {f"{prefix}-words": " \n"})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not Event.objects.filter(kind="note_added").exists()


def test_a_message_that_is_too_long_stays_in_the_public_box(sit, report) -> None:
    answer = sit("crew").client.post(f"/agency/{report()}/message", {"public-words": "y" * 4001})
    page = text_of(answer)
    assert '<details class="wb-public" open>' in page
    internal, _mark, public = page.partition('<details class="wb-public" open>')
    assert "y" * 4001 in public
    assert "y" * 4001 not in internal
