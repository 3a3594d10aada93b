"""The pages on which completions are decided upon and checked."""

from datetime import timedelta

import pytest

from citycall.closures.actions import count, draw, judge, note
from citycall.closures.models import Check, ClosureFlag, Plan
from citycall.core import clock
from citycall.service_requests.actions import close
from citycall.service_requests.models import Status
from tests.city import NOW
from tests.workbench.conftest import row
from tests.workbench.test_queries import queries_of

pytestmark = pytest.mark.django_db

DONE = NOW - timedelta(days=1)
MOST_FOR_CLOSURES = 9
MOST_FOR_VERIFY = 14
MOST_FOR_RATES = 12


@pytest.fixture
def finished(report, city):
    """A pothole that was completed yesterday without a visit; judged, and its day counted."""

    def make(by=city.crew) -> str:
        number: str = report(at=NOW - timedelta(days=2))
        pk = row(number).pk
        close.complete(pk, outcome_code="fixed", explanation="Done.", by=by, at=DONE)
        note.note_completions([pk], at=DONE)
        judge.judge_due(at=NOW)
        # Nothing is known of what is usual here, so this looks false for the test's sake only.
        closure = row(number).closures.get()
        ClosureFlag.objects.update_or_create(
            closure=closure,
            defaults={
                "service_request": row(number),
                "completed_at": DONE,
                "agency_id": closure.agency_id,
                "service_id": closure.service_id,
                "score": 0.5,
                "reasons": [{"code": "no_visit", "facts": {"share": 97}, "weight": 4.0}],
                "state": "open",
                "flagged_at": NOW,
            },
        )
        count.recount(since=NOW - timedelta(days=3), at=NOW)
        return number

    return make


@pytest.fixture
def to_check(finished, city):
    """Drawn this morning."""

    def make(by=city.crew) -> tuple[str, Check]:
        number = finished(by)
        Plan.objects.create(a_week=700, flagged_share=0.4, changed_at=NOW)
        draw.draw(DONE.date(), zone=clock.city_zone(), at=NOW)
        return number, Check.objects.get()

    return make


def test_the_reasons_stand_in_plain_words(sit, finished) -> None:
    number = finished()
    page = sit("manager").get("/agency/closures").content.decode()
    assert number in page
    assert "No visit is on record" in page
    assert "closed by crew" in page


def test_one_post_keeps_it(sit, finished) -> None:
    finished()
    flag = ClosureFlag.objects.get()
    sit("manager").client.post(f"/agency/closures/{flag.pk}/right")
    flag.refresh_from_db()
    assert flag.state == "right"
    assert "Nothing looks false" in sit("manager").get("/agency/closures").content.decode()


def test_open_again_with_its_reason(sit, finished) -> None:
    number = finished()
    flag = ClosureFlag.objects.get()
    desk = sit("manager")
    answer = desk.client.post(f"/agency/closures/{flag.pk}/reopen", {"words": " "}, follow=True)
    assert row(number).status == Status.COMPLETED
    assert "Please say what is still wrong." in answer.content.decode()
    desk.client.post(f"/agency/closures/{flag.pk}/reopen", {"words": "We look again."})
    assert row(number).status == Status.ASSIGNED


def test_whoever_closed_it_sees_that_somebody_else_decides(sit, finished, city) -> None:
    finished(by=city.dispatcher)
    flag = ClosureFlag.objects.get()
    desk = sit("dispatcher")
    assert "somebody else has to look" in desk.get("/agency/closures").content.decode()
    answer = desk.client.post(f"/agency/closures/{flag.pk}/right", follow=True)
    assert "somebody else has to look" in answer.content.decode()
    flag.refresh_from_db()
    assert flag.state == "open"


@pytest.mark.parametrize("path", ["/agency/closures", "/agency/closures/rates", "/agency/verify"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("manager", 200), ("supervisor", 200), ("administrator", 200), ("crew", 403),
     ("call-taker", 403)],
)  # fmt: skip
def test_who_may_see_them(sit, path: str, who: str, status: int) -> None:
    assert sit(who).get(path).status_code == status


def test_another_agency_sees_none_of_it(sit, finished) -> None:
    number = finished()
    flag = ClosureFlag.objects.get()
    desk = sit("outsider")
    assert number not in desk.get("/agency/closures").content.decode()
    assert desk.client.post(f"/agency/closures/{flag.pk}/right").status_code == 403


def test_not_done_opens_it_again(sit, to_check) -> None:
    number, check = to_check()
    desk = sit("manager")
    assert number in desk.get("/agency/verify").content.decode()
    told = {"result": "not_done", "how": "visit", "words": "The hole is there."}
    desk.client.post(f"/agency/verify/{check.pk}", told)
    assert row(number).status == Status.ASSIGNED
    assert "Checked: it is not done." in desk.page(number)


def test_a_fault_keeps_what_was_typed(sit, to_check) -> None:
    _number, check = to_check()
    told = {"result": "", "how": "visit", "words": "I was there."}
    answer = sit("manager").client.post(f"/agency/verify/{check.pk}", told)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "I was there.</textarea>" in page
    assert "Please say what was found, and how." in page


def test_the_plan_is_changed_by_those_who_may(sit, city) -> None:
    form = {"a_week": "80", "flagged_percent": "50"}
    assert sit("manager").client.post("/agency/verify/plan", form).status_code == 403
    sit("supervisor").client.post("/agency/verify/plan", form)
    assert draw.plan().a_week == 80
    wrong = sit("supervisor").client.post("/agency/verify/plan", {**form, "a_week": "-1"})
    assert wrong.status_code == 422


def test_the_trend_counts_completed_beside_what_became_of_it(sit, finished) -> None:
    finished()
    page = sit("manager").get("/agency/closures/rates").content.decode()
    assert "Pothole" in page
    assert "Paving" in page
    assert "0.0% to 97.5%" in page


def test_the_request_page_says_who_closed_it(sit, finished) -> None:
    assert "closed by crew" in sit("manager").page(finished())


@pytest.mark.usefixtures("_quiet_snapshots")
@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/agency/closures", MOST_FOR_CLOSURES),
        ("/agency/verify", MOST_FOR_VERIFY),
        ("/agency/closures/rates", MOST_FOR_RATES),
    ],
)
def test_many_cost_as_many_queries_as_one(
    sit, to_check, finished, path: str, most: int, django_assert_max_num_queries
) -> None:
    to_check()
    desk = sit("manager")
    desk.get(path)
    one = queries_of(desk, path)
    for _each in range(4):
        finished()
    closure = row(finished()).closures.get()
    Check.objects.create(closure=closure, agency_id=closure.agency_id, asked_at=NOW)
    with django_assert_max_num_queries(most):
        desk.get(path)
    assert queries_of(desk, path) == one
