"""Write the emergency phrases as the file that browsers read; with ``--check`` only compare."""

import sys
from pathlib import Path

from citycall.emergencies.rules import for_browsers

FILE = Path(__file__).parent.parent / "src/citycall/web/static/web/offline/emergencies.json"


def main() -> int:
    """Write the file, or say that it is out of date."""
    if "--check" not in sys.argv:
        FILE.write_text(for_browsers() + "\n")
        return 0
    if FILE.exists() and FILE.read_text() == for_browsers() + "\n":
        return 0
    print(f"{FILE.name} is out of date: run python scripts/emergency_phrases.py")  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
