import pytest

from tests.appointments import cast
from tests.city import City


@pytest.fixture
def city(db: None) -> City:
    return cast.build()
