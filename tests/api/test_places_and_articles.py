"""Places and knowledge through the API."""

from datetime import date

import pytest

from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.knowledge.actions import save_article
from citycall.knowledge.specs import ArticleSpec
from tests.city import NOW
from tests.web import told


@pytest.fixture
def article(city) -> None:
    spec = ArticleSpec(
        code="bulk-trash",
        title="Bulk trash",
        summary="Large things are fetched by appointment.",
        body="Call **311** to have a sofa fetched.",
        keywords=("sofa", "mattress"),
        services=("something-else",),
        checked_on=date(2026, 1, 5),
    )
    save_article(spec=spec, by=SYSTEM, at=NOW)


def test_a_point_is_a_place(anybody) -> None:
    told = anybody.get("/places?words=39.29,-76.6").json()
    assert told["verdict"] == "clear"
    assert told["candidates"][0]["longitude"] == pytest.approx(-76.6)


def test_nothing_is_found_for_nonsense(anybody) -> None:
    assert anybody.get("/places?words=qwxyz").json() == {"verdict": "nothing", "candidates": []}


@pytest.mark.parametrize("query", ["", "?words=", "?words=a&near=x", "?words=a&near=900,0"])
def test_a_search_that_cannot_be_is_refused(anybody, query) -> None:
    assert anybody.get(f"/places{query}").status_code == 422


def test_a_point_tells_what_is_there(anybody) -> None:
    told = anybody.get("/places/at?longitude=-76.6&latitude=39.29").json()
    assert told["words"]
    assert told["inside_city"] is True


@pytest.mark.parametrize("value", ["nan", "inf", "200", "1_0", "", "1e999"])
def test_what_is_no_longitude_is_refused(anybody, value) -> None:
    assert anybody.get(f"/places/at?longitude={value}&latitude=39").status_code == 422


@pytest.mark.usefixtures("article")
def test_articles_are_found_by_their_words(anybody) -> None:
    items = anybody.get("/articles?q=sofa").json()["items"]
    assert [each["code"] for each in items] == ["bulk-trash"]


@pytest.mark.usefixtures("article")
def test_an_article_is_told_whole(anybody) -> None:
    told = anybody.get("/articles/bulk-trash").json()
    assert told["checked_on"] == "2026-01-05"
    assert "<strong>311</strong>" in told["html"]
    assert anybody.get("/articles/dragons").status_code == 404
    assert anybody.get("/articles/%00").status_code == 404


def test_live_alerts_are_told_in_the_asked_language(city, anybody) -> None:
    told.alert(translations={"es": {"title": "Un cable roto", "words": "Está oscuro."}})
    told.alert(code="over", ends=clock.now())
    (alert,) = anybody.get("/alerts?language=es").json()["items"]
    assert (alert["code"], alert["title"], alert["language"]) == ("cable", "Un cable roto", "es")
    assert alert["services"] == ["pothole"]
    assert alert["circle"]["radius_m"] == 500


def test_an_unchanged_list_of_alerts_costs_nothing(city, anybody) -> None:
    told.alert()
    tag = anybody.get("/alerts")["ETag"]
    assert anybody.get("/alerts", If_None_Match=tag).status_code == 304
