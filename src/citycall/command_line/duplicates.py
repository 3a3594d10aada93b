"""How well requests that are one problem are found, measured on a city's own history."""

import json
from pathlib import Path

import click

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("measure-duplicates")
@click.argument("requests", type=_FILE)
@click.argument("pairs", type=_FILE)
@click.option("--shipped", is_flag=True, help="Judge the numbers that come with the program.")
@click.option(
    "--learn",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Learn from all pairs, and write the numbers to this file.",
)
def measure_duplicates(requests: Path, pairs: Path, shipped: bool, learn: Path | None) -> None:  # noqa: FBT001
    """Measure how well duplicates are found, and print the figures as JSON.

    REQUESTS and PAIRS are Parquet files in the columns of Boston's Open311 records and of pairs of
    child and parent. The score is learned from earlier pairs and judged on later ones; with
    --shipped, the program's own is judged on all of them.
    """
    from citycall.duplicates import examining, measuring, score

    history = measuring.load(requests, pairs)
    judged = examining.examine(history, score=score.shipped() if shipped else None)
    click.echo(json.dumps(judged, indent=2))
    if learn is not None:
        threshold = judged["operating_point"]["threshold"]
        found = examining.learn(history, threshold=threshold)
        learn.write_text(json.dumps(_file_of(found, judged), indent=1) + "\n", encoding="utf-8")


def _file_of(found: object, judged: dict[str, object]) -> dict[str, object]:
    from citycall.duplicates.score import Score

    assert isinstance(found, Score)
    return {
        "learned_from": {
            "data": "Boston's Open311 records to 2017, and the pairs that closing notes name",
            "requests": judged["requests"],
            "pairs": judged["children_with_older_parent"],
            "by": "citycall measure-duplicates --learn",
        },
        "threshold": found.threshold,
        "which": found.which.as_json(),
        "whether": found.whether.as_json(),
    }
