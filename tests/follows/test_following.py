"""Following a place or a service: confirmed by its owner, bounded, ended for good."""

from datetime import timedelta

import pytest
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.catalog.snapshot import UnknownService
from citycall.contacts.models import Contact
from citycall.core import clock
from citycall.follows import actions, jobs, links
from citycall.follows.actions import CannotFollow, TooManyFollows, Wanted
from citycall.follows.links import BadFollowLink
from citycall.follows.models import Follow, Often
from citycall.follows.words import describe
from tests.city import City

pytestmark = pytest.mark.django_db
AT = clock.now()
SAM = "sam@example.org"
HERE = (-76.6, 39.29)
POTHOLES = Wanted(service="pothole")


def ask(wanted: Wanted = POTHOLES, *, proven: bool = False, email: str = SAM) -> bool:
    return actions.ask(wanted, email=email, often=Often.DAILY, language="en", proven=proven, at=AT)


def key_in(address: str) -> str:
    return address.partition("key=")[2].replace("%3A", ":")


def confirmed() -> Follow:
    ask()
    follow = Follow.objects.latest("pk")
    actions.confirm(key_in(links.confirm_address(follow.pk)), at=AT)
    return Follow.objects.get(pk=follow.pk)


def test_until_it_is_confirmed_it_does_not_begin(city: City) -> None:
    assert not ask()
    assert Follow.objects.get().confirmed_at is None
    assert confirmed().confirmed_at == AT


def test_a_proven_address_need_not_confirm(city: City) -> None:
    assert ask(proven=True)
    assert Follow.objects.get().confirmed_at == AT
    assert not ProcrastinateJob.objects.filter(task_name=actions.ASK_TASK).exists()


def test_the_question_names_what_and_has_the_link(city: City) -> None:
    ask()
    follow = Follow.objects.get()
    jobs.ask_to_confirm_follow(follow.pk)
    (message,) = mail.outbox
    assert message.to == [SAM]
    assert "New requests about Pothole, anywhere in the city" in message.body
    assert links.confirm_address(follow.pk) in message.body
    assert "List-Unsubscribe" not in message.extra_headers


def test_a_place_is_named_in_the_citys_own_words(city: City) -> None:
    ask(Wanted(point=HERE, within_m=500, group="Streets"))
    follow = Follow.objects.get()
    assert describe(follow) == f"New requests about Streets within 500 meters of {follow.place}"
    assert describe(actions.drafted(Wanted(point=HERE, within_m=1000))).startswith(
        "New requests within 1 kilometer of "
    )


def test_what_is_not_confirmed_in_two_days_is_forgotten(city: City) -> None:
    ask()
    key = key_in(links.confirm_address(Follow.objects.get().pk))
    with pytest.raises(BadFollowLink):
        actions.confirm(key, at=AT + timedelta(days=2, seconds=1))
    assert actions.forget_unconfirmed(at=AT + timedelta(days=1)) == 0
    assert actions.forget_unconfirmed(at=AT + timedelta(days=3)) == 1
    assert not Contact.objects.exclude(email="").exists()


def test_a_confirmed_one_is_not_forgotten(city: City) -> None:
    confirmed()
    assert actions.forget_unconfirmed(at=AT + timedelta(days=400)) == 0


def test_nobody_is_asked_without_end(city: City) -> None:
    for within in actions.WITHIN_M:
        ask(Wanted(point=HERE, within_m=within))
    assert Follow.objects.count() == actions.MOST_QUESTIONS_A_DAY


def test_nobody_follows_without_end(city: City) -> None:
    for n in range(actions.MOST_FOLLOWS):
        assert ask(Wanted(point=(-76.6, 39.29 + n / 100), within_m=250), proven=True)
    with pytest.raises(TooManyFollows):
        ask(proven=True)
    assert not ask()
    assert Follow.objects.count() == actions.MOST_FOLLOWS


def test_following_the_same_again_changes_nothing(city: City) -> None:
    confirmed()
    assert not ask()
    assert ask(proven=True)
    assert Follow.objects.count() == 1


def test_what_is_not_public_cannot_be_followed(city: City) -> None:
    with pytest.raises(CannotFollow):
        ask(Wanted(service="graffiti"))
    with pytest.raises(UnknownService):
        ask(Wanted(service="no-such"))
    for wanted in (Wanted(), Wanted(point=HERE, within_m=9), Wanted(point=HERE, group="No such")):
        with pytest.raises(CannotFollow):
            ask(wanted)


def test_ending_it_forgets_the_address(city: City) -> None:
    key = key_in(links.end_address(confirmed().pk))
    assert actions.look_at_end(key)
    actions.end(key, at=AT)
    assert not Follow.objects.exists()
    assert not Contact.objects.exclude(email="").exists()
    assert actions.look_at_end(key) is None
    actions.end(key, at=AT)


def test_only_the_owner_ends_it_from_their_list(city: City) -> None:
    follow = confirmed()
    actions.end_own(follow.pk, email="kim@example.org", at=AT)
    assert Follow.objects.exists()
    actions.end_own(follow.pk, email="SAM@example.org", at=AT)
    assert not Follow.objects.exists()


def test_the_key_of_one_purpose_does_not_serve_another(city: City) -> None:
    follow = confirmed()
    with pytest.raises(BadFollowLink):
        actions.end(key_in(links.confirm_address(follow.pk)), at=AT)
    with pytest.raises(BadFollowLink):
        actions.look(key_in(links.end_address(follow.pk)), at=AT)


@given(key=st.text(max_size=200))
def test_no_other_key_ends_anything(key: str) -> None:
    with pytest.raises(BadFollowLink):
        actions.end(key, at=AT)
