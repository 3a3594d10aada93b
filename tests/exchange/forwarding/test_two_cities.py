"""Two whole installations, with web servers and workers, through a network that does all wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
@pytest.mark.timeout(700)
def test_at_the_end_both_cities_have_the_same() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bench.forwarding", "40"],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-5_000:]
    told = json.loads(run.stdout)
    assert told["sound"], (told, run.stderr[-5_000:])
    assert told["faults"].get("cut_after", 0) + told["faults"].get("error_after", 0) > 0
    assert told["updates_received"] >= 100
