"""Faces and plates in a picture, looked for in a process of its own that may be killed.

``python -m citycall.privacy.finding FILE`` writes what it finds as JSON: boxes of left, top,
width, height in pixels, and what each seems to be. Misses are many: a person looks too.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SECONDS: Final = 20
MEMORY_BYTES: Final = 2 * 2**30
MOST: Final = 50
# The cascades that come with OpenCV 4, and what they look for; sides below this are not a face.
_CASCADES: Final = (
    ("face", "haarcascade_frontalface_default.xml"),
    ("face", "haarcascade_profileface.xml"),
    ("plate", "haarcascade_russian_plate_number.xml"),
)
_SMALLEST: Final = 20


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture, in its pixels from the left and the top."""

    left: int
    top: int
    width: int
    height: int
    what: str = "hand"


class NotLookedAt(RuntimeError):
    """The picture could not be looked through: too slow, too large, or broken."""


def find(path: Path) -> list[Box]:
    """What looks like a face or a plate in a stored picture; raises ``NotLookedAt``."""
    command = [sys.executable, "-m", "citycall.privacy.finding", str(path)]
    try:
        done = subprocess.run(  # noqa: S603  (our own program, and a name that we gave)
            command, capture_output=True, timeout=SECONDS, check=True
        )
        return [Box(*each) for each in json.loads(done.stdout)][:MOST]
    except (subprocess.SubprocessError, ValueError, TypeError) as error:
        raise NotLookedAt(str(error)) from error


def _limit() -> None:
    """Less than the machine has, so that a hostile picture harms nobody else."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def main(path: str) -> None:
    """Look through one picture."""
    _limit()
    import cv2

    cv2.setNumThreads(1)
    picture = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise SystemExit(1)
    even = cv2.equalizeHist(picture)
    found = []
    for what, name in _CASCADES:
        cascade = cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / name))
        boxes = cascade.detectMultiScale(
            even, scaleFactor=1.1, minNeighbors=4, minSize=(_SMALLEST, _SMALLEST)
        )
        found += [[*(int(side) for side in box), what] for box in boxes]
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
