"""The form of a catalog file: what is refused plainly, and what is read as it was written."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from citycall.agencies.calendars import CalendarSpec
from citycall.catalog.specs import OutcomeSpec, ServiceSpec
from citycall.exchange.catalog_file import CatalogFileError, FileFault, nodes
from citycall.exchange.catalog_file.reading import read
from citycall.exchange.catalog_file.writing import write
from citycall.routing.specs import RuleSpec


def refused(text: str | bytes) -> FileFault:
    """The first fault of a file."""
    try:
        found = read(text, file_name="city.yaml").faults
    except CatalogFileError as error:
        found = list(error.faults)
    return found[0]


BOMB = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}, *{old}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (BOMB, (1, 4), "Anchors"),
        ("format: 1\noutcomes: *gone\n", (2, 11), "Anchors"),
        ("format: !!python/object/apply:os.system [ls]\n", (1, 9), "Tags"),
        ("format: 1\nformat: 1\n", (2, 1), "twice; it first stands in line 1"),
        ("format: 1\nteams:\n\tx: y\n", (3, 1), "never with tabs"),
        ("[" * 100_000, (1, 21), "nested too deeply"),
        ("x: " * 30 + "1", (1, 5), "not well-formed"),
        ("{" * 50 + "}" * 50, (1, 2), "plain text"),
        ("- a\n- b\n", (1, 1), "named sections"),
        ("", (1, 1), "named sections"),
        ("just words", (1, 1), "named sections"),
        ("format: 1\n---\nformat: 1\n", (2, 1), "one document"),
        ("? [a, b]\n: c\n", (1, 3), "plain text"),
        ("format: 'x\n", (2, 1), "not well-formed"),
        ("format: [1\nteams: 2\n", (2, 6), "not well-formed"),
        ("format: 1\nteams: a\x00b\n", (2, 9), "character"),
        ("format: \ud800\n", (1, 9), "character"),
        (b"format: 1\nteams: caf\xe9\n", (2, 11), "UTF-8"),
        ("a: 1\n" * 700_000, (1, 1), "too large"),
        ("services:\n  Streets: all\n", (2, 12), "named fields"),
        ("services: all\n", (1, 11), "named fields"),
        ("teams:\n  x:\n", (2, 3), "named fields"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_a_file_in_another_form_is_refused_plainly(
    text: str | bytes, place: tuple[int, int], words: str
) -> None:
    fault = refused(text)
    assert words in fault.sentence
    assert place == (fault.line, fault.column)


def test_a_file_of_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "MOST_VALUES", 50)
    assert "too many values" in refused("[" + "1, " * 50 + "]").sentence


LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
MARKS = st.sampled_from(list("\n\t:#-?&*!|>'\"%@`{}[], ~0123456789yn\u00a0"))
NAMES = st.text(LETTERS | MARKS, min_size=1, max_size=60).filter(str.strip)


def lines_of(marks: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts that are longer than a line."""
    return st.lists(st.text(marks, min_size=1, max_size=9), min_size=30, max_size=40).map(" ".join)


PLAIN_MARKS = st.sampled_from("abcdeä:,;.-")
QUOTED_MARKS = st.sampled_from("abcdeä:'\"\\")
TEXTS = NAMES | lines_of(MARKS) | lines_of(PLAIN_MARKS) | lines_of(QUOTED_MARKS)
CODES = st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,3})?", fullmatch=True)
HARD_CODES = CODES | st.sampled_from(
    ["null", "true", "yes", "no", "1", "1e3", "0x1", "12-30", "on"]
)


@st.composite
def service_documents(draw: st.DrawFn) -> dict[str, Any]:
    choices = draw(st.lists(HARD_CODES, unique=True, min_size=1, max_size=3))
    first = {
        "code": draw(HARD_CODES),
        "text": draw(TEXTS),
        "help": draw(TEXTS),
        "datatype": "multivaluelist",
        "choices": [{"key": key, "name": draw(NAMES)} for key in choices],
        "stops": [{"when": choices[:1], "kind": "advice", "text": draw(TEXTS)}],
    }
    second = {
        "code": f"{first['code']}-more",
        "text": draw(TEXTS),
        "variable": draw(st.booleans()),
        "only_if": [{"question": first["code"], "any_of": choices[:2]}],
    }
    priority = {"priority": 2, "amount": 1, "unit": "hours", "reason": draw(TEXTS)}
    return {
        "code": draw(HARD_CODES),
        "name": draw(NAMES),
        "group": draw(NAMES),
        "description": draw(TEXTS),
        "keywords": draw(st.lists(NAMES, max_size=3)),
        "agency": draw(HARD_CODES),
        "team": draw(st.none() | HARD_CODES),
        "outcomes": draw(st.lists(HARD_CODES, min_size=1, max_size=3)),
        "target": {"amount": draw(st.integers(1, 99)), "unit": "days", "overrides": [priority]},
        "pause_reasons": [{"code": draw(HARD_CODES), "name": draw(NAMES)}],
        "questions": [first, second],
        "photo_on_completion": draw(st.booleans()),
        "verification_days": draw(st.integers(0, 30)),
    }


OUTCOMES = st.fixed_dictionaries(
    {"code": HARD_CODES, "name": NAMES, "explanation": TEXTS, "fixed": st.booleans()}
)
CALENDARS = st.fixed_dictionaries(
    {
        "code": HARD_CODES,
        "name": NAMES,
        "hours": st.just({7: ["00:00-24:00"], 1: ["08:00-12:00", "13:00-17:05"]}),
        "exceptions": st.dictionaries(st.dates().map(str), st.just(["09:00-10:00"]), max_size=2),
    }
)
RULE_DOCUMENTS = st.fixed_dictionaries(
    {
        "code": HARD_CODES,
        "team": HARD_CODES,
        "service": st.none() | HARD_CODES,
        "days": st.lists(st.integers(1, 7), unique=True).map(sorted),
        "note": st.text("aä:#'\"- ", max_size=20),
    }
)


def accepted(kind: Any, document: dict[str, Any]) -> Any:
    try:
        return kind.model_validate(document)
    except ValidationError:
        assume(False)


@settings(max_examples=60, deadline=None)
@given(CALENDARS, OUTCOMES, st.lists(service_documents(), min_size=1, max_size=2), RULE_DOCUMENTS)
def test_whatever_can_be_written_is_read_again(
    calendar: Any, outcome: Any, offered: list[Any], rule: Any
) -> None:
    written = {
        "calendars": [accepted(CalendarSpec, calendar)],
        "outcomes": [accepted(OutcomeSpec, outcome)],
        "services": [accepted(ServiceSpec, document) for document in offered],
        "routing": [accepted(RuleSpec, rule)],
    }
    assume(len({spec.code for spec in written["services"]}) == len(offered))
    found = read(write(written), file_name="any.yaml")
    assert found.faults == []
    specs = {entry.spec.code: entry.spec for entry in found.entries if entry.section == "services"}  # type: ignore[union-attr]
    assert specs == {spec.code: spec for spec in written["services"]}
    others = [entry.spec for entry in found.entries if entry.section != "services"]
    assert others == [*written["calendars"], *written["outcomes"], *written["routing"]]
