"""Learning from what people said."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citycall.assistant.examples import Example
from citycall.assistant.grams import pieces
from citycall.assistant.model import NO_SERVICE, BadModel, Model
from citycall.assistant.training import FEWEST_OF_SERVICE, FEWEST_REPORTS, TooFew, train
from tests.assistant.told import told


@pytest.fixture(scope="module")
def model() -> Model:
    return train(told(600))[0]


def first(model: Model, text: str) -> int:
    found = model.probabilities(text)
    assert found is not None
    return int(model.services[found.argmax()])


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("There is a huge POTHOLE at the corner", 1),
        ("someone painted grafiti on our wall", 2),
        ("our streetlights are dark", 3),
        ("leaking pipes, water everywhere", 4),
        ("they did not collect my trash", 5),
    ],
)
def test_new_words_of_a_kind_are_known(model: Model, text: str, service: int) -> None:
    assert first(model, text) == service


def test_words_never_heard_say_nothing(model: Model) -> None:
    assert model.probabilities("zzyzx qwfpgj") is None


@given(st.text(max_size=400))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_probabilities_of_any_text_sum_to_at_most_one(model: Model, text: str) -> None:
    found = model.probabilities(text)
    if found is not None:
        assert (found >= 0).all()
        assert found.sum() <= 1 + 1e-9


@pytest.mark.parametrize(
    "text",
    ["🕳️🚗 pothole 💥", "pothole " * 1_250, "حفرة pothole", "\x00pothole\x00", "路上 pothole"],
)
def test_strange_texts_are_survived(model: Model, text: str) -> None:
    assert first(model, text) == 1


def test_the_same_history_gives_the_same_model(model: Model) -> None:
    assert train(told(600))[0].to_bytes() == model.to_bytes()


def test_a_model_is_the_same_after_it_was_kept(model: Model) -> None:
    again = Model.from_bytes(model.to_bytes())
    for text in ("a hole", "the lamp", "trash"):
        kept, made = again.probabilities(text), model.probabilities(text)
        assert kept is not None
        assert made is not None
        assert np.array_equal(kept, made)
    assert again.threshold == model.threshold


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_model_is_refused(content: bytes) -> None:
    with pytest.raises(BadModel):
        Model.from_bytes(content)


def test_parts_that_do_not_fit_are_refused(model: Model) -> None:
    broken = replace(model, weights=model.weights[:-1])
    with pytest.raises(BadModel, match="do not fit"):
        Model.from_bytes(broken.to_bytes())


def test_a_rare_service_is_not_suggested_but_lowers_certainty() -> None:
    rare = [
        replace(example, words="the swings are broken", service=6)
        for example in told(FEWEST_OF_SERVICE - 1)
    ]
    known = sorted([*told(600), *rare], key=lambda example: example.at)
    model = train(known)[0]
    assert 6 not in model.services
    found = model.probabilities("the swings are broken")
    assert found is not None
    assert model.services[found.argmax()] == NO_SERVICE


def test_what_stands_apart_is_not_suggested() -> None:
    model = train(told(600), apart=frozenset({5}))[0]
    assert 5 not in model.services
    assert first(model, "trash was not collected") == NO_SERVICE


@pytest.mark.parametrize(
    "history",
    [[], told(FEWEST_REPORTS - 1), told(600, services=[1])],
    ids=["none", "few", "one service"],
)
def test_too_little_is_not_learned_from(history: list[Example]) -> None:
    with pytest.raises(TooFew):
        train(history)


def test_words_said_in_private_only_are_not_in_the_model() -> None:
    private = [
        replace(e, words=f"{e.words} mistreatment by uncle Xavier", public=False)
        for e in told(200, services=[4])
    ]
    known = sorted([*told(600), *private], key=lambda example: example.at)
    model = train(known)[0]
    secret = np.concatenate([pieces(word)[0] for word in ("mistreatment", "uncle", "xavier")])
    assert not np.isin(secret, model.words.digests).any()
    assert not np.isin(pieces("xavi")[1], model.inner.digests).any()


def test_a_word_that_few_have_said_is_not_in_the_model() -> None:
    known = told(600)
    known[10] = replace(known[10], words="Quentin Abernathy says: a hole in the road")
    model = train(known)[0]
    name = pieces("Quentin Abernathy")[0]
    assert not np.isin(name, model.words.digests).any()


def test_lately_counts_for_more_than_long_ago() -> None:
    before = [replace(e, words="the new depot smells", service=4) for e in told(60)]
    lately = [
        replace(e, words="the new depot smells", service=5, at=told(1500)[-1].at) for e in told(60)
    ]
    model = train([*before, *told(1500), *lately])[0]
    assert first(model, "the new depot smells") == 5
