"""What is compared: words, answers, places, and how the others stand among each other."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citycall.duplicates import gathering, rules
from citycall.duplicates.features import NAMES, Case, compare
from citycall.duplicates.rarity import Rarity
from citycall.duplicates.score import shipped
from citycall.duplicates.texts import read

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
METRE = 1 / 111_195.0


def case(
    number: int = 0, words: str = "", *, north: float = 0.0, hours: float = 0.0, **more
) -> Case:
    told = {"service_id": 1, "place": "", "open": True, **more}
    return Case(
        id=number,
        longitude=-71.0,
        latitude=42.0 + north * METRE,
        at=AT - timedelta(hours=hours),
        words=words,
        **told,
    )


def column(name: str, new: Case, *others: Case, rarity: Rarity | None = None) -> list[float]:
    found = compare(new, others, rarity=rarity or Rarity.unknown()).table
    return [float(value) for value in found[:, NAMES.index(name)]]


def test_the_same_words_are_as_alike_as_can_be() -> None:
    told = "A mattress in the alley."
    assert column("terms", case(9, told), case(1, told), case(2, "")) == pytest.approx([1.0, 0.0])


def test_a_rare_word_says_more_than_a_common_one() -> None:
    rarity = Rarity.of([read("trash here")] * 50 + [read("sofa")])
    likes = column("terms", case(9, "trash sofa"), case(1, "sofa"), case(2, "trash"), rarity=rarity)
    assert likes[0] > likes[1] > 0


def test_answers_are_compared_by_their_questions() -> None:
    new = case(9, "", answers={"colour": "Green", "doors": "2"})
    old = case(1, "Seen for weeks", answers={"colour": "green", "doors": "4"})
    assert column("equal_facts", new, old) == pytest.approx([np.log(2)])
    assert column("other_facts", new, old) == pytest.approx([np.log(2)])


def test_answers_that_another_system_put_into_words_count_too() -> None:
    new = case(9, "Make: HONDA | Colour: green")
    assert column("equal_facts", new, case(1, "Make: Honda | Colour: red")) == pytest.approx(
        [np.log(2)]
    )


def test_signs_of_scripts_without_spaces_are_words() -> None:
    likes = column(
        "terms", case(9, "路上有一个大坑"), case(1, "这里路上有大坑"), case(2, "垃圾桶满了")
    )
    assert likes[0] > 0.3 > likes[1]


def test_what_is_like_an_older_one_is_told_apart_from_the_first() -> None:
    words = "Red car without plates by the church"
    likes = column(
        "like_an_older", case(9, words), case(1, words, hours=48), case(2, words, hours=24)
    )
    assert likes == pytest.approx([0.0, 1.0])


def test_nothing_around_is_no_candidate() -> None:
    table = compare(case(9), [], rarity=Rarity.unknown()).table
    assert shipped().probabilities(table).size == 0


# Many small parts are drawn for each case, which takes its time on a busy machine.
QUICKLY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = st.text(alphabet="abc äé路 |:\n1", max_size=60)
CASES = st.lists(
    st.builds(
        case,
        st.integers(1, 10_000),
        WORDS,
        north=st.floats(-300, 300),
        hours=st.floats(0, 9_000),
        service_id=st.integers(1, 3),
        open=st.booleans(),
        place=WORDS,
    ),
    max_size=6,
)


@QUICKLY
@given(words=WORDS, others=CASES)
def test_probabilities_are_shares_of_one(words: str, others: list[Case]) -> None:
    table = compare(case(0, words), others, rarity=Rarity.unknown()).table
    shares = shipped().probabilities(table)
    assert np.isfinite(table).all()
    assert (shares >= 0).all()
    assert shares.sum() <= 1 + 1e-9


@QUICKLY
@given(words=WORDS, others=CASES)
def test_the_order_of_candidates_changes_nothing(words: str, others: list[Case]) -> None:
    new = case(0, words)
    forth = shipped().probabilities(compare(new, others, rarity=Rarity.unknown()).table)
    back = shipped().probabilities(compare(new, others[::-1], rarity=Rarity.unknown()).table)
    assert forth == pytest.approx(back[::-1])


@QUICKLY
@given(others=CASES)
def test_a_crowded_place_is_cut_to_what_can_be_compared(others: list[Case]) -> None:
    chosen = gathering.nearest(case(0), others, most=5)
    assert len(chosen) == min(5, len(others))
    assert all(each in others for each in chosen)


@QUICKLY
@given(others=CASES)
def test_every_reason_is_a_sentence(others: list[Case]) -> None:
    new = case(0, "a b c")
    compared = compare(new, others, rarity=Rarity.unknown())
    for row, other in enumerate(others):
        reasons = rules.reasons(compared, row, new=new, other=other, rarity=Rarity.unknown())
        assert len(reasons) >= 2
        assert all(rules.sentence(reason) for reason in reasons)
