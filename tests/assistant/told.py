"""What invented people say of five services, as they might."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from citycall.assistant.examples import Example

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
SAID = {
    1: ["deep pothole", "hole in the road", "pavement is broken", "my tire hit a hole"],
    2: ["spray paint on the wall", "graffiti on the fence", "somebody tagged the bridge"],
    3: ["street light is out", "the lamp is dark", "lights blink all night"],
    4: ["water is running down", "a pipe leaks", "hydrant is open"],
    5: ["trash was not collected", "missed pickup of trash", "bins are still full"],
}
AROUND = ["on my street", "since monday", "please help", "near the school", "again", "by the park"]


def told(count: int, *, seed: int = 311, services: Sequence[int] = tuple(SAID)) -> list[Example]:
    """So many reports, one an hour, of these services in turn of chance."""
    chance = np.random.default_rng(seed)
    found = []
    for hour in range(count):
        service = int(chance.choice(services))
        said = [str(chance.choice(SAID[service])), *map(str, chance.choice(AROUND, 2))]
        found.append(Example(" ".join(said), service, SINCE + timedelta(hours=hour)))
    return found
