"""Messages to a browser: readable by it alone, signed by the city, ended when it is gone."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pytest_django import Settings

from citycall.contacts.actions import subscribe
from citycall.contacts.models import PushSubscription
from citycall.core.actors import resident
from citycall.notifications import web_push
from citycall.notifications.actions import Recipient, notify
from citycall.notifications.delivery import TryAgainLater, send
from citycall.notifications.messages import Notice, Template
from citycall.notifications.models import PUSH, Delivery
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Report
from tests.exchange.receiver import Receiver, receiving
from tests.notifications.browsers import Subscriber, read
from tests.notifications.small_city import NOW, make_event, make_report, make_request

pytestmark = pytest.mark.django_db
State = Delivery.State

# The example of RFC 8291, appendix A.
RFC_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
RFC_SECRET = "BTBZMqHH6r4Tts7J_aSIgg"
RFC_BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLoc"
    "InmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLV"
    "WGNWQexSgSxsj_Qulcy4a-fN"
)


@pytest.fixture
def service(settings: Settings) -> Iterator[Receiver]:
    """A push service on this computer."""
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.DEFAULT_FROM_EMAIL = "Port Calder <311@example.org>"
    with receiving() as made:
        made.answers(201)
        yield made


@pytest.fixture
def report(db: None) -> Report:
    """Nobody is known to have made it."""
    return make_report(make_request())


def follow(report: Report, browser: Subscriber, endpoint: str) -> PushSubscription:
    return subscribe(
        report_id=report.pk,
        endpoint=endpoint,
        public_key=browser.public_key,
        secret=browser.secret,
        language="en",
        by=resident(reports=[report.pk]),
        at=NOW,
    )


def owe(report: Report, kind: Kind = Kind.COMPLETED) -> list[Delivery]:
    event = make_event(report.service_request, kind)
    recipients = [Recipient(contact=report.contact, report_id=report.pk)]
    notify(event=event, template=Template.COMPLETED, recipients=recipients)
    return list(Delivery.objects.filter(event=event).order_by("id"))


def _notice(owed: Delivery) -> Notice:
    link = "http://127.0.0.1:8311/r/26-48392-01755?key=1.abc"
    return Notice(number="26-48392-01755", service="Pothole", link=link, at=NOW, place="Main St")


def _send(owed: Delivery) -> State:
    return send(owed.pk, notice_for=_notice, at=NOW)


def test_the_readers_way_is_that_of_the_standard() -> None:
    number = int.from_bytes(read(RFC_PRIVATE), "big")
    example = Subscriber(ec.derive_private_key(number, ec.SECP256R1()), RFC_SECRET)
    assert example.decrypted(read(RFC_BODY)) == b"When I grow up, I want to be a watermelon"


def test_a_browser_reads_what_happened_and_where_to_look(service: Receiver, report: Report) -> None:
    browser = Subscriber()
    follow(report, browser, f"{service.url}/push/1")
    (owed,) = owe(report)
    assert (owed.channel, _send(owed)) == (PUSH, State.SENT)
    (came,) = service.came
    told = json.loads(browser.decrypted(came.body))
    assert told["title"] == "Please check report 26-48392-01755: Pothole"
    assert told["address"] == "/r/26-48392-01755?key=1.abc"
    assert told["body"].startswith("Main St\n")
    assert (told["language"], told["tag"]) == ("en", f"delivery-{owed.pk}")
    assert came.headers["content-encoding"] == "aes128gcm"
    assert came.headers["ttl"] == str(7 * 24 * 3600)
    assert b"Pothole" not in came.body


def test_the_city_signs_for_this_push_service_and_a_short_time(
    service: Receiver, report: Report
) -> None:
    follow(report, Subscriber(), f"{service.url}/push/1")
    _send(owe(report)[0])
    scheme, _space, rest = service.came[0].headers["authorization"].partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(", "))
    head, claims, signature = parts["t"].split(".")
    assert (scheme, parts["k"]) == ("vapid", web_push.public_key())
    told = json.loads(read(claims))
    assert told["aud"] == service.url
    assert told["sub"] == "mailto:311@example.org"
    assert told["exp"] == int((NOW + timedelta(hours=12)).timestamp())
    raw = read(signature)
    pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), read(parts["k"]))
    key.verify(pair, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))


def test_the_citys_key_follows_from_its_secret(settings: Settings) -> None:
    settings.CITYCALL_PUSH_SECRET = "one"
    first = web_push.public_key()
    settings.CITYCALL_PUSH_SECRET = "two"
    assert web_push.public_key() != first
    settings.CITYCALL_PUSH_SECRET = "one"
    assert web_push.public_key() == first
    assert len(read(first)) == 65


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(
    service: Receiver, report: Report, status: int
) -> None:
    subscription = follow(report, Subscriber(), f"{service.url}/push/1")
    (owed,) = owe(report)
    service.answers(status)
    assert _send(owed) == State.SKIPPED
    assert not PushSubscription.objects.exists()
    subscription.contact.refresh_from_db()
    assert subscription.contact.erased_at == NOW
    assert owe(report, Kind.CLOSED) == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_push_service_is_asked_again(service: Receiver, report: Report, status: int) -> None:
    follow(report, Subscriber(), f"{service.url}/push/1")
    (owed,) = owe(report)
    service.answers(status)
    with pytest.raises(TryAgainLater, match=f"answered {status}"):
        _send(owed)
    service.answers(201)
    assert _send(owed) == State.SENT


def test_a_refusal_is_kept_without_the_browsers_address(service: Receiver, report: Report) -> None:
    follow(report, Subscriber(), f"{service.url}/push/1")
    (owed,) = owe(report)
    service.answers(400)
    assert _send(owed) == State.FAILED
    owed.refresh_from_db()
    assert owed.problem == "The push service answered 400."


def test_an_address_that_leads_inside_since_is_not_called(
    service: Receiver, report: Report, settings: Settings
) -> None:
    follow(report, Subscriber(), f"{service.url}/push/1")
    (owed,) = owe(report)
    settings.CITYCALL_ALLOWED_NETWORKS = []
    assert _send(owed) == State.FAILED
    assert service.came == []


def test_a_message_is_owed_to_each_browser_and_by_mail_once(service: Receiver, db: None) -> None:
    request = make_request()
    report = make_report(request, email="ana@example.org")
    for n in range(2):
        follow(report, Subscriber(), f"{service.url}/push/{n}")
    event = make_event(request, Kind.COMPLETED)
    recipients = [Recipient(contact=report.contact, report_id=report.pk)]
    told = {"event": event, "template": Template.COMPLETED, "recipients": recipients}
    assert [notify(**told), notify(**told)] == [3, 0]  # type: ignore[arg-type]


def test_a_browser_that_follows_two_reports_of_a_problem_hears_once(
    service: Receiver, report: Report
) -> None:
    second = make_report(report.service_request, number=264839201763)
    browser = Subscriber()
    for one in (report, second):
        follow(one, browser, f"{service.url}/push/1")
    event = make_event(report.service_request, Kind.COMPLETED)
    recipients = [Recipient(contact=None, report_id=one.pk) for one in (report, second)]
    assert notify(event=event, template=Template.COMPLETED, recipients=recipients) == 1


def test_a_message_that_is_too_long_is_not_made(report: Report) -> None:
    browser = Subscriber()
    made = PushSubscription(public_key=browser.public_key, secret=browser.secret)
    assert len(web_push.encrypted(b"x" * web_push.MOST_BYTES, made)) == 4096
    with pytest.raises(ValueError, match="at most"):
        web_push.encrypted(b"x" * (web_push.MOST_BYTES + 1), made)
