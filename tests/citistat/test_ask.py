"""What do you want to know? Asked, kept, found by those who may, and answered anew each day."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citycall.analytics.refresh import refresh
from citycall.analytics.watch.models import SavedQuestion
from citycall.core import clock
from citycall.core.models import Event
from tests.citistat.conftest import NOW
from tests.city import City

MOST_QUERIES = 20
ROLLING = {"measure": "received", "period": "week", "stretch": "last", "last": "4", "unit": "week"}


def keep(client: Client, *, title: str = "Mine", sharing: str = "own", **fields: Any) -> Any:
    told = {**ROLLING, "title": title, "sharing": sharing, **fields}
    return client.post("/citistat/ask/keep", told)


@pytest.fixture
def kept(sit: Callable[[str], Client], report: Any, gathered: Any) -> Callable[..., SavedQuestion]:
    """A question that somebody keeps."""
    report()
    gathered()

    def by(name: str = "analyst", **fields: Any) -> SavedQuestion:
        answer = keep(sit(name), **fields)
        assert answer.status_code == 302, answer.content.decode()
        return SavedQuestion.objects.latest("id")

    return by


def test_the_first_screen_asks_what_one_wants_to_know(sit, report, gathered) -> None:
    report()
    gathered()
    page = sit("analyst").get("/citistat/ask")
    assert page.status_code == 200
    assert "What do you want to know?" in page.content.decode()
    assert "shown" not in page.context


def test_before_the_first_refresh_the_page_says_so(sit) -> None:
    page = sit("analyst").get("/citistat/ask")
    assert page.status_code == 200
    assert "Nothing is on record yet" in page.content.decode()


def test_the_last_whole_weeks_are_answered_in_place(sit, report, gathered) -> None:
    for days in (3, 8, 40):
        report(days_ago=days)
    report(days_ago=0)
    gathered()
    page = sit("analyst").get("/citistat/ask", ROLLING)
    # The second of March is a Monday: today's is of the running week, and 40 days are too long ago.
    assert page.context["shown"].total == "2"
    running = sit("analyst").get("/citistat/ask", ROLLING | {"running": "1"})
    assert running.context["shown"].total == "3"


def test_several_values_of_one_dimension_are_counted_together(
    sit, report, gathered, city: City
) -> None:
    for service in ("pothole", "water-leak", "something-else"):
        report(service)
    gathered()
    services = [city.services[name].pk for name in ("pothole", "water-leak")]
    page = sit("analyst").get("/citistat/ask", ROLLING | {"service": services})
    assert page.context["shown"].total == "2"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("last", "many", "Please give a number from 1 to 800."),
        ("last", "0", "Please give a number from 1 to 800."),
        ("measure", "happiness", "Please choose what you want to know."),
        ("unit", "fortnight", "Please choose how long the periods are."),
        ("by", "mood", "This is nothing that numbers can be told by."),
        ("service", "999999", "One of these is not known here."),
    ],
)
def test_what_cannot_be_asked_is_said_and_stays_typed(
    sit, report, gathered, field: str, value: str, sentence: str
) -> None:
    report()
    gathered()
    page = sit("analyst").get("/citistat/ask", ROLLING | {field: value})
    assert page.status_code == 422
    assert sentence in page.content.decode()
    if field == "last":
        assert f'value="{value}"' in page.content.decode()


def test_too_many_short_periods_are_refused_at_the_number(sit, report, gathered) -> None:
    report()
    gathered()
    far = {"period": "day", "last": "9", "unit": "year"}
    page = sit("analyst").get("/citistat/ask", ROLLING | far)
    assert page.status_code == 422
    assert set(page.context["built"].faults) == {"last"}


def test_a_kept_question_tells_the_answer_of_the_day(
    sit, report, kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = kept(last="1")
    page = sit("analyst").get(f"/citistat/ask/{row.pk}")
    assert page.context["shown"].total == "0"
    later = NOW + timedelta(days=7, hours=1)
    report(days_ago=-1)
    monkeypatch.setattr(clock, "now", lambda: later)
    refresh(at=later, whole=True)
    assert sit("analyst").get(f"/citistat/ask/{row.pk}").context["shown"].total == "1"


def test_a_question_is_kept_as_it_was_asked(sit, kept, city: City) -> None:
    services = [city.services["pothole"].pk, "none"]
    row = kept(by="service", running="1", service=services, channel="web")
    assert row.where == {"service": [services[0], None], "channel": ["web"]}
    again = sit("analyst").get(f"/citistat/ask/{row.pk}/change")
    assert again.context["built"].asked.where == row.where
    assert again.context["built"].running
    assert Event.objects.filter(kind="question_saved", subject_id=row.pk).count() == 1


def test_what_is_too_long_ago_is_refused_at_the_number(sit, report, gathered) -> None:
    report()
    gathered()
    page = sit("analyst").get("/citistat/ask", ROLLING | {"last": "300", "unit": "year"})
    assert page.status_code == 422
    assert "so long ago nothing was counted" in page.context["built"].faults["last"]


def test_fixed_days_stay(sit, kept) -> None:
    row = kept(stretch="days", since="2026-02-01", until="2026-03-01")
    assert (row.last, str(row.since), str(row.until)) == (None, "2026-02-01", "2026-03-01")
    assert sit("analyst").get(f"/citistat/ask/{row.pk}").context["shown"].total == "1"


@pytest.mark.parametrize("title", ["", "mine", "x" * 151])
def test_a_title_is_there_once_and_nothing_typed_is_lost(sit, kept, title: str) -> None:
    kept(title="Mine")
    page = keep(sit("analyst"), title=title, last="7")
    assert page.status_code == 422
    assert page.context["form"].errors["title"]
    content = page.content.decode()
    assert f'value="{title}"' in content or not title
    assert '<input type="hidden" name="last" value="7">' in content
    assert SavedQuestion.objects.count() == 1


def test_others_may_have_the_same_title(kept) -> None:
    kept(title="Mine")
    assert kept("manager", title="Mine").owner.username == "manager"


def test_only_whom_it_is_shared_with_finds_it(sit, kept, city: City) -> None:
    own = kept(title="Own")
    agency = kept(title="Of streets", sharing=f"agency-{city.streets.pk}")
    whole = kept(title="Of all", sharing="city")
    seen = {
        name: [sit(name).get(f"/citistat/ask/{row.pk}").status_code for row in (own, agency, whole)]
        for name in ("analyst", "manager", "outsider", "supervisor", "crew", "call-taker")
    }
    assert seen == {
        "analyst": [200, 200, 200],
        "manager": [404, 200, 200],
        "outsider": [404, 404, 200],
        "supervisor": [404, 200, 200],
        "crew": [403, 403, 403],
        "call-taker": [403, 403, 403],
    }
    listed = sit("outsider").get("/citistat/ask").context["shared"]
    assert [line.row.title for line in listed] == ["Of all"]


def test_somebody_of_one_agency_asks_of_that_agency_alone(
    sit, report, gathered, kept, city: City
) -> None:
    report("water-leak")
    gathered()
    row = kept(title="Of all", sharing="city")
    assert sit("analyst").get(f"/citistat/ask/{row.pk}").context["shown"].total == "2"
    assert sit("outsider").get(f"/citistat/ask/{row.pk}").context["shown"].total == "1"
    asked = ROLLING | {"agency": [city.streets.pk]}
    beyond = sit("outsider").get("/citistat/ask", asked)
    assert "shown" not in beyond.context
    assert "agencies whose numbers you may not see" in beyond.content.decode()


def test_a_shared_question_about_others_has_no_answer_for_an_outsider(
    sit, kept, city: City
) -> None:
    row = kept(title="Streets", sharing="city", agency=[city.streets.pk])
    page = sit("outsider").get(f"/citistat/ask/{row.pk}")
    assert "shown" not in page.context
    assert "agencies whose numbers you may not see" in page.content.decode()


@pytest.mark.parametrize(("name", "status"), [("manager", 422), ("outsider", 422)])
def test_nobody_shares_beyond_what_is_theirs(sit, report, gathered, name: str, status: int) -> None:
    report()
    gathered()
    assert keep(sit(name), sharing="city").status_code == status
    assert not SavedQuestion.objects.exists()


def test_a_manager_shares_with_the_agency(kept, sit, city: City) -> None:
    row = kept("manager", sharing=f"agency-{city.streets.pk}")
    assert row.agency == city.streets
    assert sit("dispatcher").get(f"/citistat/ask/{row.pk}").status_code == 200


def test_only_the_owner_changes_a_question(sit, kept) -> None:
    row = kept(sharing="city")
    told = {**ROLLING, "last": "9", "title": "Theirs", "sharing": "own"}
    for name, status in (("administrator", 403), ("manager", 403), ("analyst", 302)):
        page = sit(name).post(f"/citistat/ask/{row.pk}/changed", told)
        assert page.status_code == status, name
    row.refresh_from_db()
    assert (row.title, row.last, row.sharing) == ("Theirs", 9, "own")
    assert Event.objects.filter(kind="question_changed").count() == 1


@pytest.mark.parametrize(
    ("name", "status"), [("analyst", 302), ("administrator", 302), ("manager", 403)]
)
def test_who_may_delete_a_shared_question(sit, kept, name: str, status: int) -> None:
    row = kept(sharing="city")
    assert sit(name).post(f"/citistat/ask/{row.pk}/delete").status_code == status
    assert SavedQuestion.objects.filter(pk=row.pk).exists() == (status == 403)
    assert Event.objects.filter(kind="question_deleted").count() == (status == 302)


def test_a_condition_that_is_gone_is_said_and_not_left_out(sit, kept) -> None:
    row = kept()
    SavedQuestion.objects.filter(pk=row.pk).update(where={"service": [999_999]})
    page = sit("analyst").get(f"/citistat/ask/{row.pk}")
    assert "shown" not in page.context
    assert "not there any more" in page.content.decode()


def test_the_list_of_shared_questions_has_its_pages(
    sit, kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "citycall.analytics.watch.queries.shared.__kwdefaults__", {"before": "", "size": 2}
    )
    for n in range(5):
        kept(title=f"Of all {n}", sharing="city")
    manager = sit("manager")
    found: list[str] = []
    query = ""
    for _page in range(3):
        page = manager.get(f"/citistat/ask{query}")
        found += [line.row.title for line in page.context["shared"]]
        query = f"?before={page.context['older']}"
    assert found == [f"Of all {n}" for n in (4, 3, 2, 1, 0)]
    assert page.context["older"] == ""


def test_the_pages_ask_the_database_little(
    sit, kept, django_assert_max_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    rows = [kept(title=f"Of all {n}", sharing="city") for n in range(4)]
    for name in ("analyst", "manager"):
        client = sit(name)
        for address in ("/citistat/ask", f"/citistat/ask/{rows[0].pk}"):
            with django_assert_max_num_queries(MOST_QUERIES):
                assert client.get(address).status_code == 200


def fields_at(page: Any, field: str) -> str:
    """The element of a field, as it stands on the page."""
    found = re.search(rf'<(?:input|select)[^>]*\bid="ask-{field}"[^>]*>', page.content.decode())
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("last", "many", "Please give a number from 1 to 800."),
        ("unit", "fortnight", "Please choose how long the periods are."),
        ("by", "mood", "This is nothing that numbers can be told by."),
    ],
)
def test_a_fault_is_said_at_its_field(
    sit, report, gathered, field: str, value: str, sentence: str
) -> None:
    report()
    gathered()
    page = sit("analyst").get("/citistat/ask", ROLLING | {field: value})
    content = page.content.decode()
    assert 'aria-invalid="true"' in fields_at(page, field)
    assert f'aria-describedby="ask-{field}-error"' in fields_at(page, field)
    at_field = content.split(f'id="ask-{field}-error"')[1].split("</div>")[0]
    assert sentence in at_field
    assert f'<a href="#ask-{field}">' in content
    assert content.count('aria-invalid="true"') == 1


def test_a_fault_of_a_condition_is_said_in_its_list(sit, report, gathered) -> None:
    report()
    gathered()
    page = sit("analyst").get("/citistat/ask", ROLLING | {"service": "999999"})
    content = page.content.decode()
    assert '<a href="#ask-service">Service – One of these is not known here.</a>' in content
    assert '<summary id="ask-service">' in content
    assert 'aria-describedby="ask-service-error"' in content


def test_a_fault_on_a_measures_page_is_said_at_its_field(sit, report, gathered) -> None:
    report()
    gathered()
    page = sit("analyst").get("/citistat/measures/received", {"since": "soon"})
    assert page.status_code == 422
    assert 'aria-describedby="ask-since-error"' in fields_at(page, "since")
    assert 'value="soon"' in fields_at(page, "since")
    assert '<a href="#ask-since">' in page.content.decode()


def keep_address(page: Any) -> str:
    """Where the measure's page leads to keep its question."""
    found = re.search(r'href="(/citistat/ask\?[^"]+)"', page.content.decode())
    assert found is not None
    return unescape(found[1])


@pytest.mark.parametrize("query", ["", "?period=month", "?by=service&since=&until="])
def test_the_usual_days_of_a_measure_are_kept_as_days_that_roll(
    sit, report, gathered, query: str
) -> None:
    report()
    gathered()
    page = sit("analyst").get(f"/citistat/measures/received{query}")
    asked = page.context["asked"]
    built = sit("analyst").get(keep_address(page)).context["built"]
    assert built.stretch == "last"
    assert (built.asked.since, built.asked.until) == (asked.since, asked.until)
    assert (built.asked.by, built.asked.period) == (asked.by, asked.period)


def test_days_that_the_form_sent_along_unchanged_still_roll(sit, report, gathered) -> None:
    report()
    gathered()
    client = sit("analyst")
    usual = client.get("/citistat/measures/received").context["asked"]
    days = {"since": usual.since.isoformat(), "until": usual.until.isoformat()}
    page = client.get("/citistat/measures/received", {**days, "period": "month"})
    built = client.get(keep_address(page)).context["built"]
    assert (built.stretch, built.unit.value, built.asked.period.value) == ("last", "week", "month")


def test_days_that_somebody_chose_are_kept_as_they_are(sit, report, gathered) -> None:
    report()
    gathered()
    days = {"since": "2026-02-01", "until": "2026-02-20"}
    page = sit("analyst").get("/citistat/measures/received", days)
    built = sit("analyst").get(keep_address(page)).context["built"]
    assert (built.stretch, str(built.asked.since)) == ("days", "2026-02-01")


def test_a_question_of_fixed_days_says_why_it_is_not_watched(sit, kept) -> None:
    fixed = kept(title="Fixed", stretch="days", since="2026-02-01", until="2026-03-01")
    rolling = kept(title="Rolling")
    client = sit("analyst")
    sentence = "This question has fixed days, so nothing new will come. Let it roll"
    assert sentence in client.get(f"/citistat/ask/{fixed.pk}").content.decode()
    assert sentence not in client.get(f"/citistat/ask/{rolling.pk}").content.decode()


def test_a_list_has_the_separators_of_its_language(sit, kept) -> None:
    row = kept()
    page = sit("analyst").get(f"/citistat/ask/{row.pk}", HTTP_ACCEPT_LANGUAGE="ar")
    line = page.context["line"]
    assert f"{line.measure}، {line.days}" in page.content.decode()
