"""Write a page of the reference from the code itself; with ``--check`` compare."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"


def main(name: str, text: Callable[[], str], *, command: str) -> int:
    """Write the page, or say that it is out of date."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citycall.settings")
    import django

    django.setup()
    page = REFERENCE / name
    if "--check" not in sys.argv:
        page.write_text(text())
        return 0
    if page.exists() and page.read_text() == text():
        return 0
    sys.stderr.write(f"{name} is out of date: run {command}\n")
    return 1
