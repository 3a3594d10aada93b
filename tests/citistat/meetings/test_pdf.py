"""The paper as PDF: read back, tagged, in the reader's language, and never markup."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from citycall.citistat.pack import words
from citycall.citistat.pack.papers import Column, Document, Section, Words, table
from citycall.citistat.pack.pdf import pdf_of
from citycall.meetings.actions import commit, meet
from citycall.meetings.models import Meeting
from tests.citistat.meetings.conftest import PAGE
from tests.citistat.packs import TRAP, pack
from tests.city import NOW, City
from tests.meetings.conftest import draft

As = Callable[[str], Client]
pytestmark = pytest.mark.django_db
NEEDED = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is missing")


def read(pdf: bytes, folder: Path) -> str:
    """The text of a PDF in reading order, on one line."""
    kept = folder / "paper.pdf"
    kept.write_bytes(pdf)
    told = subprocess.run(
        ["pdftotext", "-raw", str(kept), "-"], capture_output=True, check=True, timeout=60
    )
    return " ".join(told.stdout.decode().split())


@NEEDED
def test_the_pdf_says_what_the_page_says(as_: As, meeting: Meeting, tmp_path: Path) -> None:
    answer = as_("manager").get(f"{PAGE}/pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert 'filename="citistat-streets-2026-03-05.pdf"' in answer["Content-Disposition"]
    told = read(answer.content, tmp_path)
    for sentence in (
        "CitiStat: Streets",
        "Meeting on March 5, 2026",
        "The first 30 of 31.",
        "Not on record here: overtime, sick and other leave.",
        "8.0% of what was called done",
        "1 / 5",
    ):
        assert sentence in told


@NEEDED
def test_what_people_wrote_stands_there_letter_for_letter(tmp_path: Path) -> None:
    told = read(pdf_of(words.document_of(pack())), tmp_path)
    assert TRAP in told


@NEEDED
def test_notes_and_new_commitments_are_in_it(
    as_: As, city: City, meeting: Meeting, tmp_path: Path
) -> None:
    meet.take_notes(meeting.pk, "Rain.\n#include x", version=0, by=city.analyst, at=NOW)
    commit.commit(meeting.pk, draft(what="Fill 12 holes."), by=city.analyst, at=NOW)
    told = read(as_("manager").get(f"{PAGE}/pdf").content, tmp_path)
    assert "Notes Rain. #include x" in told
    assert "Commitments of this meeting" in told
    assert "Fill 12 holes." in told


def test_it_is_tagged_has_a_title_and_its_language() -> None:
    with translation.override("es"):
        pdf = pdf_of(words.document_of(pack()))
    assert b"/MarkInfo" in pdf
    assert b"/StructTreeRoot" in pdf
    assert re.search(rb"/Lang\s*\(es", pdf)
    assert b"/DisplayDocTitle true" in pdf
    # What readers of PDF/UA look for, in the document's own description.
    assert b"pdfuaid:part" in pdf


@pytest.mark.parametrize("language", ["es", "zh-hans", "ar"])
def test_it_can_be_set_in_every_language(language: str) -> None:
    with translation.override(language):
        assert pdf_of(words.document_of(pack())).startswith(b"%PDF-")


def test_a_paper_of_nothing_is_still_a_paper() -> None:
    empty = Document(title="T", subtitle="S", city="C", language="en", rtl=False)
    assert pdf_of(empty).startswith(b"%PDF-")


def test_long_tables_go_on_over_pages(tmp_path: Path) -> None:
    rows = [[f"row {n}", "x" * 200] for n in range(300)]
    long = table("Long", [Column(text="A"), Column(text="B")], rows)
    section = Section(code="s", title="Long", blocks=[long, Words(text="The end.")])
    paper = Document(
        title="T", subtitle="S", city="C", language="en", rtl=False, sections=[section]
    )
    assert pdf_of(paper).count(b"/Type /Page\n") > 5 or pdf_of(paper).count(b"/Type/Page") > 5
