"""What the request page tells of a request."""

import html

import pytest
from django.test import Client

from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM, resident
from citycall.core.models import Event, Visibility
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.actions import tell_more
from citycall.service_requests.actions.recognise import note_language
from citycall.service_requests.drafts import ContactDetails
from citycall.service_requests.events import Kind
from citycall.service_requests.history import sentence
from tests.city import NOW, draft
from tests.workbench.conftest import row

WET = {"answers": {"amount": "drip"}, "contact": ContactDetails(phone="410-555-0123")}


def text_of(desk, number: str) -> str:
    return html.unescape(desk.page(number))


def at(longitude: float) -> Location:
    return Location(
        kind=LocationKind.ADDRESS, longitude=longitude, latitude=39.29, place="1 Pratt St"
    )


def test_answers_are_told_in_words(sit, report) -> None:
    page = text_of(sit("outsider"), report("water-leak", **WET))
    assert "<dt>How much water is there?</dt><dd>A drip</dd>" in page


def test_the_language_of_foreign_words_is_told_and_marked(sit, report) -> None:
    number = report(words="Hay un hoyo muy profundo frente a la casa.")
    told = row(number)
    by = resident(reports=[told.reports.get().pk])
    tell_more.add_information(told.pk, words="上面有一个很大的坑，很危险。", by=by, at=NOW)
    for event in Event.objects.all():
        note_language(event)
    page = text_of(sit("crew"), number)
    assert '<blockquote class="wb-words" lang="es" dir="auto">Hay un hoyo' in page
    assert "Written in Spanish" in page
    assert '<div class="cc-timeline__text" lang="zh" dir="auto">' in page
    assert "Written in Chinese" in page


def test_the_citys_own_language_is_not_remarked_upon(sit, report) -> None:
    number = report()
    for event in Event.objects.all():
        note_language(event)
    assert "Written in" not in text_of(sit("crew"), number)


def test_a_danger_that_was_heard_and_denied_is_told(sit, report) -> None:
    number = report(words="It is on fire, but that is over.", no_danger="fire")
    page = text_of(sit("crew"), number)
    assert "The words sounded like danger. Shown first: “If something is burning" in page
    assert "The words sounded like danger" not in text_of(sit("crew"), report())


def test_why_this_team(sit, report) -> None:
    page = text_of(sit("crew"), report())
    assert "No rule fits, so “Pothole” goes to its own team, Paving." in page


def test_the_same_problem_nearby_is_offered(sit, report) -> None:
    here, near, far = report(location=at(-76.6)), report(location=at(-76.6005)), report()
    other = report("graffiti", location=at(-76.6))
    tell_more.add_note(row(far).pk, words="x", public=False, by=SYSTEM, at=NOW)
    page = sit("dispatcher").get(f"/agency/{here}")
    shown = [each.number for each in page.context["nearby"]]
    assert near in shown
    assert other not in shown
    assert f'<option value="{near}">' in page.content.decode()


def test_nothing_nearby_that_one_may_not_read(sit, report, city) -> None:
    here, near = report(location=at(-76.6)), report(location=at(-76.6005))
    theirs = row(near)
    theirs.agency_id, theirs.team_id = city.water.pk, city.teams["mains"].pk
    theirs.save()
    assert near not in text_of(sit("dispatcher"), here)
    assert near in text_of(sit("supervisor"), here)


def test_further_reports_are_folded(sit, report, city) -> None:
    number = report()
    for n in range(4):
        tell_more.add_report(
            row(number).number, draft(words=f"Me too {n}."), by=city.resident, at=NOW
        )
    page = text_of(sit("dispatcher"), number)
    before, folded = page.split("<summary>2 more reports</summary>")
    assert "Me too 1." in before
    assert "Me too 2." in folded


def test_an_erased_contact_is_told_as_such(sit, report) -> None:
    number = report()
    contact = row(number).reports.get().contact
    assert contact is not None
    contact.name = contact.email = contact.phone = ""
    contact.erased_at = NOW
    contact.save()
    assert "The contact was erased." in text_of(sit("dispatcher"), number)


def test_the_page_of_a_merged_request_leads_to_its_parent(sit, report) -> None:
    parent, child = report(), report()
    desk = sit("dispatcher")
    desk.step(child, "merge", parent=parent)
    assert f'href="/agency/{parent}"' in desk.page(child)
    assert child in desk.page(parent)


def test_pages_with_personal_data_are_not_stored(sit, report) -> None:
    assert "no-store" in sit("dispatcher").get(f"/agency/{report()}")["Cache-Control"]


def test_a_step_after_the_session_ended_leads_to_the_sign_in_and_back_to_the_page(report) -> None:
    number = report()
    answer = Client().post(f"/agency/{number}/note", {"internal-words": "x"}, follow=True)
    assert answer.redirect_chain == [(f"/sign-in?next=/agency/{number}", 302)]
    assert "You had been signed out, so nothing was done." in answer.content.decode()


@pytest.fixture
def spec(city) -> ServiceSpec:
    return ServiceSpec.model_validate(city.services["pothole"].definition)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_event_has_a_sentence_even_without_its_facts(spec, kind: Kind) -> None:
    event = Event(kind=kind.value, data={}, visibility=Visibility.PUBLIC)
    assert sentence(event, spec=spec, people={})


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        (Kind.COMPLETED, {"outcome": "fixed"}, "its work is completed: Fixed."),
        (Kind.HELD, {"reason": "weather", "clock_stopped": True}, "Waiting for the weather."),
        (Kind.ASSIGNED, {"assignee": 7}, "Given to Ann Lee"),
        (Kind.TRANSFERRED, {"to": 0}, "Passed to the responsible team."),
        (Kind.MERGED, {"into": 264839201755}, "26-48392-01755"),
        (Kind.PROMISE_CHANGED, {"before": "2026-03-02T02:00:00+00:00"}, "from March 1, 2026"),
    ],
)
def test_codes_and_ids_are_told_by_their_names(spec, kind: Kind, data, words: str) -> None:
    event = Event(kind=kind.value, data=data, visibility=Visibility.PUBLIC)
    assert words in sentence(event, spec=spec, people={7: "Ann Lee"})
