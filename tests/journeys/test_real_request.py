"""One of Baltimore's own requests, taken through its whole life by the public doors."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from citycall.accounts.models import Role
from citycall.catalog.queries import catalog
from citycall.core import numbers
from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.exchange.history.importing import import_history
from citycall.service_requests.models import ServiceRequest
from tests.city import member

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("CITYCALL_DATA", ROOT / ".." / "shared" / "data"))
EXPORT = DATA / "baltimore" / "baltimore_311_2019-10.parquet"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.django_db,
    pytest.mark.skipif(
        not EXPORT.exists() and os.environ.get("CI") != "true",
        reason=f"the public 311 data is not at {DATA}",
    ),
]


@pytest.fixture
def request_of_baltimore(tmp_path: Path) -> ServiceRequest:
    import_history(
        EXPORT,
        mapping="baltimore",
        by=SYSTEM,
        at=datetime.now(UTC),
        rejects_folder=tmp_path,
    )
    return ServiceRequest.objects.filter(
        status="new", service__name__icontains="alley", longitude__isnull=False
    ).earliest("id")


def signed_in(name: str) -> Client:
    """An administrator's browser."""
    member(name, Role.ADMINISTRATOR)
    staff = Client()
    answer = staff.post("/sign-in", {"username": name, "password": "correct horse battery"})
    assert answer.status_code == 302
    return staff


def test_a_real_request_is_worked_disputed_worked_again_and_confirmed(
    request_of_baltimore: ServiceRequest,
) -> None:
    request = request_of_baltimore
    number = numbers.show(request.number)
    staff, second, resident = signed_in("admin"), signed_in("second"), Client()
    outcome = catalog().service_by_id(request.service_id).spec.outcomes[0]

    def step(name: str, staff: Client = staff, **values: str) -> None:
        page = staff.get(f"/agency/{number}").content.decode()
        seen = re.search(rf'name="{name}-seen" value="([^"]+)"', page)
        assert seen is not None
        typed = {f"{name}-{field}": value for field, value in {**values, "seen": seen[1]}.items()}
        answer = staff.post(f"/agency/{number}/{name}", typed)
        assert answer.status_code == 302, answer.content.decode()

    def stands() -> str:
        request.refresh_from_db()
        page = resident.get(f"/r/{number}").content.decode()
        found = re.search(r"cc-status--(\w+)", page)
        assert found is not None
        assert found[1] == request.status
        return found[1]

    assert stands() == "new"
    step("assign", assignee="")
    assert stands() == "assigned"
    step("complete", outcome=outcome, explanation="The alley was cleaned.")
    assert stands() == "completed"
    resident.post(f"/r/{number}/still-there", {"words": "The bags are still there."})
    assert stands() == "assigned"
    # Whoever completed what was not done is not the one to say that it is done now.
    step("complete", second, outcome=outcome, explanation="Cleaned on a second visit.")
    assert stands() == "completed"
    resident.post(f"/r/{number}/confirm")
    assert stands() == "closed"
    told = Event.objects.filter(subject_id=request.pk).order_by("id")
    assert [event.kind for event in told] == [
        "imported", "assigned", "completed", "disputed", "promise_changed", "completed",
        "confirmed",
    ]  # fmt: skip
