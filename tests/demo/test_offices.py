"""The demo's council office asks, and its agency's people say why they look at contacts."""

from datetime import timedelta

import pytest

from citycall.accounts.actions import give_role
from citycall.accounts.models import Role, User
from citycall.core.actors import SYSTEM, resident
from citycall.council.models import Case, DistrictMonth, Inquiry
from citycall.demo import offices
from citycall.demo.people import OFFICE
from citycall.privacy.models import ContactOpening
from citycall.service_requests.actions.submit import submit
from tests import city as small_city
from tests.city import NOW
from tests.council.places import load


@pytest.mark.django_db
def test_there_is_something_to_show() -> None:
    load()
    city = small_city.build()
    office = User.objects.create_user(username=OFFICE.username)
    give_role(office, role=Role.COUNCIL, agency_id=None, area="council/1", by=SYSTEM, at=NOW)
    dispatcher = User.objects.create_user(username="dispatch")
    give_role(dispatcher, role=Role.DISPATCHER, agency_id=city.streets.pk, by=SYSTEM, at=NOW)
    for _n in range(3):
        submit(small_city.draft("pothole"), by=resident(), at=NOW)
    offices.make(at=NOW + timedelta(days=1))
    assert Inquiry.objects.count() == 3
    assert Inquiry.objects.filter(answered_at__isnull=False).count() == 1
    assert ContactOpening.objects.count() == 3
    assert set(Case.objects.values_list("filed", flat=True)) == {True, False}
    assert DistrictMonth.objects.exists()
