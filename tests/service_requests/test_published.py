"""What other systems may know of requests: the allow-list, the filters, the order, the pages."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from citycall.catalog.actions import save_service
from citycall.catalog.specs import Privacy, ServiceSpec
from citycall.core.actors import SYSTEM, resident
from citycall.core.models import Event
from citycall.core.paging import BadCursor
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests import published
from citycall.service_requests.actions import close, merge, tell_more, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.cells import Box
from citycall.service_requests.models import Channel
from citycall.service_requests.published import Asked, listed
from citycall.service_requests.published_notes import feed, told_of
from tests.city import NOW, City, draft
from tests.service_requests.mapped import AROUND, MIDDLE, told


def ids(asked: Asked) -> list[int]:
    return [row.id for row in listed(asked)]


def set_privacy(city: City, code: str, privacy: Privacy) -> None:
    spec = city.services[code].definition | {"privacy": privacy.value}
    save_service(spec=ServiceSpec.model_validate(spec), by=SYSTEM, at=NOW)


def test_a_private_service_is_in_no_answer(city: City) -> None:
    receipt = told(city)
    work.start(receipt.request_id, by=SYSTEM, at=NOW)
    set_privacy(city, "pothole", Privacy.PRIVATE)
    assert published.one(receipt.request_id) is None
    assert listed(Asked()) == []
    assert published.count(Asked()) == 0
    assert feed(since=NOW - timedelta(days=1), until=NOW).updates == []


def test_a_hidden_place_is_told_by_nothing(city: City) -> None:
    receipt = submit(
        draft(
            words="behind number 12",
            channel=Channel.OPEN311,
            location=Location(
                kind=LocationKind.ADDRESS, longitude=MIDDLE[0], latitude=MIDDLE[1], place="12 Elm"
            ),
        ),
        by=city.resident,
        at=NOW,
    )
    set_privacy(city, "pothole", Privacy.HIDDEN_LOCATION)
    row = published.one(receipt.request_id)
    assert row is not None
    assert (row.place, row.longitude, row.latitude, row.areas, row.words) == (
        "",
        None,
        None,
        [],
        "",
    )
    assert ids(Asked(located=True)) == ids(Asked(box=AROUND)) == ids(Asked(text="elm")) == []


@pytest.mark.parametrize(("channel", "words"), [(Channel.OPEN311, "Deep."), (Channel.WEB, "")])
def test_words_are_published_where_the_door_says_so(
    city: City, channel: Channel, words: str
) -> None:
    receipt = submit(draft(words="Deep.", channel=channel), by=city.resident, at=NOW)
    row = published.one(receipt.request_id)
    assert row is not None
    assert row.words == words


def test_a_city_may_publish_no_words(city: City, settings: Settings) -> None:
    settings.CITYCALL_PUBLISH_DESCRIPTIONS = False
    receipt = submit(draft(words="Deep.", channel=Channel.OPEN311), by=city.resident, at=NOW)
    row = published.one(receipt.request_id)
    assert row is not None
    assert row.words == ""


def test_times_services_and_states_narrow_a_list(city: City) -> None:
    old = told(city, at=NOW - timedelta(days=9)).request_id
    other = told(city, service="something-else").request_id
    new = told(city).request_id
    work.start(new, by=SYSTEM, at=NOW + timedelta(hours=1))
    pothole = city.services["pothole"].pk
    assert ids(Asked()) == [new, other, old]
    assert ids(Asked(oldest_first=True)) == [old, other, new]
    assert ids(Asked(by_update=True))[0] == new
    assert ids(Asked(services=[pothole])) == [new, old]
    assert ids(Asked(services=[])) == []
    assert ids(Asked(until=NOW - timedelta(days=1))) == [old]
    assert ids(Asked(since=NOW - timedelta(days=1))) == [new, other]
    assert ids(Asked(updated_since=NOW + timedelta(minutes=1))) == [new]
    assert ids(Asked(statuses=["in_progress"])) == [new]
    assert ids(Asked(is_open=False)) == []
    close.cancel(old, reason="Twice.", by=SYSTEM, at=NOW)
    assert ids(Asked(is_open=False)) == [old]
    assert ids(Asked(is_open=True)) == [new, other]
    assert published.count(Asked()) == 3
    assert published.count(Asked(), most=2) == 2


@pytest.mark.parametrize("metres", [300, 30_000])
def test_a_box_holds_what_lies_in_it(city: City, metres: float) -> None:
    here = told(city).request_id
    away = told(city, point=(MIDDLE[0] + 0.05, MIDDLE[1])).request_id
    found = ids(Asked(box=Box.around(*MIDDLE, metres=metres)))
    assert found == ([here] if metres < 1000 else [away, here])


def test_a_large_box_looks_beyond_the_citys_latest(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "_LATEST", 2)
    here = [told(city, at=NOW - timedelta(hours=n)).request_id for n in (9, 8, 7)]
    for n in range(3):
        told(city, at=NOW - timedelta(hours=n), point=(MIDDLE[0] + 0.05, MIDDLE[1]))
    box = Box.around(*MIDDLE, metres=1_500)
    assert ids(Asked(box=box, limit=2)) == [here[2], here[1]]
    assert ids(Asked(box=box, limit=2, offset=2)) == [here[0]]
    assert ids(Asked(box=Box.around(*MIDDLE, metres=9_000), limit=50))[-3:] == here[::-1]


def place_named(city: City, kind: LocationKind, place: str) -> int:
    location = Location(kind=kind, place=place)
    return submit(draft(location=location), by=city.resident, at=NOW).request_id


def test_words_of_the_place_are_found(city: City) -> None:
    named = place_named(city, LocationKind.LANDMARK, "Elm Street School")
    told(city)
    assert ids(Asked(text="elm school")) == [named]


def test_a_place_in_a_reporters_own_words_is_neither_told_nor_found(city: City) -> None:
    named = place_named(city, LocationKind.WORDS, "Behind the Does' house in Elm Street")
    row = published.one(named)
    assert row is not None
    assert row.place == ""
    assert ids(Asked(text="elm street")) == []


def test_who_is_named_in_words_is_not_reached_through_them(city: City) -> None:
    words = "Call 410-555-0142 or mail pat@example.org."
    by_pole = Location(kind=LocationKind.ASSET, place="Pole 5550142, ring 410 555 0142")
    made = submit(
        draft(words=words, location=by_pole, channel=Channel.OPEN311), by=city.resident, at=NOW
    )
    row = published.one(made.request_id)
    assert row is not None
    assert row.words == "Call [phone number hidden] or mail [e-mail address hidden]."
    assert row.place == "Pole 5550142, ring [phone number hidden]"


def test_pages_by_cursor_show_everything_once(city: City) -> None:
    made = [told(city, at=NOW - timedelta(hours=n // 2)).request_id for n in range(7)]
    seen: list[int] = []
    asked = Asked(limit=3)
    while rows := listed(asked):
        seen += [row.id for row in rows]
        asked = Asked(limit=3, older_than=published.cursor_of(rows[-1], asked))
    assert sorted(seen) == sorted(made)
    assert len(seen) == 7
    with pytest.raises(BadCursor):
        listed(Asked(older_than="nonsense"))


def test_a_merged_request_names_the_one_it_is_a_duplicate_of(city: City) -> None:
    first, second = told(city).request_id, told(city).request_id
    merge.merge(second, parent_id=first, by=SYSTEM, at=NOW)
    row = published.one(second)
    assert row is not None
    assert (row.status, row.merged_into_id) == ("merged", first)
    merged = Event.objects.get(kind="merged", subject_id=second)
    assert told_of(merged) == ({"status": "merged"}, "")


def test_updates_are_public_events_in_their_order(city: City) -> None:
    receipt = told(city)
    work.start(receipt.request_id, by=SYSTEM, at=NOW + timedelta(minutes=1))
    tell_more.add_note(
        receipt.request_id, words="Inside.", public=False, by=SYSTEM, at=NOW + timedelta(minutes=2)
    )
    tell_more.add_note(
        receipt.request_id, words="Outside.", public=True, by=SYSTEM, at=NOW + timedelta(minutes=3)
    )
    until = NOW + timedelta(hours=1)
    found = feed(since=NOW, until=until).updates
    assert [(u.request_id, u.kind, u.words) for u in found] == [
        (receipt.request_id, "started", ""),
        (receipt.request_id, "note_added", "Outside."),
    ]
    rest = feed(since=found[0].at, until=until, after_id=found[0].id)
    assert [u.kind for u in rest.updates] == ["note_added"]


def test_what_a_reporter_wrote_is_no_update(city: City) -> None:
    receipt = told(city)
    reporter = resident(reports=[receipt.report_id])
    close.cancel(receipt.request_id, reason="It was me.", by=reporter, at=NOW)
    found = feed(since=NOW - timedelta(seconds=1), until=NOW).updates
    assert [(u.kind, u.words) for u in found] == [("cancelled", "")]


def test_what_a_report_began_with_tells_no_reason_for_its_routing(city: City) -> None:
    receipt = told(city)
    assert told_of(Event.objects.get(subject_id=receipt.request_id)) == ({}, "")


def test_a_list_is_one_query_however_long(
    city: City, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _n in range(5):
        told(city)
    listed(Asked())
    with django_assert_num_queries(1):
        assert len(listed(Asked())) == 5
