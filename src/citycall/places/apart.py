"""Checking shapes in a process of its own, which is stopped when it takes too long."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from citycall.places.shapes import Mended, Misfit

PROGRAM = Path(__file__).with_name("shapes.py")
MEMORY_BYTES = 2 * 1024**3


class TooHard(Exception):
    """The shapes could not be checked within the limits; ``done`` answers came before."""

    def __init__(self, done: int) -> None:
        super().__init__(f"stopped after {done} answers")
        self.done = done


def mend_all(shapes: Sequence[BaseGeometry], *, seconds: float) -> list[Mended]:
    """``shapes.mend`` for each; raises ``TooHard`` when time or memory runs out."""
    answers = _run("mend", [_hex(shape) for shape in shapes], seconds=seconds)
    return [Mended(shape and shapely.from_wkb(shape), tuple(repairs)) for shape, repairs in answers]


def find_misfits(
    shapes: Sequence[BaseGeometry], *, boundary: BaseGeometry | None, seconds: float
) -> list[Misfit]:
    """``shapes.misfits``; raises ``TooHard`` when time or memory runs out."""
    outline = "-" if boundary is None else _hex(boundary)
    answers = _run("misfits", [outline, *(_hex(shape) for shape in shapes)], seconds=seconds)
    return [Misfit(*answer) for answer in answers]


def _hex(shape: BaseGeometry) -> str:
    return str(shapely.to_wkb(shape, hex=True))


def _run(task: str, lines: Sequence[str], *, seconds: float) -> list[Any]:
    question = "\n".join([json.dumps([task, MEMORY_BYTES]), *lines]) + "\n"
    try:
        done = subprocess.run(  # noqa: S603  (our own program, no argument from outside)
            [sys.executable, "-I", str(PROGRAM)],
            input=question.encode("ascii"),
            capture_output=True,
            timeout=seconds,
            check=False,
            # One thread: a library that starts one for every core would need more memory each.
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired as stopped:
        raise TooHard(len(_answers(stopped.stdout or b""))) from None
    answers = _answers(done.stdout)
    if done.returncode == 0:
        return answers
    if done.returncode < 0 or b"MemoryError" in done.stderr or b"bad_alloc" in done.stderr:
        raise TooHard(len(answers))
    raise RuntimeError(f"{PROGRAM.name} failed: {done.stderr.decode(errors='replace')[-500:]}")


def _answers(output: bytes) -> list[Any]:
    # The last line may have been cut off by the kill.
    return [json.loads(line) for line in output.split(b"\n")[:-1]]
