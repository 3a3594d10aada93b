"""Write ``docs/map.md`` from the rooms' docstrings; with ``--check`` only compare."""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
MAP = ROOT / "docs" / "map.md"
HEAD = """# Map of the code

Made from the first line of each package by `python scripts/docs_map.py`; do not edit.

| room | what it is for |
|---|---|
"""


def rooms() -> list[tuple[str, str]]:
    """Every package below ``citycall`` that has a docstring, with that docstring's first line."""
    found = []
    for path in sorted((ROOT / "src" / "citycall").rglob("__init__.py")):
        text = ast.get_docstring(ast.parse(path.read_text()))
        if text:
            name = ".".join(path.parent.relative_to(ROOT / "src").parts)
            found.append((name, text.splitlines()[0]))
    return found


def text() -> str:
    """The whole page."""
    return HEAD + "".join(f"| `{name}` | {line} |\n" for name, line in rooms())


def main() -> int:
    """Write the page, or say that it is out of date."""
    if "--check" not in sys.argv:
        MAP.write_text(text())
        return 0
    if MAP.exists() and MAP.read_text() == text():
        return 0
    print("docs/map.md is out of date: run python scripts/docs_map.py")  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
