"""What follows each event: who is written to, what the message says, and that once is enough."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from citycall import reactions
from citycall.contacts.models import Contact
from citycall.core import events as core_events
from citycall.core import numbers
from citycall.core.actors import SYSTEM, Actor, resident
from citycall.core.models import Event
from citycall.feedback import actions as feedback
from citycall.notifications import links
from citycall.notifications.models import Delivery
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.reactions import REACTIONS, NoReaction, close_undisputed, react
from citycall.service_requests.actions import close, merge, tell_more, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails, Receipt
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Channel, Report, ServiceRequest, Status
from tests import city as small_city
from tests.city import NOW, City, draft
from tests.notifications import mail_server
from tests.notifications.mail_server import MailServer
from tests.notifications.post import Post

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=3)
LATER_STILL = LATER + timedelta(days=1)


@pytest.fixture
def city(db: None, settings: Settings) -> City:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return small_city.build()


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    mail_server.use(settings)
    with mail_server.running(MailServer()) as running:
        yield running


@pytest.fixture
def post(server: MailServer) -> Post:
    return Post(server)


@pytest.fixture
def pat(city: City) -> Receipt:
    """Pat's report of a pothole."""
    return submit(draft(), by=city.resident, at=NOW)


@pytest.fixture
def sam(city: City, pat: Receipt) -> Receipt:
    """Sam's report of the same pothole."""
    told = draft(contact=ContactDetails(email="sam@example.org"), words="Sam's own words.")
    return tell_more.add_report(pat.number, told, by=city.resident, at=NOW)


def _reporter(receipt: Receipt) -> Actor:
    return resident(reports=[receipt.report_id])


def _report(receipt: Receipt) -> Report:
    return Report.objects.get(pk=receipt.report_id)


def _complete(city: City, receipt: Receipt, *, outcome: str = "fixed") -> ServiceRequest:
    return close.complete(
        receipt.request_id,
        outcome_code=outcome,
        explanation="Filled on Monday.",
        by=city.crew,
        at=LATER,
    )


# The table.


def test_every_kind_of_event_is_in_the_table() -> None:
    assert set(REACTIONS) == set(Kind)


def test_no_kind_is_in_the_table_twice() -> None:
    """Of two rows for a kind, the first would be passed over without a word."""
    lines = Path(reactions.__file__).read_text().splitlines()
    rows = [line.split(":")[0].strip() for line in lines if line.startswith("    Kind.")]
    assert len(rows) == len(set(rows)) == len(Kind)


def test_an_event_that_is_not_in_the_table_is_not_passed_over() -> None:
    with pytest.raises(NoReaction, match="exploded"):
        react(Event(subject_kind="service_request", kind="exploded"))
    with pytest.raises(NoReaction, match="teapot"):
        react(Event(subject_kind="teapot", kind=Kind.SUBMITTED))


def test_reacting_twice_owes_one_message(city: City, pat: Receipt, sam: Receipt) -> None:
    _complete(city, pat)
    for _time in range(2):
        for event in Event.objects.all():
            react(event)
    assert Delivery.objects.count() == 4


def test_a_process_that_has_set_up_django_knows_all_tasks() -> None:
    script = (
        "import django; django.setup()\n"
        "from procrastinate.contrib.django import app\n"
        "app.perform_import_paths(); print(*app.tasks)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    ).stdout
    assert {
        "citycall.react",
        "citycall.deliver",
        "citycall.close_undisputed",
        "citycall.return_stalled_jobs",
        "citycall.remove_old_jobs",
        "citycall.remove_expired_sessions",
    } <= set(said.split())


# Telling.


def test_a_report_gets_a_receipt(city: City, pat: Receipt, post: Post) -> None:
    letter = post()["pat@example.org"]
    text = letter.part("plain")
    number = numbers.show(pat.number)
    assert number in letter.message["Subject"]
    assert f"Confirmation number: {number}" in text
    assert "1200 E Monument St" in text
    assert "Streets, 410-555-0100" in text
    assert "It should be done by Saturday, March 7." in text


def test_the_link_opens_the_report(city: City, pat: Receipt, post: Post) -> None:
    text = post()["pat@example.org"].part("plain")
    link = next(line for line in text.splitlines() if "/r/" in line)
    assert f"/r/{numbers.show(pat.number)}?" in link
    assert links.read(link.partition("?key=")[2]) == pat.report_id


def test_a_receipt_repeats_nothing_that_could_advertise(city: City, post: Post) -> None:
    place = Location(
        kind=LocationKind.POINT,
        longitude=-76.6,
        latitude=39.29,
        place="www.pills.example",
    )
    told = draft(location=place, words="Buy pills")
    submit(told, by=city.resident, at=NOW)
    letter = post()["pat@example.org"]
    assert "pills" not in letter.message.as_string()


def test_without_an_address_nobody_is_written_to(city: City, post: Post) -> None:
    submit(draft(contact=ContactDetails(phone="410-555-0123")), by=city.resident, at=NOW)
    submit(draft(contact=ContactDetails()), by=city.resident, at=NOW)
    assert post() == {}


def test_who_joins_a_known_problem_gets_a_receipt_of_their_own(
    city: City, pat: Receipt, post: Post
) -> None:
    post.skip()
    told = draft(contact=ContactDetails(email="sam@example.org"))
    joined = tell_more.add_report(pat.number, told, by=city.resident, at=LATER)
    letters = post()
    assert list(letters) == ["sam@example.org"]
    text = letters["sam@example.org"].part("plain")
    assert numbers.show(joined.number) in text
    assert "was known already" in text


# Working.


def test_the_works_small_steps_are_not_written_about(city: City, pat: Receipt, post: Post) -> None:
    post.skip()
    request_id = pat.request_id
    work.transfer(request_id, team_code="cleaning", reason="Theirs", by=city.dispatcher, at=LATER)
    work.assign(request_id, assignee_id=None, by=city.dispatcher, at=LATER)
    work.start(request_id, by=city.crew, at=LATER)
    tell_more.add_information(request_id, words="More.", by=_reporter(pat), at=LATER)
    tell_more.add_note(request_id, words="Secret.", public=False, by=city.crew, at=LATER)
    assert post() == {}


def test_a_stopped_clock_is_told_and_so_is_the_new_date(
    city: City, pat: Receipt, post: Post
) -> None:
    post.skip()
    work.hold(pat.request_id, reason="weather", words="Rain.", by=city.crew, at=LATER)
    held = post()["pat@example.org"].part("plain")
    assert "Waiting for the weather" in held
    assert "Rain." in held
    assert "does not run while" in held
    work.resume(pat.request_id, by=city.crew, at=LATER_STILL)
    new_date = post()["pat@example.org"].part("plain")
    assert "Until now it was Saturday, March 7." in new_date
    assert "It should be done by Sunday, March 8." in new_date


def test_waiting_while_the_clock_runs_is_not_written_about(
    city: City, pat: Receipt, post: Post
) -> None:
    post.skip()
    work.hold(pat.request_id, reason="parts", words="", by=city.crew, at=LATER)
    work.resume(pat.request_id, by=city.crew, at=LATER_STILL)
    assert post() == {}


def test_a_public_note_is_sent_to_all(city: City, pat: Receipt, sam: Receipt, post: Post) -> None:
    post.skip()
    tell_more.add_note(
        pat.request_id, words="We come on Friday.", public=True, by=city.crew, at=NOW
    )
    letters = post()
    assert set(letters) == {"pat@example.org", "sam@example.org"}
    assert "We come on Friday." in letters["sam@example.org"].part("plain")


# Ending.


def test_completed_asks_everybody_who_reported(
    city: City, pat: Receipt, sam: Receipt, post: Post
) -> None:
    post.skip()
    _complete(city, pat)
    letters = post()
    assert set(letters) == {"pat@example.org", "sam@example.org"}
    for receipt, address in ((pat, "pat@example.org"), (sam, "sam@example.org")):
        text = letters[address].part("plain")
        assert numbers.show(receipt.number) in text
        assert "whether the problem is really gone" in text
        assert "Filled on Monday." in text
        assert "we close the report" in text


def test_an_end_that_mends_nothing_is_not_called_gone(city: City, pat: Receipt, post: Post) -> None:
    post.skip()
    _complete(city, pat, outcome="not-found")
    text = post()["pat@example.org"].part("plain")
    assert "does not say that the problem is gone" in text
    assert "Not found" in text


def test_words_erased_meanwhile_are_not_sent(city: City, pat: Receipt, post: Post) -> None:
    post.skip()
    _complete(city, pat)
    told = Event.objects.filter(subject_kind="service_request", subject_id=pat.request_id)
    core_events.erase_words([event.pk for event in told])
    assert "Filled on Monday." not in post()["pat@example.org"].part("plain")


def test_a_contact_erased_meanwhile_gets_nothing(city: City, pat: Receipt, post: Post) -> None:
    react(Event.objects.get(kind=Kind.SUBMITTED))
    Contact.objects.update(name="", email="", phone="", erased_at=LATER)
    assert post() == {}
    assert Delivery.objects.get().state == Delivery.State.SKIPPED


def test_who_confirms_needs_no_letter_and_the_others_get_one(
    city: City, pat: Receipt, sam: Receipt, post: Post
) -> None:
    _complete(city, pat)
    post.skip()
    feedback.confirm(_report(sam), by=_reporter(sam), at=LATER_STILL)
    letters = post()
    assert list(letters) == ["pat@example.org"]
    text = letters["pat@example.org"].part("plain")
    assert "has confirmed that it is gone" in text
    assert "tell us by Thursday, April 2" in text


def test_a_closing_that_nobody_objected_to_is_told(city: City, pat: Receipt, post: Post) -> None:
    completed = _complete(city, pat)
    post.skip()
    assert completed.verify_until is not None
    feedback.close_undisputed_due(at=completed.verify_until)
    assert "Nobody has told us" in post()["pat@example.org"].part("plain")


def test_a_dispute_is_told_to_all_once_and_in_nobodys_words(
    city: City, pat: Receipt, sam: Receipt, post: Post
) -> None:
    _complete(city, pat)
    post.skip()
    feedback.dispute(_report(sam), by=_reporter(sam), at=LATER_STILL, words="Still a crater.")
    letters = post()
    assert set(letters) == {"pat@example.org", "sam@example.org"}
    text = letters["pat@example.org"].part("plain")
    assert "told that the problem is still there" in text
    assert "Still a crater." not in text
    assert "It should be done by Sunday, March 8." in text


def test_a_reopening_by_staff_is_told_with_its_reason(city: City, pat: Receipt, post: Post) -> None:
    _complete(city, pat)
    post.skip()
    close.reopen(pat.request_id, reason="It broke again.", by=city.dispatcher, at=LATER_STILL)
    assert "It broke again." in post()["pat@example.org"].part("plain")


def test_the_citys_cancelling_is_told_with_its_reason(city: City, pat: Receipt, post: Post) -> None:
    post.skip()
    close.cancel(pat.request_id, reason="Private land.", by=city.dispatcher, at=LATER)
    assert "Private land." in post()["pat@example.org"].part("plain")


def test_who_withdraws_needs_no_letter(city: City, pat: Receipt, post: Post) -> None:
    post.skip()
    close.cancel(pat.request_id, reason="It is gone.", by=_reporter(pat), at=LATER)
    assert post() == {}


def test_a_referral_says_whose_it_is(city: City, pat: Receipt, post: Post) -> None:
    post.skip()
    close.refer(pat.request_id, referred_to="State roads, 555-0199", by=city.dispatcher, at=LATER)
    assert "State roads, 555-0199" in post()["pat@example.org"].part("plain")


# Merging.


@pytest.fixture
def other(city: City) -> Receipt:
    """Kim's report of what turns out to be the same pothole."""
    told = draft(contact=ContactDetails(email="kim@example.org"))
    return submit(told, by=city.resident, at=NOW)


def test_merging_is_told_to_those_whose_report_was_joined(
    city: City, pat: Receipt, other: Receipt, post: Post
) -> None:
    post.skip()
    merge.merge(other.request_id, parent_id=pat.request_id, by=city.dispatcher, at=LATER)
    letters = post()
    assert list(letters) == ["kim@example.org"]
    assert "stays valid" in letters["kim@example.org"].part("plain")


def test_after_merging_all_hear_of_what_happens(
    city: City, pat: Receipt, other: Receipt, post: Post
) -> None:
    merge.merge(other.request_id, parent_id=pat.request_id, by=city.dispatcher, at=NOW)
    post.skip()
    _complete(city, pat)
    letters = post()
    assert set(letters) == {"pat@example.org", "kim@example.org"}
    assert numbers.show(other.number) in letters["kim@example.org"].part("plain")


def test_parting_again_is_told_too(city: City, pat: Receipt, other: Receipt, post: Post) -> None:
    merge.merge(other.request_id, parent_id=pat.request_id, by=city.dispatcher, at=NOW)
    post.skip()
    merge.unmerge(other.request_id, by=city.dispatcher, at=LATER)
    assert list(post()) == ["kim@example.org"]


def test_who_reported_twice_gets_one_letter(city: City, pat: Receipt, post: Post) -> None:
    again = draft(channel=Channel.PHONE, words="Again.")
    tell_more.add_report(pat.number, again, by=city.call_taker, at=NOW)
    post.skip()
    _complete(city, pat)
    assert numbers.show(pat.number) in post()["pat@example.org"].part("plain")


# The clock.


def test_what_nobody_objected_to_is_closed_by_the_clock(city: City, pat: Receipt) -> None:
    # Completed long ago by the real clock, so that its time to object has ended.
    _complete(city, pat)
    close_undisputed(timestamp=0)
    assert ServiceRequest.objects.get(pk=pat.request_id).status == Status.CLOSED
    closing = Event.objects.get(kind=Kind.CLOSED)
    assert closing.actor_kind == SYSTEM.kind
