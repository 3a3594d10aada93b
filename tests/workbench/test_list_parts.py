"""The list's parts: filters, tags, picking, news."""

import re
from datetime import timedelta

import pytest

from citycall.service_requests.actions import work
from citycall.service_requests.models import ServiceRequest
from citycall.workbench import queue
from tests.city import NOW
from tests.workbench.conftest import row
from tests.workbench.test_list import numbers_on


def test_every_row_can_be_picked_with_the_question_beside(sit, report) -> None:
    number = report()
    page = sit("dispatcher").get("/agency", service="pothole").content.decode()
    assert f'name="pick" value="{number}"' in page
    assert '<input type="hidden" name="asked" value="service=pothole">' in page
    assert 'id="picked" method="post" action="/agency/batches"' in page


def test_filters_in_force_are_told_and_can_be_taken_away_one_by_one(sit, report) -> None:
    report("graffiti", words="on the wall")
    query = "service=graffiti&service=pothole&words=wall&reports=1&assignee=none"
    page = sit("dispatcher").client.get(f"/agency?{query}")
    told = {chip.words: chip.without for chip in page.context["chips"]}
    assert list(told) == [
        "Given to nobody",
        "Graffiti",
        "Pothole",
        "At least 1 report",
        "Words: wall",
    ]
    assert told["Graffiti"] == "assignee=none&service=pothole&reports=1&words=wall"
    assert "1 matches" in page.content.decode()


def test_a_list_without_what_is_asked_for_says_so(sit, report) -> None:
    report()
    page = sit("dispatcher").get("/agency", words="zeppelin").content.decode()
    assert "No request matches these filters." in page


def test_all_filters_are_offered_with_what_is_asked_for(sit, report) -> None:
    query = "service=graffiti&state=on_hold&min_days=x&tag=b&tag=a&show=late&due=soon"
    page = sit("dispatcher").client.get(f"/agency/filters?{query}").content.decode()
    assert '<option value="graffiti" selected>' in page
    assert re.search(r'value="on_hold"[^>]*checked', page)
    assert 'value="a, b"' in page
    assert '<option value="late" selected>' in page
    assert "Please give a whole number from 0 to 36500." in page
    assert 'value="x"' in page
    assert 'value="paving"' in page
    assert 'value="mains"' not in page


def test_a_place_is_found_by_its_name_or_told(sit, report) -> None:
    report()
    page = sit("dispatcher").get("/agency", show="near", place="nowhere at all").content.decode()
    assert "We found no place with this name." in page


def test_near_a_point_the_nearest_come_first(sit, report) -> None:
    far, near, gone = report(), report(), report()
    for number, longitude in ((far, -76.605), (near, -76.601), (gone, -76.7)):
        ServiceRequest.objects.filter(pk=row(number).pk).update(longitude=longitude)
    answer = sit("dispatcher").get("/agency", show="near", lon="-76.6", lat="39.29")
    assert numbers_on(answer) == [near, far]
    assert "86 m away" in answer.content.decode()


def test_tags_are_put_on_and_taken_off_on_the_page(sit, report) -> None:
    number, desk = report(), sit("crew")
    desk.client.post(f"/agency/{number}/tags", {"tag": "School, #Summer paving"})
    page = desk.page(number)
    assert 'name="remove" value="school"' in page
    assert "Tags put on: school, summer paving." in page
    assert "school" in desk.get("/agency").content.decode()
    desk.client.post(f"/agency/{number}/tags", {"remove": "school"})
    assert row(number).tags == ["summer paving"]


def test_a_tag_that_cannot_be_one_is_told(sit, report) -> None:
    number, desk = report(), sit("crew")
    answer = desk.client.post(f"/agency/{number}/tags", {"tag": "<b>"}, follow=True)
    assert "A tag has letters, digits and blanks only" in answer.content.decode()


def test_tags_are_no_business_of_residents(sit, report) -> None:
    number = report()
    sit("crew").client.post(f"/agency/{number}/tags", {"tag": "quarrelsome"})
    assert "quarrelsome" not in sit("crew").client.get(f"/r/{number}").content.decode()


@pytest.mark.parametrize(("who", "status"), [("outsider", 403), ("analyst", 403), ("crew", 302)])
def test_only_those_who_may_note_may_tag(sit, report, who: str, status: int) -> None:
    answer = sit(who).client.post(f"/agency/{report()}/tags", {"tag": "x"})
    assert answer.status_code == status


def news(desk, **query):
    query.setdefault("since", (NOW + timedelta(minutes=1)).isoformat())
    return desk.client.get("/agency/news", query)


def test_what_is_new_and_changed_since_is_counted(sit, report, city) -> None:
    seen = row(report("graffiti"))
    report("graffiti", at=NOW + timedelta(minutes=2))
    report("pothole", at=NOW + timedelta(minutes=2))
    work.assign(seen.pk, assignee_id=None, by=city.dispatcher, at=NOW + timedelta(minutes=3))
    told = news(sit("dispatcher"), service="graffiti", row=str(seen.pk)).json()
    assert told == {"new": 1, "changed": 1, "words": "1 new, 1 changed."}


def test_a_row_that_left_the_list_has_changed_too(sit, report, city) -> None:
    seen = row(report())
    work.assign(seen.pk, assignee_id=None, by=city.dispatcher, at=NOW + timedelta(minutes=3))
    desk = sit("dispatcher")
    assert news(desk, show="new", row=str(seen.pk)).json()["words"] == "1 changed."
    assert news(desk, show="new").json()["words"] == ""
    assert news(sit("outsider"), show="new", row=str(seen.pk)).json()["words"] == ""


def test_unchanged_news_are_answered_with_their_mark_alone(sit, report) -> None:
    desk = sit("dispatcher")
    mark = news(desk)["ETag"]
    since = (NOW + timedelta(minutes=1)).isoformat()
    again = desk.client.get("/agency/news", {"since": since}, headers={"If-None-Match": mark})
    assert again.status_code == 304
    report(at=NOW + timedelta(minutes=2))
    changed = desk.client.get("/agency/news", {"since": since}, headers={"If-None-Match": mark})
    assert changed.json()["new"] == 1


@pytest.mark.parametrize("query", [{"since": "x"}, {"since": ""}, {"row": "x"}, {"team": "x"}])
def test_news_of_what_cannot_be_read_are_refused(sit, query) -> None:
    assert news(sit("dispatcher"), **query).status_code == 422


def test_news_are_counted_no_further_than_is_told(sit, report, monkeypatch, city) -> None:
    monkeypatch.setattr(queue, "MOST_NEWS", 2)
    for _each in range(3):
        report(at=NOW + timedelta(minutes=2))
    assert news(sit("dispatcher")).json()["new"] == 2
