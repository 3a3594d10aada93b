"""Two dispatchers, a crew back in reach of the network and a merge, all at one request at once."""

import html
import random
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from citycall.accounts.models import Role
from citycall.core.models import Event
from citycall.service_requests import queries
from citycall.service_requests.models import Attachment, Status
from citycall.work_orders.actions import crews, orders, plan
from citycall.work_orders.actions.crews import CrewDraft
from citycall.work_orders.actions.orders import Draft
from citycall.work_orders.models import Crew, OrderPhoto, OrderState, Step, WorkOrder
from tests import city as small_city
from tests.city import NOW, City
from tests.workbench.conftest import Desk, row
from tests.workbench.moments import Work, at_once
from tests.workbench.phone import Phone, step
from tests.workbench.pictures import jpeg

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 3, 2)
ROUNDS = 8
# What is chosen with each step, and where the dispatcher's own words go.
STEPS: dict[str, tuple[dict[str, str], str]] = {
    "hold": ({"reason": "parts"}, "words"),
    "complete": ({"outcome": "fixed"}, "explanation"),
    "transfer": ({"team": "cleaning"}, "reason"),
    "cancel": ({}, "reason"),
}
# What a crew tells of a visit, a photo or a call leaves the request as others have seen it.
BESIDE = ("submitted", "visit_planned", "visited", "photo_added", "call_asked")


@dataclass
class Sent:
    """What one person sends from the page that they have open, and what they typed."""

    by: str
    desk: Desk
    path: str
    form: dict[str, str]
    typed: str
    answer: Any = None

    def go(self) -> None:
        self.answer = self.desk.client.post(self.path, self.form)

    @property
    def page(self) -> str:
        return html.unescape(self.answer.content.decode())


@pytest.fixture
def city(transactional_db: None) -> City:
    built = small_city.build()
    small_city.member("colleague", Role.DISPATCHER, built.streets)
    return built


@pytest.fixture
def crew(city: City) -> Crew:
    draft = CrewDraft(name="North", member_ids=[city.crew.id or 0])
    return crews.save(draft, agency_id=city.streets.pk, by=city.dispatcher, at=NOW)


@pytest.fixture
def planned(city: City, crew: Crew) -> Callable[[str], WorkOrder]:
    def made(number: str) -> WorkOrder:
        ids, by = [row(number).pk], city.dispatcher
        draft = Draft(title="Fill the hole")
        order = orders.make(draft, agency_id=city.streets.pk, request_ids=ids, by=by, at=NOW)
        return plan.plan(order.pk, crew_id=crew.pk, day=TODAY, by=by, at=NOW)

    return made


def step_of(desk: Desk, by: str, number: str, code: str, **chosen: str) -> Sent:
    """A step as the page offers it to them now, with the page's own token of what they saw."""
    field = re.search(rf'name="{code}-seen" value="([^"]+)"', desk.page(number))
    assert field is not None
    fixed, own = STEPS.get(code, ({}, ""))
    typed = f"{by} would {code} {number}." if own else ""
    values = {**fixed, **chosen, **({own: typed} if own else {})}
    form = {f"{code}-seen": html.unescape(field[1])}
    form |= {f"{code}-{name}": value for name, value in values.items()}
    return Sent(by, desk, f"/agency/{number}/{code}", form, typed)


def note_of(desk: Desk, by: str, number: str) -> Sent:
    typed = f"{by} notes something of {number}."
    return Sent(by, desk, f"/agency/{number}/note", {"internal-words": typed}, typed)


def all_in_turn(works: Sequence[Work], chance: random.Random) -> list[Any]:
    """All of them released at once; who is how many milliseconds slower is drawn."""
    late = [chance.uniform(0, 0.06) for _each in works]

    def after(what: Work, seconds: float) -> Any:
        threading.Event().wait(seconds)
        return what()

    return at_once(*(lambda w=w, s=s: after(w, s) for w, s in zip(works, late, strict=True)))


def of_both(child: str, parent: str) -> list[Event]:
    ids = [row(child).pk, row(parent).pk]
    rows = Event.objects.filter(subject_kind="service_request", subject_id__in=ids)
    return list(rows.order_by("id"))


def kept(events: Sequence[Event], text: str) -> int:
    return sum(text in (event.words or "") for event in events)


def check_nothing_typed_is_lost(sent: Sequence[Sent], events: Sequence[Event]) -> None:
    for each in sent:
        went = each.answer.status_code == 302
        assert went or each.answer.status_code == 409, each
        if each.typed:
            assert kept(events, each.typed) == went, each
            assert went or each.typed in each.page, each


def check_losers_are_told(asked: Sequence[Sent], events: Sequence[Event], child: str) -> None:
    """At most one of those with a token goes; the others read who was quicker, and with what."""
    lost = [each for each in asked if each.answer.status_code == 409]
    assert len(lost) >= len(asked) - 1
    of_child = [event for event in events if event.subject_id == row(child).pk]
    first = next(event for event in of_child if event.kind not in BESIDE)
    for each in lost:
        told = re.search(r'<section class="wb-meanwhile".*?</section>', each.page, re.DOTALL)
        assert told is not None, each
        assert first.actor_name in told[0]
        assert (first.words or "") in told[0]


def check_the_crew(answer: Any, order: WorkOrder, sent: Sequence[dict[str, Any]]) -> None:
    """Every step is kept; what did not go as they meant it is told to them and to dispatchers."""
    told = {result["key"]: result for result in answer.json()["results"]}
    assert list(told) == [each["key"] for each in sent]
    assert {result["state"] for result in told.values()} <= {"done", "partly"}
    rows = {each.key: each for each in Step.objects.filter(order=order)}
    assert set(rows) == set(told)
    assert OrderPhoto.objects.filter(order=order).count() == 2
    order.refresh_from_db()
    assert order.state is OrderState.DONE
    for key, result in told.items():
        sentences = [trouble["sentence"] for trouble in rows[key].troubles]
        assert sentences == result["sentences"]
        assert bool(sentences) == (result["state"] == "partly")


def check_dispatchers_read_of(order: WorkOrder, desk: Desk) -> None:
    page = html.unescape(desk.get("/agency/orders", state="done").content.decode())
    told = re.search(r'<section class="wo-told".*?</section>', page, re.DOTALL)
    for each in Step.objects.filter(order=order):
        for trouble in each.troubles:
            assert told is not None
            assert trouble["sentence"] in told[0]


def check_counts(child: str, parent: str, *, merged: bool) -> None:
    root = row(parent)
    assert root.report_count == len(queries.reports_of(root)) == 1 + merged
    assert (row(child).merged_into_id == root.pk) is merged is (row(child).status == Status.MERGED)
    kinds = [event.kind for event in of_both(child, parent)]
    assert kinds.count("merged") == kinds.count("received_merge") == merged
    assert kinds.count("completed") <= 1
    photos = Attachment.objects.filter(service_request_id__in=[row(child).pk, root.pk])
    assert sorted(photos.values_list("stage", flat=True)) == ["after", "before"]


class Round:
    """One request with an order for a crew's today, and everybody with its page open."""

    def __init__(
        self, seed: int, desks: dict[str, Desk], child: str, parent: str, order: WorkOrder
    ) -> None:
        self.chance, self.desks = random.Random(seed), desks
        self.child, self.parent, self.order = child, parent, order
        one, two = self.chance.sample(sorted(STEPS), 2)
        self.asked = [
            step_of(desks["dispatcher"], "dispatcher", child, one),
            step_of(desks["colleague"], "colleague", child, two),
            step_of(desks["manager"], "manager", child, "merge", parent=parent),
        ]
        self.notes = [note_of(desks[name], name, child) for name in ("dispatcher", "colleague")]
        done = {"outcome": "fixed", "explanation": f"The crew filled {child}."}
        self.day = [
            step(order, "start", f"{child}-start", child),
            step(order, "before", f"{child}-before", child),
            step(order, "call", f"{child}-call", child, words=f"Is it open at {child}?"),
            step(order, "after", f"{child}-after", child),
            step(order, "finish", f"{child}-finish", child, finished=done),
        ]

    def come_back_in_reach(self) -> Any:
        pictures = {f"{self.child}-before": jpeg(color="maroon")}
        pictures[f"{self.child}-after"] = jpeg(color="navy")
        return Phone().hand_over(*self.day, **pictures)

    def play(self) -> None:
        others = [each.go for each in (*self.asked, *self.notes)]
        synced = all_in_turn([self.come_back_in_reach, *others], self.chance)[0]
        events = of_both(self.child, self.parent)
        check_nothing_typed_is_lost([*self.asked, *self.notes], events)
        check_losers_are_told(self.asked, events, self.child)
        check_the_crew(synced, self.order, self.day)
        for own in (f"The crew filled {self.child}.", f"Is it open at {self.child}?"):
            assert kept(events, own) == 1
        check_dispatchers_read_of(self.order, self.desks["dispatcher"])
        merged = self.asked[-1].answer.status_code == 302
        check_counts(self.child, self.parent, merged=merged)


def test_nothing_is_lost_and_everybody_is_told(
    city: City,
    sit: Callable[[str], Desk],
    report: Callable[..., str],
    planned: Callable[[str], WorkOrder],
) -> None:
    desks = {name: sit(name) for name in ("dispatcher", "colleague", "manager")}
    for seed in range(ROUNDS):
        child, parent = report(), report()
        Round(seed, desks, child, parent, planned(child)).play()
