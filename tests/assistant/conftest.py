import pytest

from tests.city import City
from tests.web import town


@pytest.fixture
def city(db: None) -> City:
    return town.build()
