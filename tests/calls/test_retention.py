"""Who called is forgotten in time, and at once where they wish it."""

from datetime import timedelta

from citycall.calls import personal, retention
from citycall.calls.actions import call_backs, flow, handling, pads
from citycall.calls.models import Call, CallBack, Pad
from citycall.calls.quality.models import Review, Sample
from citycall.core.actors import SYSTEM
from tests.city import NOW

PHONE, OTHER = "+14105550123", "+14105550124"
YEAR = timedelta(days=366)


def spoken(hire, ring, phone=PHONE) -> Call:
    """A call that was answered and wrapped up, with a note that names somebody."""
    ada, call = hire(f"taker{phone}"), ring(phone=phone)
    handling.take(call.pk, by=ada, at=NOW)
    handling.say_who(call.pk, by=ada, name="Maria")
    return handling.wrap_up(
        call.pk, disposition="information", by=ada, at=NOW, notes="Maria asked about taxes"
    )


def test_an_old_call_names_nobody_and_keeps_its_times(hire, ring) -> None:
    call = spoken(hire, ring)
    assert retention.erase_old(at=NOW + YEAR) == 1
    call.refresh_from_db()
    assert (call.phone, call.name, call.notes) == ("", "", "")
    assert (call.queued_at, call.disposition) == (NOW, "information")


def test_the_words_of_its_review_go_with_it_and_the_score_stays(hire, ring) -> None:
    call = spoken(hire, ring)
    reviewer = hire("supervisor").id
    assert call.taker_id is not None
    sample = Sample.objects.create(
        call=call, taker_id=call.taker_id, week=NOW.date(), disposition="", drawn_at=NOW
    )
    review = Review.objects.create(
        sample=sample, reviewer_id=reviewer, share=0.8, words="Maria was calmed well.", at=NOW
    )
    retention.erase_old(at=NOW + YEAR)
    review.refresh_from_db()
    assert (review.words, review.share) == ("", 0.8)


def test_what_the_city_keeps_still_is_kept(hire, ring, settings) -> None:
    settings.CITYCALL_CALLS_KEPT_DAYS = 730
    spoken(hire, ring)
    assert retention.erase_old(at=NOW + YEAR) == 0


def test_an_old_call_back_names_nobody(db) -> None:
    made = call_backs.ask(call_id=None, phone=PHONE, by=SYSTEM, at=NOW, name="Maria", why="Tax")
    call_backs.cancel(made.pk, by=SYSTEM, at=NOW)
    retention.erase_old(at=NOW + YEAR)
    made.refresh_from_db()
    assert (made.phone, made.name, made.why, made.state) == ("", "", "", "cancelled")


def test_everything_of_a_number_is_told_to_who_proves_it(hire, ring) -> None:
    spoken(hire, ring)
    spoken(hire, ring, OTHER)
    call_backs.ask(call_id=None, phone=PHONE, by=SYSTEM, at=NOW, why="Tax")
    told = personal.held([PHONE])
    assert [each["kind"] for each in told] == ["phone", "call_back"]
    assert told[0]["notes"] == "Maria asked about taxes"
    assert personal.held([""]) == []


def test_what_is_erased_on_request_leaves_others_alone(hire, ring) -> None:
    spoken(hire, ring)
    other = spoken(hire, ring, OTHER)
    waiting = call_backs.ask(call_id=None, phone=PHONE, by=SYSTEM, at=NOW)
    assert personal.erase([PHONE], at=NOW) == 1
    other.refresh_from_db()
    assert (personal.held([PHONE]), other.phone) == ([], OTHER)
    assert CallBack.objects.get(pk=waiting.pk).state == "cancelled"


def test_what_was_typed_in_an_erased_call_goes_too(hire, ring) -> None:
    ada, call = hire(), ring(phone=PHONE)
    handling.take(call.pk, by=ada, at=NOW)
    pads.keep(call.pk, content={"words": "Maria"}, revision=1, by=ada, at=NOW)
    flow.end(call.pk, by=SYSTEM, at=NOW)
    personal.erase([PHONE], at=NOW)
    assert not Pad.objects.exists()
