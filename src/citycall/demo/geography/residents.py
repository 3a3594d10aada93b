"""Who lives where: the truth behind the demo's statistics, neighborhood by neighborhood."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .model import Floats, Ints
from .mosaic import POPULATION, Mosaic
from .plane import XY

# Language, the middle of its community, its share there and how far it reaches in metres.
COMMUNITIES: tuple[tuple[str, XY, float, float], ...] = (
    ("es", (1500, 900), 0.52, 900),
    ("es", (-1200, -1600), 0.38, 700),
    ("es", (-900, -2800), 0.2, 800),
    ("zh", (200, 550), 0.31, 450),
    ("zh", (-1400, 2500), 0.12, 700),
    ("ko", (1200, 3300), 0.17, 700),
    ("ar", (-3000, 900), 0.22, 750),
    ("am", (-2300, 500), 0.12, 600),
    ("vi", (2300, -300), 0.14, 600),
    ("fr", (-600, 1300), 0.09, 600),
    ("ht", (-400, -500), 0.15, 500),
    ("ru", (3400, 1900), 0.11, 700),
)


def describe(
    mosaic: Mosaic, label: Ints, count: int, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """The properties of every neighborhood.

    Population and households are counts, `median_income` is dollars a year, `languages` are
    shares of residents by the language they prefer (sum 1), `median_year_built` is a year,
    `vacancy_rate` a share of homes. `reporting_rate` is the truth that analytics should find:
    how many reports residents make about the same problem, against 1.0 for the city's norm.
    """
    crowd = mosaic.people * (0.85 + 0.3 * rng.random(len(mosaic.faces)))
    population = _counts(np.bincount(label, weights=crowd, minlength=count))
    middle = np.array(
        [
            np.average(mosaic.middles[label == i], axis=0, weights=mosaic.people[label == i] + 1e-9)
            for i in range(count)
        ]
    )
    income = _averaged(mosaic, label, count, "income") * (0.82 + 0.36 * rng.random(count))
    built = _averaged(mosaic, label, count, "built") + rng.integers(-9, 10, count)
    languages = [_languages(place, rng) for place in middle]
    rate = _reporting_rate(income, np.array([shares["en"] for shares in languages]), rng)
    vacancy = np.clip(0.19 - income / 600_000 + 0.05 * rng.random(count), 0.02, 0.24)
    return [
        {
            "population": int(population[i]),
            "households": round(int(population[i]) / (2.1 + 0.9 * float(rng.random()))),
            "median_income": int(round(float(income[i]), -2)),
            "languages": languages[i],
            "reporting_rate": round(float(rate[i]), 3),
            "median_year_built": round(float(built[i])),
            "vacancy_rate": round(float(vacancy[i]), 3),
        }
        for i in range(count)
    ]


def _counts(expected: NDArray[Any]) -> Ints:
    """Whole residents, at least a few hundred each, near the city's total."""
    whole = np.round(expected * (POPULATION / expected.sum()))
    return np.asarray(np.maximum(whole, 240), dtype=np.int64)


def _averaged(mosaic: Mosaic, label: Ints, count: int, attribute: str) -> Floats:
    """A district trait averaged over each neighborhood's residents."""
    values = np.array([float(getattr(style, attribute)) for style in mosaic.styles])
    weight = mosaic.people + 1e-6
    return np.asarray(
        np.bincount(label, weights=values * weight, minlength=count)
        / np.bincount(label, weights=weight, minlength=count),
        dtype=np.float64,
    )


def _languages(place: Floats, rng: np.random.Generator) -> dict[str, float]:
    """Shares by language: communities fade with distance, English takes the rest."""
    shares: dict[str, float] = {}
    for code, (x, y), peak, reach in COMMUNITIES:
        gap = ((float(place[0]) - x) ** 2 + (float(place[1]) - y) ** 2) / reach**2
        share = peak / (1.0 + gap * gap) * (0.8 + 0.4 * float(rng.random()))
        shares[code] = shares.get(code, 0.004) + share
    scale = min(1.0, 0.72 / sum(shares.values()))
    rounded = {code: round(share * scale, 3) for code, share in sorted(shares.items())}
    return {"en": round(1.0 - sum(rounded.values()), 3), **rounded}


def _reporting_rate(income: Floats, english: Floats, rng: np.random.Generator) -> Floats:
    """Between 0.35 and 1.6: lower where income is low and English is not the first language."""
    rank = np.argsort(np.argsort(income)) / max(1, len(income) - 1)
    noise = rng.random(len(income)) + rng.random(len(income)) - 1.0
    raw = 0.9 + 0.70 * (rank - 0.5) - 0.68 * (0.85 - english) + 0.3 * noise
    raw *= 0.98 / raw.mean()
    return np.asarray(np.clip(raw, 0.35, 1.6), dtype=np.float64)
