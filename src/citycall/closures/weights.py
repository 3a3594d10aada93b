"""The published weights of the signs; ``docs/explanation/honest-closure.md`` tells of them.

Fitted on the demo city's truth of one seed by ``bench.closures.fit``: a logistic regression whose
weights may not fall below zero. The threshold was set afterwards, at 4.5% false alarms there, when
the sign ``repeated`` had come to look at the distance. ``too_quick`` and ``told_again``, of which
that city teaches nothing, are set by hand.
"""

from collections.abc import Mapping
from typing import Final

CONSTANT: Final = -6.91
THRESHOLD: Final = 0.0472
WEIGHTS: Final[Mapping[str, float]] = {
    "no_visit": 4.77,
    "no_start": 3.21,
    "short_visit": 3.89,
    "no_photo": 1.19,
    "too_quick": 0.3,
    "sitting": 4.79,
    "same_text": 0.49,
    "night": 2.04,
    "repeated": 4.45,
    "told_again": 1.0,
    "record": 0.27,
    "confirmed": -2.0,
}
