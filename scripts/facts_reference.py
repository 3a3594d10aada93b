"""Write ``docs/reference/facts.md`` from the dictionary itself; with ``--check`` compare."""

import sys

from reference_page import main

COMMAND = "python scripts/facts_reference.py"
HEAD = f"""# Facts: the tables for analysts

Made from `analytics/analysts/dictionary.py` by `{COMMAND}`; do not edit. How to ask them in SQL and
how to take them along as Parquet is told in [query the facts](../how-to/query-the-facts.md), what
numbers are made of them in [measures](../explanation/measures.md).

Moments are in UTC, without a zone; days, weeks (by their Monday) and months (by their first day)
are the city's own. Empty means that something is not known, or has not happened. Numbers such as
`service` lead to the `id` of the table that is named.
"""


def text() -> str:
    """The whole page."""
    from citycall.analytics.analysts.dictionary import LEFT_OUT, TABLES

    parts = [HEAD]
    for name, table in TABLES.items():
        parts.append(
            f"\n## `{name}`\n\n{table.meaning}\n\n| column | kind | meaning |\n|---|---|---|\n"
        )
        parts += [f"| `{each.name}` | {each.kind} | {each.meaning} |\n" for each in table.columns]
    parts.append("\n## What is left out, and why\n\n| what | why |\n|---|---|\n")
    parts += [
        f"| `{name}.{column}` | {why} |\n"
        for name, columns in LEFT_OUT.items()
        for column, why in columns.items()
    ]
    return "".join(parts)


if __name__ == "__main__":
    sys.exit(main("facts.md", text, command=COMMAND))
