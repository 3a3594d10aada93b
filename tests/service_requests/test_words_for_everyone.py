"""What staff write for everyone does not say how the reporters are reached."""

import pytest

from citycall.core.actors import SYSTEM, resident
from citycall.core.models import Event
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests import public
from citycall.service_requests.actions import close, tell_more
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails, Receipt
from tests.city import NOW, City, draft


@pytest.fixture
def made(city: City) -> Receipt:
    contact = ContactDetails(name="Pat Doe", email="pat@example.org", phone="+1 410 555 0142")
    told = draft(contact=contact, location=Location(kind=LocationKind.WORDS, place="At Pat's"))
    return submit(told, by=resident(), at=NOW)


def test_an_explanation_loses_the_reporters_number_and_keeps_the_citys(made: Receipt) -> None:
    said = "Filled. We rang (410) 555-0142 and PAT@example.org. Questions: 410-555-0100."
    request = close.complete(
        made.request_id, outcome_code="fixed", explanation=said, by=SYSTEM, at=NOW
    )
    hidden = "Filled. We rang [phone number hidden] and [e-mail address hidden]."
    assert request.explanation == f"{hidden} Questions: 410-555-0100."
    assert Event.objects.get(kind="completed").words == request.explanation


def test_a_note_for_staff_keeps_all_of_it(city: City, made: Receipt) -> None:
    said = "Ring Pat at 410-555-0142."
    inside = tell_more.add_note(
        made.request_id, words=said, public=False, by=city.dispatcher, at=NOW
    )
    outside = tell_more.add_note(
        made.request_id, words=said, public=True, by=city.dispatcher, at=NOW
    )
    assert inside.words == said
    assert outside.words == "Ring Pat at [phone number hidden]."


def test_a_place_in_own_words_is_for_the_reporter_only(made: Receipt) -> None:
    own = resident(reports=[made.report_id])
    assert public.by_number(made.number, by=resident()).place == ""
    assert public.by_number(made.number, by=own).place == "At Pat's"


def test_a_dispute_that_staff_wrote_down_is_in_the_reporters_words(
    city: City, made: Receipt
) -> None:
    close.complete(made.request_id, outcome_code="fixed", explanation="Done.", by=SYSTEM, at=NOW)
    close.reopen(
        made.request_id, reason="Pat still sees it.", by=city.dispatcher, at=NOW, disputed=True
    )
    own = resident(reports=[made.report_id])
    told, told_own = (public.by_number(made.number, by=by) for by in (resident(), own))
    assert [each.words for each in told.happenings if each.kind == "disputed"] == [""]
    assert "Pat still sees it." in [each.words for each in told_own.happenings]
