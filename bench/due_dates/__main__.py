"""Print the comparison for one file; see ``bench.due_dates``."""

import json
import os
import sys
from pathlib import Path

import django

import bench.due_dates


def main() -> None:
    """Print the figures and the table, or with ``--json`` the document."""
    paths = [argument for argument in sys.argv[1:] if argument != "--json"]
    if len(paths) != 1:
        sys.exit(bench.due_dates.__doc__)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citycall.settings")
    django.setup()
    from bench.due_dates import comparing

    found = comparing.measure(Path(paths[0]))
    if "--json" in sys.argv:
        print(json.dumps(found, indent=2))
        return
    print(f"{found['rows']:,} rows, {found['with_target']:,} with a target")
    print(f"calendar: {json.dumps(found['calendar'])}")
    for name in ("equal_dates", "equal_dates_later", "equal_minutes"):
        print(f"{name}: {found[name]:.2%}")
    for reason in comparing.Reason:
        print(f"{reason.value}: {found['reasons'][reason]:,} ({comparing.MEANING[reason]})")
    print(comparing.table(found))


if __name__ == "__main__":
    main()
