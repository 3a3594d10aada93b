"""Who fails again and again is left alone, then tried once; answers are remembered a while."""

from citycall.places.outside.circuit import LONGEST_REST_SECONDS, Circuit
from citycall.places.outside.memory import Memory


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def opened(clock: Clock) -> Circuit:
    circuit = Circuit(failures=2, rest=30, clock=clock)
    circuit.failed()
    circuit.failed()
    return circuit


def test_a_single_failure_changes_nothing() -> None:
    circuit = Circuit(failures=2, clock=Clock())
    circuit.failed()
    circuit.succeeded()
    circuit.failed()
    assert circuit.allows()


def test_failures_in_a_row_close_the_door() -> None:
    assert not opened(Clock()).allows()


def test_after_the_rest_one_question_is_let_through() -> None:
    clock = Clock()
    circuit = opened(clock)
    clock.seconds += 30
    assert circuit.allows()
    assert not circuit.allows()


def test_a_good_trial_opens_the_door() -> None:
    clock = Clock()
    circuit = opened(clock)
    clock.seconds += 30
    assert circuit.allows()
    circuit.succeeded()
    assert circuit.allows()
    circuit.failed()
    assert circuit.allows()


def test_a_bad_trial_means_another_rest() -> None:
    clock = Clock()
    circuit = opened(clock)
    clock.seconds += 30
    assert circuit.allows()
    circuit.failed()
    clock.seconds += 29
    assert not circuit.allows()
    clock.seconds += 1
    assert circuit.allows()


def test_a_trial_whose_outcome_is_never_told_does_not_close_the_door_for_good() -> None:
    clock = Clock()
    circuit = opened(clock)
    clock.seconds += 30
    assert circuit.allows()
    clock.seconds += 30
    assert circuit.allows()


def test_a_trial_that_was_not_made_is_free_for_the_next() -> None:
    clock = Clock()
    circuit = opened(clock)
    clock.seconds += 30
    assert circuit.allows()
    circuit.undecided()
    assert circuit.allows()


def test_a_rest_that_is_asked_for_is_kept_but_not_for_ever() -> None:
    clock = Clock()
    circuit = Circuit(clock=clock)
    circuit.failed(rest=float("inf"))
    clock.seconds += LONGEST_REST_SECONDS - 1
    assert not circuit.allows()
    clock.seconds += 1
    assert circuit.allows()


def test_an_old_answer_is_forgotten() -> None:
    clock = Clock()
    memory: Memory[str] = Memory(seconds=10, clock=clock)
    memory.keep("harbor", "green")
    clock.seconds += 9
    assert memory.recall("harbor") == "green"
    clock.seconds += 1
    assert memory.recall("harbor") is None


def test_the_answer_that_was_not_asked_for_longest_makes_room() -> None:
    memory: Memory[int] = Memory(most=2)
    memory.keep("a", 1)
    memory.keep("b", 2)
    memory.recall("a")
    memory.keep("c", 3)
    assert [memory.recall(question) for question in "abc"] == [1, None, 3]
