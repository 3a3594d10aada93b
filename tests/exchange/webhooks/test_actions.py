"""Making, changing, rotating and ending webhooks, and who may."""

from datetime import timedelta

import pytest

from citycall.accounts.actions import revoke_key
from citycall.accounts.models import ApiKey
from citycall.core.actors import SYSTEM, Actor, resident
from citycall.core.errors import Faults, NotAllowed, NotFound
from citycall.core.models import Revision
from citycall.core.reaching import BadAddress
from citycall.exchange.models import Webhook
from citycall.exchange.webhooks import actions, queries, signing
from citycall.exchange.webhooks.actions import TooManyWebhooks, WebhookEnded
from citycall.service_requests.policies import READ_SCOPE
from tests.city import NOW, City
from tests.exchange.receiver import Receiver
from tests.exchange.webhooks.conftest import Hook

PUBLIC = "https://93.184.215.14/hook"


def saved(by: Actor, **terms: object) -> Webhook:
    given = {"name": "Map", "url": PUBLIC, **terms}
    return actions.save_webhook(**given, by=by, at=NOW)[0]  # type: ignore[arg-type]


def test_a_webhook_is_as_it_was_asked_for(city: City) -> None:
    webhook = saved(SYSTEM, kinds=["closed", "submitted"], services=["pothole"])
    assert webhook.kinds == ["closed", "submitted"]
    assert actions.service_codes(webhook) == ["pothole"]
    assert (webhook.name, webhook.url, webhook.ended_at) == ("Map", PUBLIC, None)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "ftp://a.example", "https://u:p@93.184.215.14"]
)
def test_an_address_that_is_not_called_is_refused(city: City, url: str) -> None:
    with pytest.raises(BadAddress):
        saved(SYSTEM, url=url)
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", " ", "name"),
        ("name", "n" * 101, "at most 100"),
        ("kinds", ["exploded"], "exploded"),
        ("kinds", ["information_added"], "information_added"),
        ("services", ["unicorn"], "no such service: unicorn"),
        ("services", ["graffiti"], "private service: graffiti"),
        ("areas", [("districts", "1")], "districts/1"),
    ],
)
def test_each_fault_is_said_at_its_field(city: City, field: str, value: object, says: str) -> None:
    with pytest.raises(Faults) as raised:
        saved(SYSTEM, **{field: value})
    assert says in raised.value.faults[field]


def test_only_administrators_and_keys_with_the_scope_may(city: City, program) -> None:
    saved(city.administrator)
    saved(program("Map"))
    for actor in (resident(), city.dispatcher, city.manager, program("Reader", READ_SCOPE)):
        with pytest.raises(NotAllowed):
            saved(actor)
        with pytest.raises(NotAllowed):
            queries.webhooks_of(actor)


def test_a_key_sees_and_changes_its_own_only(city: City, program) -> None:
    mine, theirs = program("Mine"), program("Theirs")
    webhook = saved(mine)
    assert [each.pk for each in queries.webhooks_of(mine)] == [webhook.pk]
    assert queries.webhooks_of(theirs) == []
    for do in (
        lambda: queries.webhook_for(theirs, webhook.pk),
        lambda: queries.deliveries_of(theirs, webhook.pk),
        lambda: actions.change_webhook(webhook.pk, name="Taken", by=theirs, at=NOW),
        lambda: actions.rotate_secret(webhook.pk, by=theirs, at=NOW),
        lambda: actions.end_webhook(webhook.pk, by=theirs, at=NOW),
        lambda: actions.test_webhook(webhook.pk, by=theirs, at=NOW),
    ):
        with pytest.raises(NotFound):
            do()
    assert queries.webhook_for(city.administrator, webhook.pk) == webhook


def test_a_key_has_at_most_fifty(city: City, program) -> None:
    mine = program("Mine")
    first = saved(mine)
    Webhook.objects.bulk_create(
        Webhook(name="More", url=PUBLIC, key_id=mine.id, created_at=NOW) for _n in range(49)
    )
    with pytest.raises(TooManyWebhooks):
        saved(mine)
    actions.end_webhook(first.pk, by=mine, at=NOW)
    saved(mine)


def test_a_change_keeps_what_is_not_given(city: City) -> None:
    webhook = saved(SYSTEM, kinds=["closed"], services=["pothole"])
    changed = actions.change_webhook(webhook.pk, name="New", services=[], by=SYSTEM, at=NOW)
    assert (changed.name, changed.kinds, changed.services) == ("New", ["closed"], [])


def test_a_changed_address_is_checked(city: City) -> None:
    webhook = saved(SYSTEM)
    with pytest.raises(BadAddress):
        actions.change_webhook(webhook.pk, url="http://10.0.0.1/", by=SYSTEM, at=NOW)


def test_every_change_is_on_record_without_a_secret(city: City) -> None:
    webhook, secret = actions.save_webhook(name="Map", url=PUBLIC, by=city.administrator, at=NOW)
    actions.change_webhook(webhook.pk, name="New", by=city.administrator, at=NOW)
    rotated = actions.rotate_secret(webhook.pk, by=city.administrator, at=NOW)
    actions.end_webhook(webhook.pk, by=city.administrator, at=NOW, why="Not needed.")
    kept = list(Revision.objects.filter(subject_kind="webhook").order_by("id"))
    assert [each.after and each.after["name"] for each in kept] == ["Map", "New", "New", "New"]
    assert kept[-1].note == "Not needed."
    written = " ".join(str((each.before, each.after)) for each in kept)
    assert secret not in written
    assert rotated not in written


def test_secrets_differ_between_webhooks_and_generations(city: City) -> None:
    one, first = actions.save_webhook(name="One", url=PUBLIC, by=SYSTEM, at=NOW)
    _two, second = actions.save_webhook(name="Two", url=PUBLIC, by=SYSTEM, at=NOW)
    third = actions.rotate_secret(one.pk, by=SYSTEM, at=NOW)
    assert len({first, second, third}) == 3
    assert all(each.startswith("whsec_") and len(each) > 40 for each in (first, second, third))


def test_after_a_rotation_both_secrets_sign_for_a_day(city: City) -> None:
    webhook, old = actions.save_webhook(name="Map", url=PUBLIC, by=SYSTEM, at=NOW)
    new = actions.rotate_secret(webhook.pk, by=SYSTEM, at=NOW + timedelta(days=9))
    webhook.refresh_from_db()
    day_nine = NOW + timedelta(days=9)
    assert signing.secrets(webhook, at=day_nine + timedelta(hours=23)) == [new, old]
    assert signing.secrets(webhook, at=day_nine + timedelta(hours=24)) == [new]


def test_a_change_after_a_rotation_does_not_prolong_the_day(city: City) -> None:
    webhook, _old = actions.save_webhook(name="Map", url=PUBLIC, by=SYSTEM, at=NOW)
    new = actions.rotate_secret(webhook.pk, by=SYSTEM, at=NOW)
    later = NOW + timedelta(hours=25)
    webhook = actions.change_webhook(webhook.pk, name="New", by=SYSTEM, at=later)
    assert signing.secrets(webhook, at=later) == [new]


def test_an_ended_webhook_stays_ended(city: City) -> None:
    webhook = saved(SYSTEM)
    actions.end_webhook(webhook.pk, by=SYSTEM, at=NOW)
    again = actions.end_webhook(webhook.pk, by=SYSTEM, at=NOW + timedelta(days=1))
    assert again.ended_at == NOW
    for do in (
        lambda: actions.change_webhook(webhook.pk, name="New", by=SYSTEM, at=NOW),
        lambda: actions.rotate_secret(webhook.pk, by=SYSTEM, at=NOW),
        lambda: actions.test_webhook(webhook.pk, by=SYSTEM, at=NOW),
    ):
        with pytest.raises(WebhookEnded):
            do()


def test_a_test_sends_a_signed_ping_and_tells_what_came_of_it(
    hook: Hook, receiver: Receiver
) -> None:
    receiver.answers(200, f"I know {hook.secret}".encode())
    tried = actions.test_webhook(hook.id, by=SYSTEM, at=NOW)
    assert (tried.taken, tried.status, tried.answer) == (True, 200, "I know [secret]")
    came = receiver.came[0]
    assert came.headers["citycall-event"] == "ping"
    assert signing.verify(
        secrets=[hook.secret], header=came.headers["citycall-signature"], body=came.body, now=NOW
    )


def test_a_test_that_fails_says_why(hook: Hook, receiver: Receiver) -> None:
    receiver.answers(302, Location="http://127.0.0.1/")
    tried = actions.test_webhook(hook.id, by=SYSTEM, at=NOW)
    assert (tried.taken, tried.problem) == (False, "status 302")


def test_a_revoked_key_s_webhooks_want_nothing(city: City, program) -> None:
    mine = program("Mine")
    saved(mine)
    assert len(queries.wanting("closed")) == 1
    revoke_key(ApiKey.objects.get(pk=mine.id), by=SYSTEM, at=NOW)
    queries.WANTED.discard()
    assert queries.wanting("closed") == []
