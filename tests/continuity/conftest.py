import pytest

from tests import city as small_city
from tests.city import City


@pytest.fixture
def city(db: None) -> City:
    return small_city.build()
