"""Running the system: serve, worker, migrate, stop, doctor."""

import os
import sys

import click

from citycall.command_line import ready


@click.command()
@click.option("--processes", default=2, show_default=True, help="Web processes.")
@click.option("--threads", default=4, show_default=True, help="Threads in each process.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--with-worker", is_flag=True, help="Run a worker beside the web processes.")
def serve(processes: int, threads: int, host: str, with_worker: bool) -> None:  # noqa: FBT001
    """Serve the site, until interrupted."""
    ready.django()
    from django.conf import settings

    ready.check_port(settings.PORT)
    from citycall.command_line import processes as children

    children.collect_static()
    programs = [children.web(host=host, processes=processes, threads=threads)]
    if with_worker:
        programs.append(children.worker())
    children.run_until_stopped(programs, ready=lambda: click.echo(settings.PUBLIC_URL))


@click.command()
@click.option("--concurrency", default=4, show_default=True, help="Jobs at a time.")
def worker(concurrency: int) -> None:
    """Do the work that follows from events: messages, closing, cleaning up."""
    ready.django()
    from citycall.operations.worker import run_worker

    run_worker(concurrency=concurrency)


@click.command()
@click.option("--lock-timeout", default="5s", show_default=True, help="Longest wait for a lock.")
@click.option("--check", is_flag=True, help="Only say whether migrations are due (exit code 1).")
def migrate(lock_timeout: str, check: bool) -> None:  # noqa: FBT001
    """Bring the database to this version."""
    ready.django()
    from citycall.operations import migrations

    if check:
        due = migrations.due()
        click.echo("\n".join(due) or "No migration is due.")
        sys.exit(1 if due else 0)
    migrations.run(lock_timeout=lock_timeout, say=lambda line: click.echo(line, err=True))


@click.command()
def stop() -> None:
    """Stop the embedded database."""
    if os.environ.get("DATABASE_URL"):
        raise click.UsageError("DATABASE_URL is set, so no embedded database is in use.")
    from citycall.operations.embedded_postgres import EmbeddedPostgres

    EmbeddedPostgres().stop()
    click.echo("The embedded database is stopped.")


@click.command()
def doctor() -> None:
    """Examine the installation and say what is wrong and what to do."""
    from citycall.command_line import examination

    faults = examination.run()
    sys.exit(1 if faults else 0)
