"""Three articles of a small city, and those who write them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from citycall.accounts.models import Role
from citycall.core.actors import Actor, ActorKind
from citycall.knowledge.actions import save_article
from citycall.knowledge.specs import ArticleSpec
from tests import city as small_city

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SNOW: dict[str, Any] = {
    "code": "snow",
    "title": "When is my street plowed?",
    "summary": "Main streets first.",
    "body": "Main streets come **first**.\n\nSide streets follow when the storm has passed.",
    "keywords": ["snow", "ice", "blizzard"],
    "services": ["pothole"],
    "agency": "streets",
    "checked_on": date(2026, 5, 1),
}
TRASH = {
    **SNOW,
    "code": "trash",
    "title": "Collection of trash",
    "summary": "Once a week.",
    "body": "Trash is collected once a week. After a storm or snow the trucks come a day later.",
    "keywords": ["garbage", "recycling"],
}
WATER = {
    **SNOW,
    "code": "water",
    "title": "Questions about a water bill",
    "summary": "Have the account number ready.",
    "body": "## Too high?\n\nLook for leaks first.\n\nThen ask for the meter to be read again.",
    "keywords": ["payment plan"],
    "services": [],
}


def staff(role: Role) -> Actor:
    return Actor(
        kind=ActorKind.STAFF, id=1, name="Ada", memberships=frozenset({(role.value, None)})
    )


def spec(**fields: Any) -> ArticleSpec:
    """The article about snow, with other fields."""
    return ArticleSpec.model_validate({**SNOW, **fields})


@pytest.fixture
def administrator() -> Actor:
    return staff(Role.ADMINISTRATOR)


@pytest.fixture
def city(db: None) -> small_city.City:
    return small_city.build()


@pytest.fixture
def articles(city: small_city.City, administrator: Actor) -> None:
    for fields in (SNOW, TRASH, WATER):
        save_article(spec=ArticleSpec.model_validate(fields), by=administrator, at=NOW)
