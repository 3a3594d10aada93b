"""One of two cities that pass requests on to each other: its residents and its crews.

Run as a program of its own, since each city has its own database.
"""

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

OFTEN_SECONDS = 0.3
AT_ONCE = 40


@dataclass(frozen=True)
class Plan:
    """What this city is told: its own label and the other's, and how much to do.

    Of its requests every 20th is withdrawn at once, every 3rd is added to, and the end of every
    5th is disputed.
    """

    own: str
    other: str
    count: int
    service: str
    service_of_other: str
    url: str
    secret_of_other: str
    seconds: float

    @staticmethod
    def is_withdrawn(number: int) -> bool:
        return number % 20 == 0

    @staticmethod
    def is_added_to(number: int) -> bool:
        return number % 3 == 0

    def is_disputed(self, number: int) -> bool:
        return number % 5 == 1 and not self.is_withdrawn(number)


def token(label: str, number: int) -> str:
    """What every text about a request has in it, and none about another."""
    return f"[{label}-{number}]"


def set_up(plan: Plan) -> None:
    """The other city as a partner, and a key for it that may report and nothing else."""
    from citycall.accounts.actions import issue_key
    from citycall.core import clock
    from citycall.core.actors import SYSTEM
    from citycall.exchange.forwarding.actions import save_partner
    from citycall.exchange.forwarding.specs import PartnerSpec
    from citycall.service_requests.policies import SUBMIT_SCOPE

    at = clock.now()
    issue_key(name=plan.other, scopes=[SUBMIT_SCOPE], by=SYSTEM, at=at, secret=plan.secret_of_other)
    spec = PartnerSpec(
        code=plan.other,
        name=f"City of {plan.other}",
        url=plan.url,
        profile="citycall",
        services={plan.service: plan.service},
        poll_every_seconds=2,
    )
    save_partner(spec=spec, by=SYSTEM, at=at)


class Life:
    """What people do in this city until everything that they reported has come to its end."""

    def __init__(self, plan: Plan) -> None:
        from citycall.accounts.models import Role
        from citycall.core.actors import Actor, ActorKind

        self.plan = plan
        roles = frozenset({(Role.ADMINISTRATOR.value, None)})
        self.crew = Actor(kind=ActorKind.STAFF, name="Crew", memberships=roles)
        self.chance = random.Random(plan.own)
        self.submitted = 0
        self.noted: set[int] = set()

    def go_on(self) -> None:
        """Live until both sides' requests have ended here; raises ``TimeoutError``."""
        until = time.monotonic() + self.plan.seconds
        while True:
            self.submit()
            open_here = self.work() + self.answer()
            if self.submitted == self.plan.count and not open_here:
                return
            if time.monotonic() > until:
                raise TimeoutError(f"{open_here} requests have not come to their end")
            time.sleep(OFTEN_SECONDS)

    def submit(self) -> None:
        """Some more residents report."""
        for number in range(self.submitted, min(self.submitted + AT_ONCE, self.plan.count)):
            self.report(number)
            self.submitted += 1

    def report(self, number: int) -> None:
        from citycall.core import clock
        from citycall.core.actors import resident
        from citycall.places.locations import Location
        from citycall.places.models import LocationKind
        from citycall.service_requests.actions import close, tell_more
        from citycall.service_requests.actions.submit import submit
        from citycall.service_requests.drafts import Draft
        from citycall.service_requests.models import Channel

        mark = token(self.plan.own, number)
        point = _point(self.chance)
        receipt = submit(
            Draft(
                service=self.plan.service,
                channel=Channel.WEB,
                location=Location(kind=LocationKind.POINT, longitude=point[0], latitude=point[1]),
                words=f"{mark} Somebody should look at this.",
            ),
            by=resident(),
            at=clock.now(),
        )
        me = resident(reports=[receipt.report_id])
        if self.plan.is_added_to(number):
            words = f"{mark} It has become worse."
            tell_more.add_information(receipt.request_id, words=words, by=me, at=clock.now())
        if self.plan.is_withdrawn(number):
            words = f"{mark} It is gone."
            close.cancel(receipt.request_id, reason=words, by=me, at=clock.now())

    def work(self) -> int:
        """The crews take the other city's requests one step further; how many are not at an end.

        Those that have not come yet are among these.
        """
        left = self.plan.count
        done = 0
        for number, row in _rows(self.plan.other):
            wanted = int(self.plan.is_disputed(number))
            if row.status == "cancelled" or (
                row.status == "completed" and row.reopened_count == wanted
            ):
                left -= 1
            elif row.status in {"new", "assigned", "in_progress"} and done < AT_ONCE:
                done += not self.plan.is_withdrawn(number)
                self.step(number, row)
        return left

    def step(self, number: int, row: Any) -> None:
        from citycall.core import clock
        from citycall.service_requests.actions import close, tell_more, work

        if self.plan.is_withdrawn(number):
            return
        mark, at = token(self.plan.other, number), clock.now()
        if row.status != "in_progress":
            work.start(row.pk, by=self.crew, at=at)
        elif row.pk not in self.noted:
            self.noted.add(row.pk)
            words = f"{mark} We have ordered what we need."
            tell_more.add_note(row.pk, words=words, public=True, by=self.crew, at=at)
        else:
            time_of = "second" if row.reopened_count else "first"
            close.complete(
                row.pk,
                outcome_code=self.chance.choice(_outcomes(self.plan.service_of_other)),
                explanation=f"{mark} Done for the {time_of} time.",
                by=self.crew,
                at=at,
            )

    def answer(self) -> int:
        """Residents look at what was done; how many of their requests are not at an end."""
        from citycall.core import clock
        from citycall.core.actors import resident
        from citycall.feedback import actions as feedback
        from citycall.service_requests.models import Report

        left = self.submitted
        for number, row in _rows(self.plan.own):
            if self.plan.is_withdrawn(number):
                left -= row.status == "cancelled"
            elif row.status != "completed":
                continue
            elif self.plan.is_disputed(number) and row.reopened_count == 0:
                report = Report.objects.get(number=row.number)
                feedback.dispute(
                    report,
                    by=resident(reports=[report.pk]),
                    at=clock.now(),
                    words=f"{token(self.plan.own, number)} It is still there.",
                )
            else:
                left -= 1
        return left


def _point(chance: random.Random) -> tuple[float, float]:
    """Somewhere in the city."""
    from citycall.places.queries import areas

    middle = areas().middle
    assert middle is not None
    while True:
        point = (middle[0] + chance.uniform(-0.03, 0.03), middle[1] + chance.uniform(-0.03, 0.03))
        if areas().inside_city(*point):
            return point


def _rows(label: str) -> Iterator[tuple[int, Any]]:
    """The requests that began with this label's words, each with its number."""
    from citycall.service_requests.models import Report, ServiceRequest

    words = dict(
        Report.objects.filter(words__startswith=f"[{label}-").values_list(
            "service_request_id", "words"
        )
    )
    for row in ServiceRequest.objects.filter(pk__in=list(words)).order_by("pk"):
        yield int(words[row.pk].split("]")[0].rpartition("-")[2]), row


def _outcomes(service: str) -> list[str]:
    from citycall.catalog.queries import catalog

    return list(catalog().service(service).spec.outcomes)


def main() -> None:
    """Do what the first argument says by the plan in the second."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citycall.settings")
    import django

    django.setup()
    doing, plan = sys.argv[1], Plan(**json.loads(sys.argv[2]))
    if doing == "set-up":
        set_up(plan)
    else:
        Life(plan).go_on()


if __name__ == "__main__":
    main()
