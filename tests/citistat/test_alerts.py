"""Rules on measures: judged once a period, told once, over when it is over."""

from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from django.core import mail as outgoing
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.accounts.models import Membership, User
from citycall.accounts.queries import actor_of
from citycall.analytics import jobs as analytics_jobs
from citycall.analytics.measures.judged import judged as really
from citycall.analytics.refresh import refresh
from citycall.analytics.store import store
from citycall.analytics.watch import jobs as watch_jobs
from citycall.analytics.watch import retention
from citycall.analytics.watch.actions import WATCH_TASK, judge, rule, save
from citycall.analytics.watch.drafts import Wanted
from citycall.analytics.watch.models import Alert, Rule, SavedQuestion, Sharing
from citycall.citistat import jobs
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, Faults, NotAllowed
from citycall.core.models import Event
from tests.citistat.conftest import NOW
from tests.city import City

WEEK = timedelta(weeks=1)
LATER = NOW + timedelta(hours=1)
# The last whole week before NOW, which is on a Monday.
LAST_WEEK = date(2026, 2, 23)


def person(name: str) -> Actor:
    user = User.objects.get(username=name)
    user.email = f"{name}@example.org"
    user.save()
    return actor_of(user)


def question(name: str = "analyst", **changes: Any) -> SavedQuestion:
    told: dict[str, Any] = {"title": "Received", "measure": "received", "last": 4}
    return save.save(Wanted(**{**told, **changes}), by=person(name), at=NOW)


def watch(
    row: SavedQuestion, bound: str = "above", number: float | None = 1, name: str = "analyst"
) -> Rule:
    return rule.watch(row.pk, bound, number, facts=store().facts(), by=person(name), at=NOW)


def judged(at: Any = LATER) -> int:
    return judge.judge_all(store().facts(), at=at)


def weeks_later(monkeypatch: pytest.MonkeyPatch, weeks: int) -> Any:
    at = LATER + weeks * WEEK
    monkeypatch.setattr(clock, "now", lambda: at)
    refresh(at=at, whole=True)
    return at


def owed() -> list[int]:
    rows = ProcrastinateJob.objects.filter(task_name=judge.TELL_TASK).order_by("id")
    return [args["alert_id"] for args in rows.values_list("args", flat=True)]


@pytest.fixture
def busy(city: City, report: Any, gathered: Any) -> None:
    """Two requests in the last whole week, and three in the running one."""
    for days in (3, 4, 0, 0, 0):
        report(days_ago=days)
    gathered()


def test_an_alert_is_told_once_and_ends_when_it_is_over(
    busy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(question())
    assert (judged(), judged()) == (1, 0)
    alert = Alert.objects.get()
    assert (alert.began_with, alert.value, alert.ended_with) == (LAST_WEEK, 2, None)
    assert owed() == [alert.pk]
    # The running week, of three, becomes a whole one: still so, and nobody is told again.
    judged(weeks_later(monkeypatch, 1))
    assert owed() == [alert.pk]
    judged(weeks_later(monkeypatch, 2))
    alert.refresh_from_db()
    assert alert.ended_with == LAST_WEEK + 2 * WEEK
    kinds = Event.objects.filter(subject_kind="measure_rule").order_by("id")
    assert list(kinds.values_list("kind", flat=True)) == [
        "measure_rule_set", "measure_alert_began", "measure_alert_ended",
    ]  # fmt: skip


def test_after_it_ended_it_can_begin_anew(
    busy: None, report: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(question())
    judged()
    judged(weeks_later(monkeypatch, 2))
    for _n in range(2):
        report(days_ago=-16)
    judged(weeks_later(monkeypatch, 3))
    assert len(owed()) == 2
    assert Alert.objects.filter(ended_at__isnull=True).count() == 1


def test_the_running_week_is_not_judged(busy: None) -> None:
    watch(question(), number=2)
    assert judged() == 1
    assert not Alert.objects.exists()


def test_a_measure_that_ripens_is_judged_when_nothing_more_comes_in(
    busy: None,
) -> None:
    row = question(measure="verified")
    watch(row, "below", 0.5)
    assert Rule.objects.get().judged_for == LAST_WEEK - 2 * WEEK - timedelta(days=1)


def test_what_stands_at_the_end_of_a_week_is_judged_of_whole_weeks(busy: None) -> None:
    watch(question(measure="open"), "above", 2)
    judged()
    # Five are open now, two were when the last whole week ended.
    assert not Alert.objects.exists()


def test_what_only_stands_as_of_now_is_judged_once_a_day(
    city: City, report: Any, gathered: Any
) -> None:
    report(days_ago=20)
    gathered()
    watch(question(measure="overdue", last=8), "above", 0)
    assert (judged(), judged()) == (1, 0)
    alert = Alert.objects.get()
    assert (alert.began_with, alert.value) == (date(2026, 3, 2), 1)


def test_outside_its_usual_limits(city: City, report: Any, gathered: Any) -> None:
    for week in range(1, 16):
        report(days_ago=7 * week + 3)
    for _n in range(9):
        report(days_ago=3)
    gathered()
    watch(question(last=1), "outside", None)
    judged()
    alert = Alert.objects.get()
    assert alert.value == 9
    assert alert.high is not None
    assert alert.high < 9


def test_without_enough_weeks_before_nothing_is_called_unusual(busy: None) -> None:
    watch(question(), "outside", None)
    assert judged() == 1
    assert not Alert.objects.exists()


def test_nothing_counted_at_all_is_a_number_too(city: City, report: Any, gathered: Any) -> None:
    report()
    gathered()
    row = question(where={"service": [city.services["water-leak"].pk]})
    watch(row, "below", 1)
    judged()
    assert Alert.objects.get().value == 0


def test_rules_that_ask_alike_are_answered_by_one_question(
    busy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def counted(question: Any, facts: Any) -> Any:
        asked.append(question)
        return really(question, facts)

    monkeypatch.setattr(judge, "judged", counted)
    row = question(sharing="city")
    for number in range(10):
        watch(row, "above", number)
    watch(question(title="Another, of other days", last=9), "above", 1)
    assert judged() == 11
    assert len(asked) == 1


def test_a_rule_is_judged_of_what_its_maker_may_see(busy: None, city: City) -> None:
    row = question(sharing="city")
    watch(row, name="manager")
    Membership.objects.filter(user__username="manager").update(agency=city.water)
    watch(row)
    judged()
    assert [alert.rule.user.username for alert in Alert.objects.all()] == ["analyst"]


def test_a_question_that_is_shared_no_more_is_not_judged_for_others(busy: None, sit: Any) -> None:
    row = question(sharing="city")
    rule_ = watch(row, name="manager")
    words = "Received</a>: above 1"
    assert words in sit("manager").get("/citistat/ask").content.decode()
    SavedQuestion.objects.filter(pk=row.pk).update(sharing=Sharing.OWN)
    assert judged() == 0
    told = sit("manager").get("/citistat/ask").content.decode()
    assert "not shared with you any more: above 1" in told
    assert "Received</a>" not in told
    assert f'name="end" value="{rule_.pk}"' in told
    ended = sit("manager").post(f"/citistat/ask/{row.pk}/watch", {"end": str(rule_.pk)})
    assert (ended.status_code, ended["Location"]) == (302, "/citistat/ask")
    assert not Rule.objects.exists()


def test_one_question_that_cannot_be_answered_holds_up_no_other(
    busy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(question(measure="days"), "above", 100)
    watch(question(title="Another"))

    def broken(asked: Any, facts: Any) -> Any:
        if asked.measure == "days":
            raise duckdb.OutOfMemoryException("too large")
        return really(asked, facts)

    monkeypatch.setattr(judge, "judged", broken)
    watch_jobs.watch_facts(timestamp=0)
    assert [alert.rule.question.title for alert in Alert.objects.all()] == ["Another"]


def test_whoever_lost_the_role_is_not_told(busy: None) -> None:
    row = question(sharing="city")
    watch(row, name="manager")
    Membership.objects.filter(user__username="manager").delete()
    assert judged() == 0


def test_the_message_says_what_and_since_when(busy: None) -> None:
    watch(question())
    judged()
    for _again in range(2):
        jobs.mail_alert(alert_id=Alert.objects.get().pk)
    (letter,) = outgoing.outbox
    assert letter.subject == "Received: 2 is above 1"
    assert "Feb. 23, 2026" in str(letter.body)
    assert "/citistat/ask/" in str(letter.body)


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}])
def test_no_alert_goes_to_an_account_that_is_gone(busy: None, change: Any) -> None:
    watch(question())
    judged()
    User.objects.filter(username="analyst").update(**change)
    jobs.mail_alert(alert_id=Alert.objects.get().pk)
    assert outgoing.outbox == []


def test_what_ended_before_it_was_mailed_is_not_mailed(
    busy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(question())
    judged()
    judged(weeks_later(monkeypatch, 2))
    jobs.mail_alert(alert_id=Alert.objects.get().pk)
    assert outgoing.outbox == []


def test_the_job_after_a_refresh_judges_and_owes(busy: None) -> None:
    watch(question())
    watch_jobs.watch_facts(timestamp=0)
    assert Alert.objects.count() == 1


def test_each_refresh_is_followed_by_judging_once(
    busy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analytics_jobs, "refresh", lambda **_told: None)
    for _again in range(2):
        analytics_jobs.refresh_facts(timestamp=0)
    assert ProcrastinateJob.objects.filter(task_name=WATCH_TASK).count() == 1


def test_a_dispatcher_may_look_and_not_have_it_watched(busy: None, sit: Any) -> None:
    row = question(sharing="city")
    page = sit("dispatcher").get(f"/citistat/ask/{row.pk}")
    assert not page.context["may_watch"]
    with pytest.raises(NotAllowed):
        watch(row, name="dispatcher")


def test_a_question_that_is_watched_keeps_its_number(busy: None) -> None:
    row = question()
    watch(row)
    with pytest.raises(Conflict, match="Rules watch this number"):
        save.change(
            row.pk, Wanted(title="Received", measure="open", last=4), by=person("analyst"), at=NOW
        )
    other = Wanted(title="Renamed", measure="received", by="service", last=9)
    assert save.change(row.pk, other, by=person("analyst"), at=NOW).title == "Renamed"


@pytest.mark.parametrize(
    ("changes", "bound", "number"),
    [
        ({}, "above", None),
        ({}, "above", float("inf")),
        ({}, "sideways", 1.0),
        ({"measure": "overdue"}, "outside", None),
        ({"last": None, "since": date(2026, 1, 1), "until": date(2026, 2, 1)}, "above", 1.0),
    ],
)
def test_a_rule_that_could_never_speak_is_refused(
    busy: None, changes: Any, bound: str, number: float | None
) -> None:
    with pytest.raises(Faults):
        watch(question(**changes), bound, number)


def test_the_page_sets_lists_and_ends_rules(busy: None, sit: Any) -> None:
    row = question()
    analyst = sit("analyst")
    address = f"/citistat/ask/{row.pk}/watch"
    assert analyst.post(address, {"bound": "above", "number": "1"}).status_code == 302
    again = analyst.post(address, {"bound": "above", "number": "1"})
    assert (again.status_code, "You have this rule already." in again.content.decode()) == (
        422,
        True,
    )
    assert analyst.post(address, {"bound": "above", "number": "lots"}).status_code == 422
    judged()
    page = analyst.get(f"/citistat/ask/{row.pk}").content.decode()
    assert "above 1" in page
    assert "Still so" in page
    assert "Still so" in analyst.get("/citistat/ask").content.decode()
    end = {"end": str(Rule.objects.get().pk)}
    assert sit("supervisor").post(address, end).status_code == 404
    assert analyst.post(address, end).status_code == 302
    assert not Rule.objects.exists()


def test_a_share_is_told_in_percent(busy: None, sit: Any) -> None:
    row = question(measure="on-time")
    sit("analyst").post(f"/citistat/ask/{row.pk}/watch", {"bound": "below", "number": "80"})
    assert Rule.objects.get().number == pytest.approx(0.8)
    assert "below 80.0%" in sit("analyst").get(f"/citistat/ask/{row.pk}").content.decode()


def test_what_ended_years_ago_is_forgotten(busy: None, monkeypatch: pytest.MonkeyPatch) -> None:
    watch(question())
    judged()
    judged(weeks_later(monkeypatch, 2))
    assert retention.forget_old(at=NOW + 1_000 * timedelta(days=1)) == 0
    assert retention.forget_old(at=NOW + 1_200 * timedelta(days=1)) == 1


@pytest.mark.parametrize("where", ["none", "agency"])
def test_after_a_move_to_another_agency_old_alerts_are_not_read_and_end(
    busy: None, city: City, sit: Any, where: str
) -> None:
    asked = {"agency": [city.streets.pk]} if where == "agency" else {}
    row = question(sharing="city", where=asked)
    watch(row, name="manager")
    judged()
    address = f"/citistat/ask/{row.pk}"
    assert len(sit("manager").get(address).context["alerts"]) == 1
    Membership.objects.filter(user__username="manager").update(agency=city.water)
    assert sit("manager").get(address).context["alerts"] == []
    assert sit("manager").get("/citistat/ask").context["alerts"] == []
    jobs.mail_alert(alert_id=Alert.objects.get().pk)
    assert outgoing.outbox == []
    judged(LATER + timedelta(hours=1))
    assert Alert.objects.get().ended_at == LATER + timedelta(hours=1)
    event = Event.objects.get(kind="measure_alert_ended")
    assert "value" not in event.data
    assert event.data["allowed"] is False


def test_what_is_not_shared_any_more_is_over(busy: None) -> None:
    row = question(sharing="city")
    watch(row, name="manager")
    judged()
    SavedQuestion.objects.filter(pk=row.pk).update(sharing="own")
    judged(LATER + timedelta(hours=1))
    assert Alert.objects.get().ended_at is not None
