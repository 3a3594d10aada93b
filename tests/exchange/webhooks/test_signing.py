"""A receiver can tell what CityCall sent just now from everything else."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from citycall.exchange.webhooks.signing import header, verify

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
BODY = b'{"id":"7"}'


def test_the_signature_is_the_documented_one() -> None:
    assert header(secrets=["whsec_a"], body=b"{}", at=NOW) == (
        "t=1772463600,v1=b94f337cd8313dbcbf84b6a7a34707001f449affc77008378ed6c9e01a5d936d"
    )


@given(st.binary(max_size=200), st.text(min_size=1), st.floats(-299, 299))
def test_what_was_signed_verifies(body: bytes, secret: str, late: float) -> None:
    made = header(secrets=[secret], body=body, at=NOW)
    then = NOW + timedelta(seconds=late)
    assert verify(secrets=[secret], header=made, body=body, now=then)


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_another_body_does_not(body: bytes, other: bytes) -> None:
    made = header(secrets=["whsec_a"], body=body, at=NOW)
    assert verify(secrets=["whsec_a"], header=made, body=other, now=NOW) == (body == other)


def test_another_secret_does_not() -> None:
    made = header(secrets=["whsec_a"], body=BODY, at=NOW)
    assert not verify(secrets=["whsec_b"], header=made, body=BODY, now=NOW)


def test_either_of_two_secrets_does_on_either_side() -> None:
    made = header(secrets=["whsec_new", "whsec_old"], body=BODY, at=NOW)
    for known in (["whsec_new"], ["whsec_old"], ["whsec_else", "whsec_old"]):
        assert verify(secrets=known, header=made, body=BODY, now=NOW)


def test_a_delivery_that_is_replayed_later_does_not() -> None:
    made = header(secrets=["whsec_a"], body=BODY, at=NOW)
    for late in (timedelta(seconds=301), timedelta(seconds=-301)):
        assert not verify(secrets=["whsec_a"], header=made, body=BODY, now=NOW + late)


def test_a_changed_time_does_not() -> None:
    made = header(secrets=["whsec_a"], body=BODY, at=NOW - timedelta(hours=1))
    forged = f"t={int(NOW.timestamp())},{made.partition(',')[2]}"
    assert not verify(secrets=["whsec_a"], header=forged, body=BODY, now=NOW)


@given(st.text(max_size=80))
def test_nonsense_does_not_and_raises_nothing(nonsense: str) -> None:
    assert not verify(secrets=["whsec_a"], header=nonsense, body=BODY, now=NOW)
    assert not verify(secrets=["whsec_a"], header=f"t=1,v1={nonsense}", body=BODY, now=NOW)


def test_two_times_do_not() -> None:
    made = header(secrets=["whsec_a"], body=BODY, at=NOW)
    assert not verify(secrets=["whsec_a"], header=f"t=1,{made}", body=BODY, now=NOW)
