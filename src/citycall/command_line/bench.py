"""Measuring what things cost; the measurements are the checkout's ``bench`` folder."""

import json
import sys
from pathlib import Path

import click

from citycall.command_line import ready

CHECKOUT = Path(__file__).parents[3]


@click.command()
@click.option("--smoke", is_flag=True, help="Small sizes, to see that everything runs.")
@click.option("--output", type=click.Path(path_type=Path), help="Write the results as JSON.")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(
        [
            "intake",
            "chaos",
            "imports",
            "search",
            "reads",
            "pages",
            "machines",
            "exports",
            "forwarding",
            "offline",
            "first_load",
            "suggestions",
            "console",
            "duplicates",
            "storm",
            "workqueue",
            "bookings",
            "batches",
            "closures",
            "fairness",
            "forecasts",
            "places",
            "citistat",
        ]
    ),
    help="Measure only these.",
)
def bench(smoke: bool, output: Path | None, only: tuple[str, ...]) -> None:  # noqa: FBT001
    """Measure what things cost, as ratios to what PostgreSQL does alone."""
    if not (CHECKOUT / "bench" / "__init__.py").is_file():
        raise click.ClickException("The measurements are part of the source; run this there.")
    sys.path.insert(0, str(CHECKOUT))
    ready.database()
    from bench.run import run

    results = run(smoke=smoke, only=only, say=lambda line: click.echo(line, err=True))
    text = json.dumps(results, indent=2)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text + "\n")
    click.echo(text)
