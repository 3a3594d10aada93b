"""What learning from history and one suggestion cost; a suggestion also as a ratio."""

import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from bench import stage

ASKED = 2_000
WARM = 50
SEED = 311


def measure(where: stage.Stage, *, requests: int) -> dict[str, Any]:
    """Seconds of learning; milliseconds of a suggestion, and its ratio to the bare product.

    The bare product is that of the rows of the text's pieces, known already, with the weights:
    what no way of suggesting by a linear model can do without.
    """
    from citycall.assistant import actions
    from citycall.assistant.model import Model
    from citycall.assistant.queries import SUGGESTIONS, suggest
    from citycall.core.actors import SYSTEM
    from citycall.demo import loading

    loading.generate(requests=requests, seed=SEED, at=datetime.now(UTC))
    where.psql("VACUUM ANALYZE")
    start = time.perf_counter()
    trained = actions.train(by=SYSTEM, at=datetime.now(UTC))
    learning = time.perf_counter() - start
    start = time.perf_counter()
    model = Model.from_bytes(bytes(trained.content))
    loading_ms = (time.perf_counter() - start) * 1000
    texts = _texts(where)
    SUGGESTIONS.get()
    suggestions = _times(suggest, texts)
    products = _times(_product(model, texts), texts)
    return {
        "requests": trained.examples,
        "services": trained.services,
        "measured": trained.measured,
        "learning_seconds": round(learning, 2),
        "model_kb": round(len(trained.content) / 1000),
        "loading_ms": round(loading_ms, 1),
        "suggestion_ms": _spread(suggestions),
        "bare_product_ms": _spread(products),
        "ratio_to_bare_product": round(
            statistics.median(suggestions) / statistics.median(products), 2
        ),
    }


def _texts(where: stage.Stage) -> list[str]:
    rows = where.psql(
        f"SELECT words FROM service_requests_report WHERE words <> '' ORDER BY number LIMIT {ASKED}"
    )
    return [str(words) for (words,) in rows]


def _product(model: Any, texts: Sequence[str]) -> Callable[[str], object]:
    """The product of each text's shares with the weights, its pieces having been looked up."""
    known = {text: model.known(text) for text in texts}

    def product(text: str) -> object:
        rows, shares = known[text]
        return shares @ np.take(model.weights, rows, axis=0).astype(np.float32)

    return product


def _times(act: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    for text in texts[:WARM]:
        act(text)
    times = []
    for text in texts:
        start = time.perf_counter()
        act(text)
        times.append((time.perf_counter() - start) * 1000)
    return times


def _spread(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "p50": round(statistics.median(ordered), 4),
        "p99": round(ordered[int(len(ordered) * 0.99)], 4),
        "n": len(ordered),
    }
