"""An administrator, who holds the role and none of Django's flags, at the administrators' site."""

from collections.abc import Callable

import pytest
from django.test import Client

from citycall.accounts.models import User
from tests import city as small_city


@pytest.fixture
def city(db: None) -> small_city.City:
    return small_city.build()


@pytest.fixture
def as_(city: small_city.City) -> Callable[[str], Client]:
    """Somebody of the cast, by user name, signed in."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=name))
        return client

    return signed_in


@pytest.fixture
def admin(as_: Callable[[str], Client]) -> Client:
    return as_("administrator")
