"""The command's entry: one sub-command a file, plain errors, exit codes that mean something.

Exit codes: 0 done; 1 a fault that the message tells of; 2 the command was typed wrongly;
3 the data had faults (some rows refused, the rest done); 130 interrupted.
"""

import sys

import click

from citycall import __version__
from citycall.command_line import (
    bench,
    city,
    continuity,
    data,
    duplicates,
    facts,
    open311,
    open_data,
    partners,
    places,
    run,
    staffing,
    telephony,
    tiles,
    training,
)
from citycall.operations.home import OperationsError

FAULT = 1
INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="citycall")
def citycall() -> None:
    """One call to City Hall: run a city's 311.

    Data is kept under CITYCALL_HOME; the site is served at http://127.0.0.1:8311
    (CITYCALL_PORT). DATABASE_URL names a PostgreSQL 15 or newer; without it an embedded one is
    started.
    """


data.places.add_command(places.build)
data.places.add_command(tiles.tiles)
for command in (
    city.demo,
    run.serve,
    run.worker,
    run.migrate,
    run.stop,
    data.import_,
    open311.import_open311,
    partners.partner,
    open_data.export,
    facts.refresh_facts,
    facts.export_facts,
    training.train,
    staffing.staffing,
    continuity.continuity,
    telephony.telephony,
    data.catalog,
    data.phrases,
    data.places,
    city.generate,
    bench.bench,
    duplicates.measure_duplicates,
    run.doctor,
):
    citycall.add_command(command)


def main() -> None:
    """Run the command line."""
    from citycall.core.errors import DomainError

    try:
        citycall(standalone_mode=False)
    except (OperationsError, DomainError) as error:
        click.echo(f"citycall: {error}", err=True)
        sys.exit(FAULT)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(FAULT)
