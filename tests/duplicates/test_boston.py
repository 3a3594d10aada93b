"""On real pairs: learned from earlier ones, the true parent is found for later ones."""

import pytest

from citycall.duplicates import examining, measuring
from citycall.duplicates.fitting import fit
from tests import real_data

pytestmark = [pytest.mark.slow, pytest.mark.real_data]

LEARNED = 0.7
AT_FIRST = 0.78
AMONG_THREE = 0.94
# A rule on distance, age and service finds fewer; else what is learned would be for nothing.
MORE_THAN_CRUDE = 0.08


@pytest.mark.timeout(400)
def test_later_duplicates_are_found_by_what_earlier_ones_teach() -> None:
    folder = real_data.found("boston")
    history = measuring.load(
        folder / "open311_text_to_2017.parquet", folder / "duplicate_pairs_to_2017.parquet"
    )
    children = history.children
    half = int(len(children) * LEARNED)
    rarity = measuring.rarity_until(history, children[half][0])
    cases = [measuring.decided(history, child, rarity=rarity) for child, _parent in children]
    score = fit(cases[:half], threshold=0.5)
    found = examining.found_by(score.which.of, cases[half:])
    crude = examining.found_by(examining.crude, cases[half:])
    assert found.children > 500
    assert found.first >= AT_FIRST
    assert found.among_three >= AMONG_THREE
    assert found.first >= crude.first + MORE_THAN_CRUDE
