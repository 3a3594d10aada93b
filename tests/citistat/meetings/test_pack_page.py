"""One place for the paper, the notes and the commitments; nothing that is typed is lost."""

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from django.test import Client

from citycall.analytics.packs import content
from citycall.meetings.actions import meet
from citycall.meetings.models import Commitment, Meeting
from tests.citistat.meetings.conftest import PAGE
from tests.citistat.packs import TRAP, pack
from tests.city import NOW, City

As = Callable[[str], Client]
PROMISED = {
    "what": "Fill ten holes.",
    "owner": "",
    "owner_name": "The contractor",
    "due_on": "2026-03-19",
    "evidence_kind": "words",
    "evidence": "Photos.",
    "measure": "",
    "at_most": "",
    "goal": "",
}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_page_shows_the_paper_and_what_was_promised(as_: As, meeting: Meeting) -> None:
    page = text(as_("manager").get(PAGE))
    assert "<h1>CitiStat: Streets</h1>" in page
    for words in ("Late list", "The first 30 of 31.", "Worse than usual", "Not on record here"):
        assert words in page
    assert "Sweep &lt;b&gt;Harbor&lt;/b&gt; Street." in page


def test_what_people_wrote_is_never_markup(as_: As, meeting: Meeting) -> None:
    page = text(as_("analyst").get(PAGE))
    assert TRAP not in page
    assert "<b>$x$</b>" not in page


def test_every_drawing_says_what_it_shows_and_has_its_table(as_: As, meeting: Meeting) -> None:
    page = text(as_("analyst").get(PAGE))
    drawings = page.count('<div class="pk-svg" role="img" aria-label="')
    assert drawings == page.count("<svg xmlns") == 6
    after_each = page.split('class="pk-drawings"')[1:]
    assert all("<table" in part for part in after_each)


def test_without_a_paper_the_page_says_so(as_: As, city: City, meeting: Meeting) -> None:
    meet.call(city.water.pk, meeting.on, by=city.analyst, at=NOW)
    page = text(as_("analyst").get("/citistat/water/pack/2026-03-05"))
    assert "There is no paper of this meeting yet." in page
    assert as_("analyst").get("/citistat/water/pack/2026-03-05/pdf").status_code == 404


@pytest.mark.parametrize("path", ["", "/pdf"])
@pytest.mark.parametrize(
    ("name", "status"),
    [("manager", 200), ("dispatcher", 200), ("analyst", 200), ("supervisor", 200),
     ("outsider", 403), ("crew", 403), ("call-taker", 403)],
)  # fmt: skip
def test_who_sees_it(as_: As, meeting: Meeting, name: str, status: int, path: str) -> None:
    assert as_(name).get(PAGE + path).status_code == status


def test_nobody_sees_it_without_signing_in(meeting: Meeting) -> None:
    assert Client().get(PAGE).status_code == 302


@pytest.mark.parametrize("on", ["2026-03-06", "yesterday", "2026-13-40"])
def test_where_there_is_no_meeting_there_is_no_page(as_: As, meeting: Meeting, on: str) -> None:
    assert as_("analyst").get(f"/citistat/streets/pack/{on}").status_code == 404


@pytest.mark.parametrize("step", ["make", "notes", "commitments", "move"])
@pytest.mark.parametrize("name", ["manager", "supervisor", "outsider"])
def test_only_those_who_hold_it_take_down(as_: As, meeting: Meeting, name: str, step: str) -> None:
    told = {"notes": "Mine.", "version": "0", "on": "2026-03-09", **PROMISED}
    assert as_(name).post(f"{PAGE}/{step}", told).status_code == 403
    meeting.refresh_from_db()
    assert (meeting.notes, meeting.on.isoformat()) == ("", "2026-03-05")
    assert Commitment.objects.filter(meeting=meeting).count() == 0


def test_notes_are_kept_by_the_form(as_: As, meeting: Meeting) -> None:
    answer = as_("analyst").post(f"{PAGE}/notes", {"notes": "Late.", "version": "0"})
    assert answer.status_code == 302
    assert answer["Location"].endswith("#notes")
    assert "Late." in text(as_("analyst").get(PAGE))


def test_notes_are_kept_while_one_writes(as_: As, meeting: Meeting) -> None:
    client = as_("analyst")
    quiet: dict[str, Any] = {"HTTP_ACCEPT": "application/json"}
    first = client.post(f"{PAGE}/notes", {"notes": "La", "version": "0"}, **quiet)
    assert json.loads(first.content) == {"version": 1}
    second = client.post(f"{PAGE}/notes", {"notes": "Other", "version": "0"}, **quiet)
    assert second.status_code == 409
    assert json.loads(second.content)["present"] == "La"


def test_notes_of_two_people_stand_beside_each_other(as_: As, city: City, meeting: Meeting) -> None:
    meet.take_notes(meeting.pk, "Hers.", version=0, by=city.administrator, at=NOW)
    answer = as_("analyst").post(f"{PAGE}/notes", {"notes": "His.", "version": "0"})
    assert answer.status_code == 409
    page = text(answer)
    assert "Hers." in page
    assert "His.</textarea>" in page
    assert 'name="version" value="1"' in page


def test_a_commitment_is_taken_down(as_: As, meeting: Meeting) -> None:
    answer = as_("analyst").post(f"{PAGE}/commitments", PROMISED)
    assert answer.status_code == 302
    row = Commitment.objects.get(meeting=meeting)
    assert (row.what, row.owner_name) == ("Fill ten holes.", "The contractor")


def test_a_share_is_promised_in_percent(as_: As, meeting: Meeting) -> None:
    told = {**PROMISED, "evidence_kind": "measure", "measure": "on-time", "goal": "90"}
    as_("analyst").post(f"{PAGE}/commitments", told)
    row = Commitment.objects.get(meeting=meeting)
    assert (row.evidence, row.goal, row.at_most) == ("on-time", 0.9, False)
    assert "Completed on time at least 90.0%" in text(as_("analyst").get(PAGE))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"what": ""}, "This field is required."),
        ({"owner_name": ""}, "Please say who answers for it"),
        ({"due_on": "2026-03-01"}, "Please give a date that is not before the meeting."),
        ({"due_on": ""}, "This field is required."),
        ({"evidence_kind": "link", "evidence": "ftp://x"}, "begins with https://"),
        ({"evidence_kind": "measure"}, "Please choose the measure."),
        ({"evidence_kind": "measure", "measure": "on-time", "goal": "nan"}, "Enter a number."),
    ],
)
def test_a_faulty_commitment_keeps_what_was_typed(
    as_: As, meeting: Meeting, changes: dict[str, str], sentence: str
) -> None:
    told = {**PROMISED, "evidence": "Typed with care.", **changes}
    answer = as_("analyst").post(f"{PAGE}/commitments", told)
    assert answer.status_code == 422
    page = text(answer)
    assert sentence in page
    assert told["evidence"] in page
    assert not Commitment.objects.filter(meeting=meeting).exists()


def test_follow_through_leads_back_to_the_meeting(
    as_: As, meeting: Meeting, earlier: Commitment
) -> None:
    told = {"step": "done", "words": "Swept, see photos.", "meeting": "2026-03-05"}
    answer = as_("manager").post(f"/citistat/streets/commitments/{earlier.pk}/followed", told)
    assert answer["Location"] == f"{PAGE}#follow"
    assert "Swept, see photos." in text(as_("analyst").get(PAGE))


def test_a_meeting_is_moved_with_its_paper(as_: As, meeting: Meeting) -> None:
    answer = as_("analyst").post(f"{PAGE}/move", {"on": "2026-03-10"})
    assert answer["Location"] == "/citistat/streets/pack/2026-03-10"
    refused = as_("analyst").post("/citistat/streets/pack/2026-03-10/move", {"on": "2026-02-20"})
    assert refused.status_code == 422
    assert "after the two weeks" in text(refused)


def test_an_earlier_paper_can_still_be_read(as_: As, city: City, meeting: Meeting) -> None:
    second = content.plain(pack(services=()))
    meet.keep_paper(meeting.pk, second, by=city.analyst, at=NOW)
    assert "Paper 2, made by analyst" in text(as_("analyst").get(PAGE))
    assert "Paper 1, made by analyst" in text(as_("analyst").get(PAGE + "?paper=1"))
    assert as_("analyst").get(PAGE + "?paper=9").status_code == 404


def test_making_it_without_numbers_says_why(as_: As, meeting: Meeting) -> None:
    page = text(as_("analyst").post(f"{PAGE}/make", follow=True))
    assert "The numbers are being gathered for the first time." in page


def test_drawings_are_whole_documents(as_: As, meeting: Meeting) -> None:
    page = text(as_("analyst").get(PAGE))
    for part in page.split("<svg xmlns")[1:]:
        Xml.fromstring("<svg xmlns" + part.partition("</svg>")[0] + "</svg>")
