"""The catalog as one file: written, taken in, and refused with precise faults."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely

from citycall import demo
from citycall.agencies.queries import teams
from citycall.catalog import actions as catalog_actions
from citycall.catalog.queries import catalog, outcomes, services
from citycall.core.actors import Actor, ActorKind, resident
from citycall.core.errors import NotAllowed
from citycall.core.models import Revision
from citycall.exchange.catalog_file import (
    CatalogFileError,
    CatalogReport,
    export_catalog,
    import_catalog,
)
from citycall.places.models import Area, AreaLayer
from citycall.routing.queries import faults as faults_of_routing
from citycall.routing.queries import rules

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


def test_a_mark_of_byte_order_is_no_fault(db: None) -> None:
    assert take_in(CITY.encode("utf-8-sig")).added


def test_sections_may_be_empty(db: None) -> None:
    assert take_in("format: 1\nteams:\nservices: {}\n").changed_nothing


DEMO = Path(demo.__file__).parent / "catalog.yaml"
DEMO_AREAS = {
    "public_works_sectors": ["NORTH", "SOUTHWEST", "SOUTHEAST"],
    "police_districts": ["CEN"],
    "neighborhoods": ["old-exchange"],
}


@pytest.fixture
def areas_of_the_demo(db: None) -> None:
    for place, (layer, codes) in enumerate(DEMO_AREAS.items()):
        row = AreaLayer.objects.create(code=layer, name=layer, kind=AreaLayer.Kind.PARTITION)
        for index, code in enumerate(codes):
            shape = shapely.to_wkb(shapely.box(index, place, index + 1, place + 1))
            Area.objects.create(layer=row, code=code, name=code, shape=shape)


def test_the_demos_catalog_is_as_it_would_be_exported(areas_of_the_demo: None) -> None:
    take_in(DEMO.read_bytes())
    assert export_catalog() == DEMO.read_text()


def test_the_demos_catalog_has_a_team_for_everything(areas_of_the_demo: None) -> None:
    take_in(DEMO.read_bytes())
    assert catalog().something_else is not None
    assert all(entry.team_id for entry in catalog().services)
    assert faults_of_routing() == []
