"""What is in a kit's file, and what may not be."""

import base64
import gzip
import hashlib
import json
import re
from typing import Any

import pytest

from citycall.continuity import content
from citycall.continuity.cards import cards_html
from citycall.continuity.kit_file import kit_html
from citycall.continuity.models import Kit
from citycall.core import numbers, phrases
from citycall.core.actors import SYSTEM
from citycall.service_requests.actions.submit import submit
from tests.city import NOW, City, draft
from tests.continuity import streets
from tests.continuity.files import LATER, a_kit


def packed(html: str) -> dict[str, Any]:
    """What the page's script unpacks."""
    found = re.search(r'id="kit-data">([^<]+)<', html)
    assert found is not None
    known: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return known


@pytest.fixture
def html(city: City) -> str:
    phrases.write({"Pothole": "Bache"}, language="es", by=SYSTEM, at=NOW)
    streets.build()
    submit(draft(), by=city.resident, at=NOW)
    return kit_html(a_kit(size=5), content.content(at=LATER))


def test_it_holds_its_numbers_and_catalog_in_every_language(html: str) -> None:
    known = packed(html)
    assert len(known["numbers"]) == 5
    assert all(numbers.is_set_aside(numbers.read(number)) for number in known["numbers"])
    assert {each["code"] for each in known["services"]} >= {"pothole", "something-else"}
    assert known["texts"]["es"]["Pothole"] == "Bache"
    assert set(known["words"]) == {"en", "es", "zh-hans", "ar"}
    assert [each["code"] for each in known["languages"] if each["rtl"]] == ["ar"]


def test_every_word_of_the_page_is_there_in_every_language(html: str) -> None:
    known = packed(html)
    asked = set(re.findall(r'data-say(?:-label)?="(\w+)"', html))
    asked |= set(re.findall(r'\bword\("(\w+)"', html))
    for words in known["words"].values():
        assert asked - set(words) == set()


def test_it_names_whom_to_call_with_hours(html: str) -> None:
    (streets_, _water) = packed(html)["told"]["en"]["directory"]
    assert streets_["phone"] == "410-555-0100"
    assert streets_["hours"][0] == {"days": "Monday to Friday", "hours": "8 a.m. to 4 p.m."}


def test_it_knows_streets_corners_and_houses(html: str) -> None:
    known = packed(html)["gazetteer"]
    assert known["streets"] == ["E Monument St", "N Charles St", "The Alameda"]
    assert known["corners"]["streets"] == [[1, 0], [1, 2]]
    assert known["houses"]["number"] == [1217]
    # The first point is told whole, each further one as its step from the last.
    assert known["blocks"]["points"][:2] == [-7660200, 3929780]


def test_it_holds_nothing_of_any_report(html: str) -> None:
    text = json.dumps(packed(html))
    assert "A deep hole in the right lane." not in text
    assert "pat@example.org" not in text


def test_its_policy_lets_nothing_else_run_and_nothing_out(html: str) -> None:
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert found is not None
    policy = found[1]
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy
    assert "unsafe" not in policy
    for tag, kind in (("script", "script-src"), ("style", "style-src")):
        inside = html.split(f"<{tag}>")[1].split(f"</{tag}>", maxsplit=1)[0]
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy


def test_nothing_in_it_is_fetched_from_elsewhere(html: str) -> None:
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]+"', html) == []


def test_cards_bear_their_numbers_and_what_to_ask(city: City) -> None:
    submit(draft("water-leak", answers={"amount": "drip"}), by=city.resident, at=NOW)
    made = a_kit(size=7, kind=Kit.Kind.CARDS)
    page = cards_html(made)
    assert all(numbers.show(number) in page for number in made.numbers)
    assert "How much water is there?" in page
    assert "A drip / It gushes" in page
    assert "call 911" in page
