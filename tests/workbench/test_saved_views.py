"""Views of the list that are kept: own ones, shared ones, the first one, removed ones."""

import re

import pytest

from citycall.service_requests import saved_views
from citycall.service_requests.views_models import SavedView
from tests.workbench.test_list import numbers_on


def save(desk, name: str, asked: str, **values: str):
    return desk.client.post("/agency/views/save", {"name": name, "asked": asked, **values})


def names(desk) -> list[str]:
    return [view.name for view in desk.get("/agency", show="open").context["views"]]


def test_a_view_is_found_on_the_list_and_asks_the_same_again(sit, report) -> None:
    number = report("graffiti")
    report("pothole")
    desk = sit("dispatcher")
    answer = save(desk, "  Paint ", "service=graffiti&show=late&show=open")
    assert answer["Location"] == "/agency?service=graffiti"
    page = desk.get("/agency", show="open").content.decode()
    assert '<a class="wb-view" href="/agency?service=graffiti">Paint</a>' in page
    assert numbers_on(desk.client.get("/agency?service=graffiti")) == [number]


def test_ones_own_views_are_nobody_elses(sit) -> None:
    save(sit("dispatcher"), "Mine", "due=late")
    assert names(sit("dispatcher")) == ["Mine"]
    assert names(sit("crew")) == []


def test_a_shared_view_is_found_by_the_agency_only(sit) -> None:
    save(sit("dispatcher"), "Ours", "due=late", shared="1")
    assert names(sit("crew")) == ["Ours"]
    assert names(sit("outsider")) == []
    assert names(sit("administrator")) == ["Ours"]


def test_who_belongs_to_no_agency_shares_with_nobody(sit) -> None:
    save(sit("analyst"), "Late", "due=late", shared="1")
    assert SavedView.objects.get().agency is None


def test_the_same_name_says_anew_what_it_means(sit) -> None:
    desk = sit("dispatcher")
    save(desk, "Late", "due=late")
    save(desk, "Late", "due=today")
    assert SavedView.objects.get().query == "due=today"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [(" ", "Please give the view a name."), ("x" * 61, "Please keep this under 61 characters.")],
)
def test_a_view_without_a_good_name_is_not_kept(sit, name: str, sentence: str) -> None:
    desk = sit("dispatcher")
    answer = desk.client.post("/agency/views/save", {"name": name, "asked": ""}, follow=True)
    assert sentence in answer.content.decode()
    assert not SavedView.objects.exists()


def test_the_list_begins_with_the_view_that_was_chosen(sit) -> None:
    desk = sit("dispatcher")
    save(desk, "Late", "due=late", first="1")
    assert desk.get("/agency")["Location"] == "/agency?due=late"
    assert desk.get("/agency", show="open").status_code == 200
    desk.client.post("/agency/views/begin", {})
    assert desk.get("/agency").status_code == 200


def test_nobody_begins_with_a_view_that_they_cannot_see(sit) -> None:
    save(sit("dispatcher"), "Late", "due=late")
    view = SavedView.objects.get()
    answer = sit("outsider").client.post("/agency/views/begin", {"view": str(view.pk)})
    assert answer.status_code == 404


def test_removing_can_be_taken_back(sit) -> None:
    desk = sit("dispatcher")
    save(desk, "Late", "due=late", first="1")
    view = SavedView.objects.get()
    page = desk.client.post(f"/agency/views/{view.pk}/remove", follow=True).content.decode()
    assert names(desk) == []
    assert desk.get("/agency").status_code == 200
    back = re.search(r'action="(/agency/views/\d+/bring-back)"', page)
    assert back is not None
    desk.client.post(back[1])
    assert names(desk) == ["Late"]
    assert desk.get("/agency")["Location"] == "/agency?due=late"


def test_others_shared_views_are_removed_by_the_agencys_manager_only(sit) -> None:
    save(sit("dispatcher"), "Ours", "due=late", shared="1")
    view = SavedView.objects.get()
    sit("crew").client.post(f"/agency/views/{view.pk}/remove")
    assert names(sit("crew")) == ["Ours"]
    sit("manager").client.post(f"/agency/views/{view.pk}/remove")
    assert names(sit("crew")) == []


def test_an_unreadable_filter_is_not_kept(sit) -> None:
    save(sit("dispatcher"), "Odd", "due=late&team=x")
    assert SavedView.objects.get().query == "due=late"


def test_the_page_of_views_says_what_each_asks(sit, city) -> None:
    desk = sit("dispatcher")
    save(desk, "Paint", "service=graffiti&min_days=3&tag=school&words=wall", shared="1")
    page = desk.get("/agency/views").content.decode()
    assert "Graffiti · At least 3 days old · Tag: school · Words: wall" in page
    assert "Everybody of the agency finds it." in page
    assert saved_views.views_of(city.outsider) == []
