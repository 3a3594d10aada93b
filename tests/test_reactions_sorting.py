"""What follows when a request is sorted into another service, or its reporter can be reached."""

from datetime import timedelta

import pytest

from citycall.core import numbers
from citycall.core.actors import resident
from citycall.service_requests.actions import close, tell_more
from citycall.service_requests.actions.change_service import change_service
from citycall.service_requests.actions.give_contact import give_contact
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails, Receipt
from tests import test_reactions
from tests.city import NOW, City, draft
from tests.notifications.post import Post

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=3)
# The same cast and the same mail server.
city, pat = test_reactions.city, test_reactions.pat
server, post = test_reactions.server, test_reactions.post


def test_a_move_to_another_service_is_told_once_with_reason_and_date(
    city: City, pat: Receipt, post: Post
) -> None:
    post.skip()
    change_service(
        pat.request_id,
        service_code="something-else",
        reason="It is a cellar.",
        by=city.call_taker,
        at=LATER,
    )
    letters = post()
    assert list(letters) == ["pat@example.org"]
    text = " ".join(letters["pat@example.org"].part("plain").split())
    assert "moved from “Pothole” to “Something else”, because: It is a cellar." in text
    assert "It should be done by Wednesday, March 4" in text


@pytest.mark.parametrize("joins", [False, True])
def test_who_says_later_how_to_be_reached_is_told_the_number(
    city: City, pat: Receipt, post: Post, joins: bool
) -> None:
    post.skip()
    silent = draft(contact=ContactDetails())
    told = (
        tell_more.add_report(pat.number, silent, by=city.resident, at=NOW)
        if joins
        else submit(silent, by=city.resident, at=NOW)
    )
    assert post() == {}
    give_contact(
        told.report_id,
        details=ContactDetails(email="kim@example.org"),
        language="en",
        by=resident(reports=[told.report_id]),
        at=LATER,
    )
    letters = post()
    assert list(letters) == ["kim@example.org"]
    text = letters["kim@example.org"].part("plain")
    assert numbers.show(told.number) in text
    assert ("was known already" in text) == joins


def test_who_says_how_to_be_reached_after_the_end_is_asked_too(city: City, post: Post) -> None:
    told = submit(draft(contact=ContactDetails()), by=city.resident, at=NOW)
    close.complete(
        told.request_id, outcome_code="fixed", explanation="Filled.", by=city.crew, at=NOW
    )
    post.skip()
    give_contact(
        told.report_id,
        details=ContactDetails(email="kim@example.org"),
        language="en",
        by=resident(reports=[told.report_id]),
        at=LATER,
    )
    letters = post()
    assert list(letters) == ["kim@example.org"]
    text = letters["kim@example.org"].part("plain")
    assert numbers.show(told.number) in text
    assert "Filled." in text
    assert "/answer" in text
