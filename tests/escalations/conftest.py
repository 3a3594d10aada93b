import pytest

from tests import city as small_city


@pytest.fixture
def city(db: None) -> small_city.City:
    return small_city.build()
