"""How urgent, and why: what holds for any request."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from citycall.catalog.specs import Risk
from citycall.triage.rules import Facts, Why, judge

RISKS = list(Risk)
facts = st.builds(
    Facts,
    risk=st.sampled_from(RISKS),
    danger=st.sampled_from(["", "gas"]),
    people=st.integers(1, 10_000),
    gone=st.none() | st.floats(0, 50),
    place=st.just("Harbor School"),
    metres=st.floats(0, 10_000),
)


def test_a_usual_report_begins_with_three() -> None:
    assert judge(Facts()).priority == 3


def test_one_report_of_a_danger_stands_before_a_thousand_of_a_nuisance() -> None:
    calm = judge(Facts(risk=Risk.DANGEROUS))
    loud = judge(Facts(risk=Risk.USUAL, people=1_000, gone=9.0, place="School", metres=10))
    assert calm.score > loud.score
    assert calm.priority < loud.priority


@given(facts, st.integers(1, 10_000))
def test_more_people_never_make_it_less_urgent(known: Facts, more: int) -> None:
    before, after = judge(known), judge(replace(known, people=known.people + more))
    assert after.score >= before.score
    assert after.priority <= before.priority


@given(facts, st.floats(0, 50))
def test_waiting_never_makes_it_less_urgent(known: Facts, more: float) -> None:
    later = replace(known, gone=(known.gone or 0.0) + more)
    assert judge(later).priority <= judge(known).priority


@given(facts, st.integers(1, 10_000), st.floats(0, 50), st.floats(0, 10_000))
def test_no_number_of_people_outweighs_a_class_of_risk(
    known: Facts, people: int, gone: float, metres: float
) -> None:
    for lower, higher in pairwise(RISKS):
        calm = Facts(risk=higher, danger=known.danger)
        loud = Facts(risk=lower, danger=known.danger, people=people, gone=gone, metres=metres)
        assert judge(calm).score >= judge(loud).score


@given(facts)
def test_the_reasons_add_up_to_the_score(known: Facts) -> None:
    judged = judge(known)
    total = sum(reason.weight for reason in judged.reasons)
    assert judged.score == min(100.0, round(total, 1))
    assert {Why.RISK} <= {reason.why for reason in judged.reasons}


@given(facts)
def test_each_doubling_of_people_adds_no_more_than_the_one_before(known: Facts) -> None:
    def score(people: int) -> float:
        return judge(replace(known, danger="", risk=Risk.LOW, people=people)).score

    # In tenths, as weights are rounded to them.
    first, second, third = score(1), score(2), score(4)
    assert third - second <= second - first + 0.11


def test_the_call_centre_raises_it_by_steps() -> None:
    assert judge(Facts(raised=1)).priority == 2
    assert judge(Facts(raised=9)).priority == 1
