"""Many questions at once, and answers that are kept: the same as each question by itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from citycall.analytics.measures import kept
from citycall.analytics.measures.asking import Question, answer, answers, keep
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Period
from citycall.analytics.store import Facts, Store
from tests.analytics import invented

DAYS: Any = {"since": date(2025, 11, 3), "until": date(2026, 6, 1)}
ASKED = Question(measure="on-time", by=("service",), period=Period.MONTH, **DAYS)


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return invented.store(tmp_path_factory.mktemp("facts"))


@pytest.fixture
def own(settings: Any, tmp_path: Path) -> Facts:
    """Facts that no other test keeps answers with."""
    settings.ANALYTICS = tmp_path
    return invented.store(tmp_path, requests=300)


def rows(table: pa.Table) -> list[Any]:
    return sorted(table.to_pylist(), key=lambda row: [str(value) for value in row.values()])


def every(**asked: Any) -> list[Question]:
    return [Question(measure=name, **DAYS, **asked) for name in MEASURES]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"by": ("service",)},
        {"by": ("service", "agency"), "period": Period.MONTH},
        {"by": ("area_districts",), "period": Period.WEEK, "where": {"agency": [1], "team": [2]}},
        {"by": ("service_group",), "where": {"channel": ["web", None]}},
    ],
)
def test_asked_together_each_measure_is_what_it_is_alone(facts: Facts, asked: Any) -> None:
    questions = every(**asked)
    for question, table in zip(questions, answers(questions, facts), strict=True):
        assert rows(table) == rows(answer(question, facts)), question.measure


def test_questions_of_other_days_are_not_mixed_up(facts: Facts) -> None:
    other = replace(ASKED, since=date(2026, 2, 1))
    told = answers([ASKED, other, replace(ASKED, measure="days"), other], facts)
    assert [rows(table) for table in told] == [
        rows(answer(question, facts))
        for question in (ASKED, other, replace(ASKED, measure="days"), other)
    ]


def asks(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is asked of the facts from now on."""
    asked: list[Any] = []
    really = facts.ask

    def noted(what: Any) -> Any:
        asked.append(what)
        return really(what)

    monkeypatch.setattr(facts, "ask", noted)
    return asked


def test_a_dozen_measures_are_a_few_questions(
    facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asks(facts, monkeypatch)
    answers(every(by=("service",)), facts)
    assert len(asked) < len(MEASURES) - 5


def test_what_is_kept_is_not_asked_again(own: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    questions: Sequence[Question] = [ASKED, replace(ASKED, measure="days", where={"team": [1, 2]})]
    expected = [rows(table) for table in answers(questions, own)]
    keep(questions, own)
    asked = asks(own, monkeypatch)
    otherwise_put = replace(questions[1], where={"team": [2, 1]})
    assert [rows(table) for table in answers([ASKED, otherwise_put], own)] == expected
    assert asked == []
    answers([replace(ASKED, measure="open")], own)
    assert len(asked) == 1


def test_what_was_kept_with_other_facts_is_not_told(own: Facts, tmp_path: Path) -> None:
    keep([ASKED], own)
    kept_then = rows(answers([ASKED], own)[0])
    newer = invented.store(tmp_path, requests=300, seed=2)
    (told,) = answers([ASKED], newer)
    assert rows(told) == rows(answer(ASKED, newer)) != kept_then


def test_what_was_kept_by_other_definitions_is_not_told(
    own: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep([ASKED], own)
    assert kept.recall(ASKED, own) is not None
    monkeypatch.setattr(kept, "_definitions", lambda: "others")
    assert kept.recall(ASKED, own) is None


def test_too_large_an_answer_is_not_kept(own: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "LARGEST", 10)
    keep([ASKED], own)
    assert kept.recall(ASKED, own) is None


def test_kept_answers_go_with_their_facts(own: Facts, tmp_path: Path) -> None:
    keep([ASKED], own)
    folders = set(tmp_path.glob("*.answers"))
    assert len(folders) == 1
    for seed in (2, 3):
        invented.store(tmp_path, requests=300, seed=seed)
    assert not folders & set(tmp_path.iterdir())
    assert Store(tmp_path).version()
