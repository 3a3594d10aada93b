"""Write ``docs/reference/open-data.md`` from the columns themselves; with ``--check`` compare."""

import sys

from reference_page import main

COMMAND = "python scripts/open_data_reference.py"
HEAD = f"""# Open data: the columns

Made from `exchange/open_data/columns.py` by `{COMMAND}`; do not edit. How editions are made and
where their files are is told in [publish open data](../how-to/publish-open-data.md).

Every format has the same columns in the same order; no other fact of a request is in any file.
CSV and GeoJSON write dates and times in the city's own time with its offset from UTC, to the
second; Parquet holds them in UTC. Parquet has the point once more as `geometry` (GeoParquet 1.1,
WKB), GeoJSON as each feature's geometry instead of `longitude` and `latitude`. Empty, `null` and
missing mean that something is not known or not told.

| column | values | meaning | made from |
|---|---|---|---|
"""
LAYERS = """
For every layer of areas that divides the city there is one column more, `area_` and the layer's
code: `area_neighborhoods` has the name of the neighborhood that holds the point. The dictionary of
an edition lists the codes of the areas beside their names.

## What is left out, and why

| what | why |
|---|---|
"""


def text() -> str:
    """The whole page."""
    from citycall.exchange.open_data.columns import LEFT_OUT, columns

    rows = "".join(
        f"| `{each.name}` | {each.kind.value}{f', {each.unit}' if each.unit else ''} "
        f"| {each.description} | `{each.source}` |\n"
        for each in columns(())
    )
    left_out = "".join(f"| {each.what} | {each.why} |\n" for each in LEFT_OUT)
    return HEAD + rows + LAYERS + left_out


if __name__ == "__main__":
    sys.exit(main("open-data.md", text, command=COMMAND))
