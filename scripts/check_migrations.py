"""Check that the models and the migrations agree, and that none would stop a running city."""

import ast
import os
import sys
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src"
# Operations that hold a table while they run; the first migration of a room has no rows to hold.
HOLDING = {"AddIndex", "RemoveIndex", "AlterField", "RenameField", "RenameModel", "AddConstraint"}


def holding_operations(path: Path) -> list[str]:
    """The names of operations in a later migration that would hold a table in use."""
    if path.name.startswith("0001"):
        return []
    tree = ast.parse(path.read_text())
    # What only the state is told of does not touch the table.
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            node.keywords = [k for k in node.keywords if k.arg != "state_operations"]
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return sorted({f.attr for f in calls if isinstance(f, ast.Attribute) and f.attr in HOLDING})


def main() -> int:
    """Print every fault; 1 when there is any."""
    faults = [
        f"{path.relative_to(SOURCE)}: {', '.join(found)} holds the table; do it concurrently"
        for path in sorted(SOURCE.glob("citycall/*/migrations/0*.py"))
        if (found := holding_operations(path))
    ]
    for fault in faults:
        print(fault)  # noqa: T201
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citycall.settings")
    os.environ.setdefault("DATABASE_URL", "postgresql:///citycall")
    import django
    from django.core.management import call_command

    django.setup()
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    except SystemExit:
        faults.append("models differ from migrations")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
