"""Whoever the demo city signs in as an agency's people finds work on their team's pile."""

from datetime import timedelta
from pathlib import Path

import pytest

from citycall.accounts.models import User
from citycall.accounts.queries import actor_of, own_teams
from citycall.catalog.queries import catalog
from citycall.demo import loading, people
from citycall.workbench import queue
from citycall.workbench.filters import Asked
from tests.city import NOW


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.django_db
def test_the_pile_of_my_team_has_work(settings, tmp_path: Path) -> None:
    settings.MAPS = tmp_path
    loading.load_city(at=NOW)
    loading.generate(requests=4_000, seed=loading.SEED, at=NOW, truth=tmp_path)
    for person in people.PEOPLE:
        user = User.objects.get(username=person.username)
        piles = queue.counts(actor_of(user), Asked(), at=NOW + timedelta(minutes=1))
        assert (piles["team"] > 0) == (person.role in people.OF_AN_AGENCY), person.username
    for team in catalog().teams:
        crew = User.objects.get(username=f"{team.code}-1")
        assert own_teams(crew.pk) == {team.id}
