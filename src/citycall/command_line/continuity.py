"""Kits and cards for when the systems are down, and what comes back from them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from citycall.command_line import ready

if TYPE_CHECKING:
    from citycall.core.actors import Actor

_ROWS_REFUSED = 3


@click.group()
def continuity() -> None:
    """Get ready for a day without the systems, and bring its reports back."""


_OUTPUT = click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="The folder to write to.",
)


@continuity.command()
@click.option("--laptops", default=1, show_default=True, help="How many kits: one for each.")
@click.option("--numbers", default=500, show_default=True, help="Numbers in each.")
@_OUTPUT
def kit(laptops: int, numbers: int, output: Path) -> None:
    """Write a page for each laptop that takes reports without any network.

    Each has numbers that nobody else gives. Copy one to each laptop, never one to two.
    """
    ready.django()
    from citycall.continuity.actions.make import make_kits
    from citycall.continuity.kit_file import kit_files
    from citycall.continuity.models import Kit
    from citycall.core import clock
    from citycall.core.actors import SYSTEM

    at = clock.now()
    made = make_kits(count=laptops, size=numbers, kind=Kit.Kind.LAPTOP, by=SYSTEM, at=at)
    output.mkdir(parents=True, exist_ok=True)
    for name, content in kit_files(made, at=at):
        _write(output / name, content)


@continuity.command()
@click.option("--cards", "count", default=50, show_default=True, help="How many cards.")
@_OUTPUT
def cards(count: int, output: Path) -> None:
    """Write paper cards to print, each with a number of its own: the last resort."""
    ready.django()
    from citycall.continuity.actions.make import make_kits
    from citycall.continuity.cards import cards_html
    from citycall.continuity.models import Kit
    from citycall.core import clock
    from citycall.core.actors import SYSTEM

    at = clock.now()
    (made,) = make_kits(count=1, size=count, kind=Kit.Kind.CARDS, by=SYSTEM, at=at)
    output.mkdir(parents=True, exist_ok=True)
    _write(output / f"citycall-cards-{made.kit.code}.html", cards_html(made).encode())


@continuity.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--by", "name", default="", help="The user name of who merges; else the system.")
def merge(files: tuple[Path, ...], name: str) -> None:
    """Make requests of what kits exported. A file may come again: nothing is made twice."""
    ready.django()
    from citycall.continuity.actions.take_in import Handed, take_in
    from citycall.continuity.export_file import MOST_BYTES
    from citycall.core import clock

    handed = []
    for path in files:
        with path.open("rb") as file:
            handed.append(Handed(path.name, file.read(MOST_BYTES + 1)))
    merged = take_in(handed, by=_actor(name), at=clock.now())
    wrong = False
    for file in merged.files:
        counts = (f"{what} {file[what]}" for what in _COUNTS if file.get(what))
        click.echo(f"{file['name']}: {file.get('fault') or ', '.join(counts) or 'nothing in it'}")
        wrong = wrong or bool(file.get("fault") or file.get("waiting"))
    if wrong:
        click.echo("What waits is finished at /console/continuity.", err=True)
        sys.exit(_ROWS_REFUSED)


_COUNTS = ("intakes", "merged", "known", "void", "waiting", "changed")


def _actor(name: str) -> "Actor":
    from citycall.accounts.models import User
    from citycall.accounts.queries import actor_of
    from citycall.core.actors import SYSTEM

    if not name:
        return SYSTEM
    user = User.objects.filter(username=name).first()
    if user is None:
        raise click.ClickException(f"There is no user {name!r}.")
    return actor_of(user)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    # It proves reports, and knows nothing of anybody: still, it is for its laptop alone.
    path.chmod(0o600)
    click.echo(f"{len(content) / 1e6:8.2f} MB  {path}")
