"""Mapping files: what is wrong in one is said with its line and field."""

from pathlib import Path

import pytest

from citycall.exchange.history import mapping_files
from citycall.exchange.history.mapping_files import BadMapping, Header, NoMapping

GOOD = """\
source: springfield
name: Springfield
time_zone: America/Chicago
columns:
  id: Case
  type: Kind
  agency: {always: Public Works}
  status: State
  requested_at: Opened
statuses:
  Open: assigned
  Done: {status: closed}
"""


def faults(folder: Path, text: str) -> list[str]:
    path = folder / "mapping.yaml"
    path.write_text(text)
    with pytest.raises(BadMapping) as caught:
        mapping_files.load(path)
    return [str(fault) for fault in caught.value.faults]


def test_a_mapping_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(GOOD)
    [mapping] = mapping_files.load(path)
    assert mapping.statuses["Done"].status == "closed"
    assert mapping.columns.agency.always == "Public Works"


@pytest.mark.parametrize("city", mapping_files.known())
def test_the_mappings_that_come_with_citycall_are_good(city: str) -> None:
    assert mapping_files.load(city)


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ("America/Chicago", "Springfield", "mapping.yaml:3:12: time_zone: This is not the name"),
        ("  status: State\n", "", "mapping.yaml:4:1: columns.status: This is required."),
        ("Open: assigned", "Open: completed", "mapping.yaml:11:9: statuses.Open: An imported"),
        ("{status: closed}", "{status: shut}", "mapping.yaml:12:18: statuses.Done.status: This"),
        ("Case", "{take: [Case], always: x}", "mapping.yaml:5:3: columns.id: Give the columns"),
        ("name: Spr", "colour: blue\nname: Spr", "mapping.yaml:2:9: colour: There is no such"),
        ("Opened", '{take: [O], pattern: "(x"}', "mapping.yaml:9:38: columns.requested_at.pattern"),
        ("Opened", '{take: [O], pattern: "x(y)"}', "mapping.yaml:9:38: columns.requested_at"),
        ("name: Spr", "dates: [monday]\nname: Spr", "mapping.yaml:2:9: dates.1: A date is written"),
        ("statuses:", "statuses: [", "mapping.yaml:12:"),
    ],
)
def test_a_fault_is_told_with_its_line_and_field(
    tmp_path: Path, good: str, bad: str, fault: str
) -> None:
    told = faults(tmp_path, GOOD.replace(good, bad, 1))
    assert told[0].startswith(fault)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    wrong = GOOD.replace("America/Chicago", "Nowhere").replace("assigned", "merged")
    assert len(faults(tmp_path, wrong)) == 2


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(NoMapping, match="baltimore, boston, nyc"):
        mapping_files.load("gotham")


def test_columns_are_found_whatever_their_case_and_spaces() -> None:
    header = Header(["srtype", "Created Date"])
    assert header.find("SRType") == "srtype"
    assert header.find("CREATED_DATE") == "Created Date"
    assert header.find("Closed Date") is None


def test_a_column_written_exactly_so_comes_before_one_like_it() -> None:
    assert Header(["case id", "CaseID"]).find("CaseID") == "CaseID"


def test_a_file_that_fits_no_layout_is_told_what_it_lacks() -> None:
    with pytest.raises(NoMapping, match=r"it lacks .*type \(Complaint Type\)"):
        mapping_files.choose(mapping_files.load("nyc"), Header(["Unique Key", "Agency"]))


def test_the_layout_is_chosen_by_the_columns() -> None:
    header = Header(["MethodReceived", "CreatedDate", "Neighborhood", "CouncilDistrict"])
    chosen = mapping_files.choose(mapping_files.load("baltimore"), header)
    assert chosen.source == "baltimore-illegal-dumping"
