import pytest

from tests import city as small_city

from . import past


@pytest.fixture
def city(db: None) -> small_city.City:
    return small_city.build()


@pytest.fixture
def town(db: None) -> past.Town:
    return past.build()
