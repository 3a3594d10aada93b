"""What invented people say, and who they are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from citycall.demo.history.incidents import Ints
from citycall.service_requests.models import Channel

Texts = NDArray[np.object_]

OPENINGS = (
    "{name} here. It has been like this since last week.",
    "Please look at this: {lower}. My neighbours have noticed it too.",
    "I pass this every day on the way to work. {name}.",
    "{name}, right in front of the house. It is getting worse.",
    "I reported something like this last year, and now it is back. {name}.",
    "Calling about this for my mother, who lives next door. {name}.",
    "{name}. Children walk past here to school.",
    "{name}. I can send a photo if that helps.",
)
WISHES = ("", "", "", "Please have somebody look at it.", "I would like to know when it is done.")
GIVEN = (
    "Ada", "Ben", "Carmen", "Dmitri", "Esther", "Farid", "Grace", "Hiroshi", "Ines", "Jamal",
    "Keisha", "Luis", "Mei", "Nadia", "Omar", "Priya", "Quentin", "Rosa", "Samuel", "Tamika",
)  # fmt: skip
FAMILY = (
    "Abara", "Bell", "Castillo", "Dorsey", "Ellison", "Farrow", "Greene", "Haddad", "Ivanova",
    "Jenkins", "Kim", "Lopez", "Moreno", "Nguyen", "Okafor", "Price", "Quinn", "Rivera", "Stokes",
    "Turner",
)  # fmt: skip
CHANNELS = {
    Channel.PHONE: 0.5, Channel.WEB: 0.2, Channel.APP: 0.18, Channel.TEXT: 0.05,
    Channel.EMAIL: 0.03, Channel.STAFF: 0.04,
}  # fmt: skip


def words(services: Ints, names: Sequence[str], rng: np.random.Generator) -> Texts:
    """What each reporter says of their service's problem."""
    said = np.array(
        [[o.format(name=n, lower=n[0].lower() + n[1:]) for o in OPENINGS] for n in names],
        dtype=object,
    )
    return np.asarray(said[services, rng.integers(0, len(OPENINGS), len(services))])


def chosen(options: Sequence[str], count: int, rng: np.random.Generator) -> Texts:
    """One of the options for each, all equally likely."""
    return np.asarray(np.array(options, dtype=object)[rng.integers(0, len(options), count)])


def channels(count: int, rng: np.random.Generator) -> Texts:
    """The door of each report, as usual in a city."""
    names = np.array([channel.value for channel in CHANNELS], dtype=object)
    return np.asarray(names[rng.choice(len(names), count, p=list(CHANNELS.values()))])


def people(count: int, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Names and e-mail addresses of invented people; the domain can receive no mail."""
    given = chosen(GIVEN, count, rng).tolist()
    family = chosen(FAMILY, count, rng).tolist()
    number = rng.integers(1, 10_000, count).tolist()
    names = [f"{g} {f}" for g, f in zip(given, family, strict=True)]
    addresses = [
        f"{g}.{f}.{n}@example.org".lower() for g, f, n in zip(given, family, number, strict=True)
    ]
    return names, addresses
