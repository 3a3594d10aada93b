"""Analysts ask the facts in SQL on the page, and take tables along."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client
from limits import RateLimitItemPerMinute

from citycall.analytics.analysts import asking, sandbox
from citycall.analytics.analysts.dictionary import TABLES
from citycall.citistat.views import analysts
from citycall.core.models import Event
from citycall.service_requests.actions.work import assign
from citycall.service_requests.models import ServiceRequest
from tests.city import NOW

PAGE = "/citistat/sql"
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "query-the-facts.md"
MOST_QUERIES = 20


@pytest.fixture(autouse=True)
def _nobody_asked() -> None:
    analysts.forget()


@pytest.fixture
def analyst(sit, report, gathered) -> Any:
    """An analyst of a city with three requests."""
    report()
    report()
    report("water-leak")
    gathered()
    return sit("analyst")


def content(response) -> bytes:
    return b"".join(response) if response.streaming else response.content


def test_a_question_is_answered_as_a_table(analyst) -> None:
    page = analyst.post(PAGE, {"sql": "SELECT count(*) AS n FROM requests"})
    assert page.status_code == 200
    assert page.context["answer"].columns == ["n"]
    assert page.context["rows"] == [["3"]]
    assert "there are more" not in page.content.decode()


def test_what_stands_in_the_field_at_first_is_answered(analyst) -> None:
    first = analyst.get(PAGE)
    assert first.context["sql"] == analysts.USUAL
    page = analyst.post(PAGE, {"sql": analysts.USUAL})
    assert page.context["rows"] == [["Pothole", "2", "2"], ["Water leak", "1", "1"]]


def test_every_table_and_column_stands_beside_the_question(analyst) -> None:
    page = analyst.get(PAGE).content.decode()
    for table in TABLES.values():
        assert f"/citistat/tables/{table.name}.parquet" in page
        for column in table.columns_for([]):
            assert f"<code>{column.name}</code>" in page, (table.name, column.name)


def test_only_the_first_rows_are_shown_and_it_is_said(analyst, monkeypatch) -> None:
    monkeypatch.setattr(asking, "SHOWN_ROWS", 2)
    page = analyst.post(PAGE, {"sql": "SELECT id FROM requests"})
    assert len(page.context["rows"]) == 2
    assert "The first 2 rows; there are more." in page.content.decode()


def test_all_rows_are_a_file(analyst, monkeypatch) -> None:
    monkeypatch.setattr(asking, "SHOWN_ROWS", 2)
    asked = {"sql": "SELECT id, received_on, is_open FROM requests ORDER BY id"}
    told = analyst.post(PAGE, asked | {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(content(told).decode())))
    assert [(row["received_on"], row["is_open"]) for row in rows] == [("2026-02-22", "true")] * 3
    assert 'filename="answer.csv"' in told["Content-Disposition"]
    told = analyst.post(PAGE, asked | {"format": "parquet"})
    table = pq.read_table(io.BytesIO(content(told)))
    assert table.column_names == ["id", "received_on", "is_open"]
    assert [row["is_open"] for row in table.to_pylist()] == [True] * 3


def test_a_file_with_more_rows_than_may_be_is_refused_and_not_cut(analyst, monkeypatch) -> None:
    monkeypatch.setattr(asking, "MOST_ROWS", 2)
    page = analyst.post(PAGE, {"sql": "SELECT id FROM requests", "format": "csv"})
    assert page.status_code == 422
    assert "more than 2 rows" in page.content.decode()


def test_a_spreadsheet_computes_nothing_of_a_file(analyst) -> None:
    sql = """SELECT '=1+1' AS "=2+2", '@x' AS b, -3 AS c, '-3+x' AS d, NULL AS e"""
    told = content(analyst.post(PAGE, {"sql": sql, "format": "csv"})).decode()
    assert list(csv.reader(io.StringIO(told))) == [
        ["'=2+2", "b", "c", "d", "e"],
        ["'=1+1", "'@x", "-3", "'-3+x", ""],
    ]


def test_columns_of_one_name_are_told_apart_in_parquet(analyst) -> None:
    told = analyst.post(PAGE, {"sql": "SELECT 1 AS a, 2 AS a", "format": "parquet"})
    assert pq.read_table(io.BytesIO(content(told))).to_pylist() == [{"a": 1, "a_1": 2}]


def test_what_parquet_cannot_hold_is_said(analyst) -> None:
    asked = {"sql": "SELECT INTERVAL 1 MONTH AS a", "format": "parquet"}
    page = analyst.post(PAGE, asked)
    assert page.status_code == 422
    assert "CAST to VARCHAR" in page.content.decode()


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT * FROM '/etc/passwd'", "no table"),
        ("COPY requests TO '/tmp/x'", "Only SELECT"),
        ("SELECT 1; SELECT 2", "one statement"),
        ("", "Please write a SELECT"),
        ("SELECT '" + "x" * 10_000 + "'", "under 10000 characters"),
    ],
)
def test_what_is_not_answered_is_said_and_kept(analyst, sql: str, said: str) -> None:
    page = analyst.post(PAGE, {"sql": sql})
    assert page.status_code == 422
    assert said in page.content.decode()
    assert 'role="alert"' in page.content.decode()
    assert page.context["sql"] == sql


def test_markup_in_an_answer_stays_words(analyst) -> None:
    page = analyst.post(PAGE, {"sql": "SELECT '<script>alert(1)</script>' AS \"<b>\""})
    assert "<script>alert(1)" not in page.content.decode()
    assert "<b>" not in page.content.decode()


def test_where_others_are_asking_the_words_are_kept(analyst, settings) -> None:
    settings.CITYCALL_SQL_AT_ONCE = 1
    with sandbox._slot():
        page = analyst.post(PAGE, {"sql": "SELECT 1"})
    assert page.status_code == 503
    assert page.context["sql"] == "SELECT 1"


def test_whoever_asks_too_often_waits(analyst, monkeypatch) -> None:
    monkeypatch.setattr(analysts, "LIMIT", RateLimitItemPerMinute(1))
    assert analyst.post(PAGE, {"sql": "SELECT 1"}).status_code == 200
    page = analyst.post(PAGE, {"sql": "SELECT 2"})
    assert page.status_code == 429
    assert page.context["sql"] == "SELECT 2"


def test_a_question_is_a_link_that_is_not_asked_by_opening_it(analyst) -> None:
    page = analyst.get(PAGE, {"sql": "SELECT 4711"})
    assert page.context["sql"] == "SELECT 4711"
    assert "answer" not in page.context
    assert not Event.objects.filter(kind="facts_asked").exists()


def test_a_table_is_taken_along_as_parquet(analyst) -> None:
    told = analyst.get("/citistat/tables/requests.parquet")
    assert told["Content-Type"] == "application/vnd.apache.parquet"
    table = pq.read_table(io.BytesIO(content(told)))
    assert table.num_rows == 3
    assert "place" not in table.column_names
    assert analyst.get("/citistat/tables/people.parquet").status_code == 404


@pytest.mark.parametrize("who", ["manager", "dispatcher", "call-taker"])
def test_those_who_do_not_see_everything_have_no_such_page(sit, report, gathered, who) -> None:
    report()
    gathered()
    someone = sit(who)
    assert someone.get(PAGE).status_code == 403
    assert someone.post(PAGE, {"sql": "SELECT 1"}).status_code == 403
    assert someone.get("/citistat/tables/requests.parquet").status_code == 403


def test_the_tab_is_there_for_those_who_may(sit, report, gathered) -> None:
    report()
    gathered()
    address = f'href="{PAGE}"'
    assert address in sit("analyst").get("/citistat/measures").content.decode()
    assert address not in sit("manager").get("/citistat/measures").content.decode()


def test_strangers_are_asked_to_sign_in(gathered) -> None:
    assert Client().get(PAGE).status_code == 302
    assert Client().post(PAGE, {"sql": "SELECT 1"}).status_code == 302


def test_before_the_first_refresh_it_is_said(sit, city) -> None:
    assert sit("analyst").get(PAGE).status_code == 503


def test_the_queries_of_the_page_do_not_grow(analyst, django_assert_max_num_queries) -> None:
    for n in range(3):
        analyst.post(PAGE, {"sql": f"SELECT {n}"})
    with django_assert_max_num_queries(MOST_QUERIES):
        page = analyst.post(PAGE, {"sql": "SELECT count(*) FROM requests"})
    assert [each.sql for each in page.context["lately"]][-1] == "SELECT 0"


def test_the_examples_of_the_documentation_are_answered(analyst, city, gathered) -> None:
    request = ServiceRequest.objects.earliest("id")
    assign(request.pk, assignee_id=None, by=city.dispatcher, at=NOW)
    gathered()
    examples = re.findall(r"```sql\n(.*?)```", HOW_TO.read_text(), re.DOTALL)
    assert len(examples) > 3
    for sql in examples:
        page = analyst.post(PAGE, {"sql": sql})
        assert page.status_code == 200, (sql, page.context.get("fault"))
        assert page.context["rows"], sql
