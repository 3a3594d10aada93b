"""Which rules' work comes back, and what a fix would have changed."""

from datetime import timedelta

import pytest
import shapely

from citycall.core.models import Event
from citycall.places.models import Area, AreaLayer
from citycall.places.queries import AREAS
from citycall.routing.models import RoutingRule
from citycall.service_requests.actions import close, work
from citycall.service_requests.actions.return_work import return_work
from citycall.triage import moves
from citycall.triage.models import RuleProposal
from citycall.workbench.views import rules
from tests import city as small_city
from tests.workbench.conftest import row

NOW = small_city.NOW
LATER = NOW + timedelta(minutes=30)


@pytest.fixture
def returned(report, city) -> None:
    """Six potholes: five went to Mains in the end, one was filled by Paving."""
    for count in range(6):
        number = report(idempotency_key=f"hole-{count}")
        request_id = row(number).pk
        if count == 5:
            close.complete(
                request_id, outcome_code="fixed", explanation="Filled", by=city.crew, at=LATER
            )
            continue
        return_work(request_id, reason="another_agency", words="", by=city.crew, at=LATER)
        work.transfer(request_id, team_code="mains", reason="Theirs", by=city.supervisor, at=LATER)
    for event in Event.objects.filter(kind__in=["returned", "transferred"]):
        moves.note(event)


def effect(page: str) -> list[str]:
    facts = page.split('id="effect"')[1].split("</dl>", maxsplit=1)[0]
    return [part.split("</dd>")[0] for part in facts.split("<dd>")[1:]]


def test_the_report_says_what_came_back_and_where_it_went(sit, returned) -> None:
    page = sit("manager").get("/agency/rules").content.decode()
    assert "Not ours: another agency or team (5)" in page
    assert "Mains (5)" in page


def test_the_preview_replays_history(sit, returned) -> None:
    page = sit("manager").get("/agency/rules", service="pothole", team="mains").content.decode()
    # Moved, right, wrong, elsewhere, open.
    assert effect(page) == ["6", "5", "1", "0", "0"]


def test_a_manager_proposes_and_an_administrator_applies(sit, returned) -> None:
    told = {"code": "holes", "service": "pothole", "team": "mains", "why": "Burst pipes"}
    sit("manager").client.post("/agency/rules/propose", {**told, "apply": "yes"})
    assert not RoutingRule.objects.filter(code="holes").exists()
    sit("manager").client.post("/agency/rules/propose", told)
    proposal = RuleProposal.objects.get()
    assert (proposal.effect["right"], proposal.effect["wrong"]) == (5, 1)
    admin = sit("administrator")
    assert "Burst pipes" in admin.get("/agency/rules").content.decode()
    admin.client.post(f"/agency/rules/{proposal.pk}", {"apply": "yes"})
    assert RoutingRule.objects.get(code="holes").team.code == "mains"


def test_a_dispatcher_reads_and_does_not_propose(sit, returned) -> None:
    desk = sit("dispatcher")
    assert desk.get("/agency/rules").status_code == 200
    desk.client.post("/agency/rules/propose", {"service": "pothole", "team": "mains"})
    assert not RuleProposal.objects.exists()


def test_another_agency_does_not_see_it(sit, returned) -> None:
    page = sit("outsider").get("/agency/rules").content.decode()
    assert "Mains (5)" not in page


def test_a_rule_for_no_area_that_exists_is_refused_in_words(sit, returned) -> None:
    told = {"service": "pothole", "team": "mains", "area": "moon/1"}
    page = sit("manager").get("/agency/rules", **told).content.decode()
    assert "There is no area of this layer and code." in page


@pytest.fixture
def districts(city) -> None:
    layer = AreaLayer.objects.create(code="districts", name="Districts", kind="partition")
    shape = shapely.to_wkb(shapely.box(-76.7, 39.2, -76.5, 39.4))
    for code in ("1", "2"):
        Area.objects.create(layer=layer, code=code, name=f"District {code}", shape=shape)
    AREAS.bump()


def test_the_area_is_chosen_by_name_under_its_layer(sit, districts) -> None:
    page = sit("manager").get("/agency/rules", team="mains", area="districts/2").content.decode()
    assert '<optgroup label="districts">' in page
    assert '<option value="districts/2" selected>District 2</option>' in page
    assert '<option value="districts/1">District 1</option>' in page


def test_an_area_that_is_not_known_stays_in_the_form(sit, districts) -> None:
    page = sit("manager").get("/agency/rules", team="mains", area="moon/1").content.decode()
    assert '<option value="moon/1" selected>moon/1</option>' in page


def test_many_areas_are_looked_through_by_typing(sit, districts, monkeypatch) -> None:
    monkeypatch.setattr(rules, "MOST_IN_A_LIST", 1)
    page = sit("manager").get("/agency/rules", area="districts/1").content.decode()
    assert 'name="area" maxlength="141" value="districts/1" list="rule-areas"' in page
    assert '<option value="districts/2">District 2</option>' in page


def test_crew_have_no_such_page(sit) -> None:
    assert sit("crew").get("/agency/rules").status_code == 403
