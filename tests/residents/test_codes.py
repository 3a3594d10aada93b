"""Six digits in a message: they prove an address once, for ten minutes, and are not guessed."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.core import clock
from citycall.residents import codes, jobs
from citycall.residents.codes import BadCode, CodeOver
from citycall.residents.models import SignInCode

pytestmark = pytest.mark.django_db
AT = clock.now()
SAM = "sam@example.org"


@pytest.fixture(autouse=True)
def _then(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long ago this file was read, a code was asked for just now."""
    monkeypatch.setattr(clock, "now", lambda: AT)


def asked() -> int:
    return codes.ask(SAM, language="en", at=AT)


def digits_in_mail(code_id: int) -> str:
    jobs.send_sign_in_code(code_id)
    found = re.search(r"^\d{6}$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    return found.group()


def another(digits: str) -> str:
    return f"{(int(digits) + 1) % 1_000_000:06}"


def test_the_digits_prove_the_address() -> None:
    code = asked()
    assert codes.check(code, digits_in_mail(code), at=AT) == SAM


def test_they_serve_once() -> None:
    code = asked()
    digits = digits_in_mail(code)
    codes.check(code, digits, at=AT)
    with pytest.raises(CodeOver):
        codes.check(code, digits, at=AT)


def test_they_serve_for_ten_minutes() -> None:
    code = asked()
    digits = digits_in_mail(code)
    with pytest.raises(CodeOver):
        codes.check(code, digits, at=AT + timedelta(minutes=10, seconds=1))
    assert codes.check(code, digits, at=AT + timedelta(minutes=10))


def test_after_five_wrong_tries_the_right_digits_are_refused() -> None:
    code = asked()
    digits = digits_in_mail(code)
    for _each in range(4):
        with pytest.raises(BadCode):
            codes.check(code, another(digits), at=AT)
    with pytest.raises(CodeOver):
        codes.check(code, another(digits), at=AT)
    with pytest.raises(CodeOver):
        codes.check(code, digits, at=AT)


def test_digits_of_another_code_are_wrong() -> None:
    first, second = asked(), asked()
    digits_in_mail(first)
    digits = digits_in_mail(second)
    with pytest.raises(BadCode):
        codes.check(first, digits if digits != digits_in_mail(first) else another(digits), at=AT)


def test_before_the_message_is_written_no_digits_are_right() -> None:
    code = asked()
    with pytest.raises(BadCode):
        codes.check(code, "", at=AT)


def test_spaces_and_other_scripts_are_understood() -> None:
    code = asked()
    digits = digits_in_mail(code)
    arabic = digits.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert codes.check(code, f" {arabic[:3]}-{arabic[3:]} ", at=AT) == SAM


@settings(deadline=None)
@given(typed=st.text(max_size=60))
def test_whatever_is_typed_is_answered(typed: str) -> None:
    with pytest.raises((BadCode, CodeOver)):
        codes.check(0, typed, at=AT)


def test_an_address_gets_three_codes_an_hour_and_ten_a_day() -> None:
    assert [bool(asked()) for _each in range(4)] == [True, True, True, False]
    later = [
        bool(codes.ask(SAM, language="en", at=AT + timedelta(hours=2 * n, seconds=n)))
        for n in range(1, 9)
    ]
    assert later == [True] * 7 + [False]


def test_the_digits_rest_nowhere_but_in_the_message() -> None:
    code = asked()
    digits = digits_in_mail(code)
    job = ProcrastinateJob.objects.get(task_name=codes.SEND_TASK)
    assert job.args == {"code_id": code}
    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text FROM residents_signincode r")
        assert digits not in re.sub(r"\d{4}-\d\d-\d\d \S+", "", cursor.fetchone()[0])


def test_the_message_says_how_long_and_whom_not_to_tell() -> None:
    digits_in_mail(asked())
    (message,) = mail.outbox
    assert message.to == [SAM]
    assert "10 minutes" in message.body
    assert "do not tell it to anybody" in message.body
    assert not re.search(r"\d{6}", str(message.subject))


def test_nothing_is_sent_for_a_code_that_is_over() -> None:
    code = codes.ask(SAM, language="en", at=AT - timedelta(minutes=11))
    jobs.send_sign_in_code(code)
    assert mail.outbox == []


def test_old_codes_are_forgotten_with_their_addresses() -> None:
    asked()
    assert codes.forget_old(at=AT + timedelta(hours=23)) == 0
    assert codes.forget_old(at=AT + timedelta(hours=25)) == 1
    assert not SignInCode.objects.exists()
