"""The catalog as one file: written, taken in, and refused with precise faults."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from citycall.agencies.calendars import CalendarSpec
from citycall.agencies.queries import teams
from citycall.catalog import actions as catalog_actions
from citycall.catalog.queries import outcomes, services
from citycall.catalog.specs import OutcomeSpec, ServiceSpec
from citycall.core.actors import Actor, ActorKind, resident
from citycall.core.errors import NotAllowed
from citycall.core.models import Revision
from citycall.exchange.catalog_file import (
    CatalogFileError,
    CatalogReport,
    export_catalog,
    import_catalog,
    nodes,
)
from citycall.exchange.catalog_file.reading import read
from citycall.exchange.catalog_file.writing import write
from citycall.routing.queries import rules
from citycall.routing.specs import RuleSpec

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ADA = Actor(
    kind=ActorKind.STAFF, id=1, name="Ada", memberships=frozenset({("administrator", None)})
)
CITY = """\
format: 1

calendars:
  office:
    name: Office hours
    hours:
      monday: [08:00-12:00, 12:30-16:30]
      friday: 08:00-12:00
    holidays: {country: US, subdivision: MD}
    exceptions:
      2026-12-24: []

agencies:
  transportation:
    name: Transportation
    calendar: office

teams:
  potholes:
    name: Pothole crew
    agency: transportation

outcomes:
  repaired:
    name: Repaired
    fixed: true

services:
  Streets:
    pothole:
      name: Pothole
      description: |
        A hole in the street.
        Not a sinkhole.
      keywords: [hole, road damage]
      agency: transportation
      team: potholes
      target:
        amount: 2
        unit: days
        overrides:
          - priority: 1
            amount: 4
            unit: hours
            reason: A hole that stops traffic.
      pause_reasons:
        weather: Waiting for dry weather
      outcomes: [repaired]
      questions:
        water:
          text: Is water coming out of it?
          datatype: singlevaluelist
          required: true
          choices:
            yes: Yes
            no: No
          stops:
            - when: [yes]
              kind: emergency
              text: Keep away and call 911.
        depth:
          text: How deep is it?
          datatype: number
          only_if: [{question: water, equals: no}]

routing:
  fallback:
    team: potholes
  nights:
    service: pothole
    days: [1, 2]
    from_time: 22:00
    to_time: 06:00
    team: potholes
    note: The night crew.
"""

# The city after all services were given up: one team that sorts what comes in.
SORTING = f"""\
{CITY.partition("teams:")[0]}
teams:
  sorting:
    name: Sorting desk
    agency: transportation

routing:
  fallback:
    team: sorting
"""


def take_in(text: str | bytes, **options: bool) -> CatalogReport:
    return import_catalog(text, file_name="city.yaml", by=ADA, at=NOW, **options)


def told(text: str | bytes) -> list[str]:
    with pytest.raises(CatalogFileError) as caught:
        take_in(text)
    return [str(fault) for fault in caught.value.faults]


def places(text: str | bytes) -> list[tuple[int, int, str]]:
    with pytest.raises(CatalogFileError) as caught:
        take_in(text)
    return [(fault.line, fault.column, fault.path) for fault in caught.value.faults]


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


@pytest.fixture
def city(db: None) -> CatalogReport:
    return take_in(CITY)


def test_everything_in_the_file_is_taken_in(city: CatalogReport) -> None:
    assert [f"{entry.section} {entry.code}" for entry in city.added] == [
        "calendars office",
        "agencies transportation",
        "teams potholes",
        "outcomes repaired",
        "services pothole",
        "routing fallback",
        "routing nights",
    ]
    [pothole] = services()
    assert (pothole.group, pothole.questions[1].only_if[0].equals) == ("Streets", "no")


def test_taking_the_same_file_in_again_changes_nothing(city: CatalogReport) -> None:
    revisions = Revision.objects.count()
    assert take_in(CITY).changed_nothing
    assert Revision.objects.count() == revisions


def test_what_was_exported_changes_nothing(city: CatalogReport) -> None:
    assert take_in(export_catalog()).changed_nothing


def test_export_is_the_same_after_its_import(city: CatalogReport) -> None:
    first = export_catalog()
    take_in(first.replace("Pothole crew", "Crew"))
    take_in(first)
    assert export_catalog() == first


def test_an_export_rebuilds_the_city(city: CatalogReport) -> None:
    text, before = export_catalog(), (services(), teams(), rules())
    for rows in ("RoutingRule", "Service", "Outcome", "Team", "Agency", "WorkingCalendar"):
        _model(rows).objects.all().delete()
    take_in(text)
    assert (services(), teams(), rules()) == before


def _model(name: str) -> Any:
    from django.apps import apps

    return next(model for model in apps.get_models() if model.__name__ == name)


def test_an_export_reads_as_a_person_would_write_it(city: CatalogReport) -> None:
    written = CITY.replace("Streets:\n", "Streets:\n\n")
    written = written.replace("potholes\n  nights", "potholes\n\n  nights")
    for section in ("calendars", "agencies", "teams", "outcomes", "services", "routing"):
        written = written.replace(f"{section}:\n", f"{section}:\n\n")
    for own, dumped in (
        ("friday: 08:00-12:00", "friday: [08:00-12:00]"),
        ("holidays: {country: US, ", "holidays:\n      country: US\n      "),
        ("MD}", "MD"),
        ("description: |", "description: |-"),
        ("2026-12-24", "'2026-12-24'"),
    ):
        written = written.replace(own, dumped)
    assert [*written.split("\n\n")][1:] == [*export_catalog().split("\n\n")][1:]


def test_a_change_is_reported_and_recorded(city: CatalogReport) -> None:
    report = take_in(CITY.replace("Pothole crew", "Crew"))
    assert [entry.code for entry in report.changed] == ["potholes"]
    assert Revision.objects.latest("id").subject_code == "potholes"


def test_what_is_not_in_the_file_is_told_and_left(city: CatalogReport) -> None:
    report = take_in(CITY.partition("services:")[0])
    assert [entry.code for entry in report.missing] == ["pothole", "fallback", "nights"]
    assert report.changed_nothing
    assert not services()[0].retired


def test_what_is_not_in_the_file_is_retired_on_request(city: CatalogReport) -> None:
    report = take_in(SORTING, retire_missing=True)
    assert report.retired == report.missing
    assert [services()[0].retired, outcomes()[0].retired] == [True, True]
    assert [team.code for team in teams() if team.retired] == ["potholes"]
    assert [rule.code for rule in rules()] == ["fallback"]


def test_the_last_fallback_is_not_removed(city: CatalogReport) -> None:
    with pytest.raises(CatalogFileError, match="only rule without conditions"):
        take_in(CITY.partition("routing:")[0], retire_missing=True)


def test_what_is_retired_already_is_not_missing(city: CatalogReport) -> None:
    take_in(SORTING, retire_missing=True)
    assert take_in(SORTING).missing == ()


def test_a_retired_service_is_exported_as_such(city: CatalogReport) -> None:
    catalog_actions.retire_service(code="pothole", by=ADA, at=NOW)
    assert "retired: true" in export_catalog()
    assert take_in(export_catalog()).changed_nothing


def test_what_takes_all_else_can_change_places(city: CatalogReport) -> None:
    marked = CITY.replace(
        "      name: Pothole\n", "      name: Pothole\n      something_else: true\n"
    )
    take_in(marked)
    other = """\
    other:
      name: Other
      something_else: true
      agency: transportation
      outcomes: [repaired]
"""
    take_in(CITY.replace("  Streets:\n", f"  Streets:\n{other}"))
    assert [spec.code for spec in services() if spec.something_else] == ["other"]


def test_a_fault_is_told_with_line_column_and_field(db: None) -> None:
    text = CITY.replace("amount: 2", "amount: two")
    line = line_of(text, "amount: two")
    assert told(text) == [
        f"city.yaml:{line}:17: services.Streets.pothole.target.amount: This must be a whole number."
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "path"),
    [
        ("unit: days", "unit: weeks", "services.Streets.pothole.target.unit"),
        ("kind: emergency", "kind: panic", "services.Streets.pothole.questions.water.stops.1.kind"),
        ("when: [yes]", "when: [maybe]", "services.Streets.pothole.questions.water.stops.1.when.1"),
        ("equals: no", "equals: 7", "services.Streets.pothole.questions.depth.only_if.1"),
        ("    yes: Yes", "    yes: ''", "services.Streets.pothole.questions.water.choices.yes"),
        ("fixed: true", "fixd: true", "outcomes.repaired.fixd"),
        ("fixed: true", "code: mended", "outcomes.repaired.code"),
        ("required: true", "code: wet", "services.Streets.pothole.questions.water.code"),
        ("name: Pothole crew", "email: nobody", "teams.potholes.email"),
        ("[08:00-12:00, 12:30-16:30]", "[08:00-7]", "calendars.office.hours.monday.1"),
        ("2026-12-24: []", "Christmas: []", "calendars.office.exceptions.Christmas"),
        ("subdivision: MD", "subdivision: XX", "calendars.office.holidays.subdivision"),
        ("calendar: office", "calendar: nights", "agencies.transportation.calendar"),
        ("outcomes: [repaired]", "outcomes: [gone]", "services.Streets.pothole.outcomes.1"),
        ("team: potholes\n  nights", "team: nobody\n  nights", "routing.fallback.team"),
        ("service: pothole", "service: hole", "routing.nights.service"),
        ("    days: [1, 2]\n", "    area: sectors/9\n", "routing.nights.area"),
        ("outcomes:\n", "outcome:\n", "outcome"),
        ("format: 1", "format: 2", "format"),
    ],
)
def test_a_fault_is_told_at_its_field(db: None, right: str, wrong: str, path: str) -> None:
    text = CITY.replace(right, wrong, 1)
    assert (line_of(text, wrong.strip().split("\n")[0]), path) in [
        (line, found) for line, _column, found in places(text)
    ]


def test_something_missing_is_told_at_its_entry(db: None) -> None:
    text = CITY.replace("    name: Transportation\n", "")
    assert places(text) == [(line_of(text, "transportation:"), 3, "agencies.transportation.name")]


def test_all_faults_are_told_at_once(db: None) -> None:
    text = CITY.replace("amount: 2", "amount: two").replace("kind: emergency", "kind: panic")
    text = text.replace("calendar: office", "calendar: nights").replace(
        "    team: potholes", "    team: x"
    )
    assert [path for _line, _column, path in places(text)] == [
        "agencies.transportation.calendar",
        "services.Streets.pothole.target.amount",
        "services.Streets.pothole.questions.water.stops.1.kind",
        "routing.fallback.team",
        "routing.nights.team",
    ]


def test_a_faulty_entry_is_not_told_again_where_it_is_named(db: None) -> None:
    text = CITY.replace("  repaired:\n    name: Repaired", "  repaired:\n    name: ''")
    assert [path for _line, _column, path in places(text)] == ["outcomes.repaired.name"]


def test_a_fault_changes_nothing(city: CatalogReport) -> None:
    before = export_catalog()
    assert told(CITY.replace("Pothole crew", "Crew").replace("amount: 2", "amount: two"))
    assert export_catalog() == before


def test_a_service_stands_in_one_group(db: None) -> None:
    text = CITY.replace("routing:", "  Roads:\n    pothole:\n      name: P\n\nrouting:")
    assert "services.Roads.pothole: “pothole” is here twice." in "\n".join(told(text))


def test_what_cannot_be_retired_is_told(city: CatalogReport) -> None:
    text = CITY.replace(
        "teams:\n  potholes:\n    name: Pothole crew\n    agency: transportation\n", ""
    )
    with pytest.raises(CatalogFileError, match="cannot be retired"):
        take_in(text, retire_missing=True)


def test_only_administrators_take_a_file_in(db: None) -> None:
    with pytest.raises(NotAllowed):
        import_catalog(CITY, file_name="city.yaml", by=resident(), at=NOW)


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
    db: None, text: str | bytes, place: tuple[int, int], words: str
) -> None:
    with pytest.raises(CatalogFileError) as caught:
        take_in(text)
    fault = caught.value.faults[0]
    assert words in fault.sentence
    assert place == (fault.line, fault.column)


def test_a_file_of_too_many_values_is_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "MOST_VALUES", 50)
    assert "too many values" in told("[" + "1, " * 50 + "]")[0]


def test_a_mark_of_byte_order_is_no_fault(db: None) -> None:
    assert take_in(CITY.encode("utf-8-sig")).added


def test_sections_may_be_empty(db: None) -> None:
    assert take_in("format: 1\nteams:\nservices: {}\n").changed_nothing


LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
MARKS = st.sampled_from(list("\n\t:#-?&*!|>'\"%@`{}[], ~0123456789yn\u00a0"))
NAMES = st.text(LETTERS | MARKS, min_size=1, max_size=60).filter(str.strip)
# Of several lines, or longer than one.
TEXTS = NAMES | st.lists(
    st.text(MARKS | st.sampled_from("abc"), min_size=1, max_size=9), min_size=30, max_size=40
).map(" ".join)
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
