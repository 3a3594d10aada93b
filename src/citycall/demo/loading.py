"""Putting the demo city into the database: areas, places, catalog, people, history."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction

from citycall.accounts.models import User
from citycall.core.actors import SYSTEM
from citycall.demo import (
    articles,
    checking,
    crews,
    dates,
    geography,
    offices,
    people,
    phrases,
    present,
    residents,
    returning,
    sorting,
    staff,
    told,
)
from citycall.demo.call_centre import writing as call_centre
from citycall.demo.geography import City
from citycall.demo.history import writing
from citycall.demo.history.writing import Written
from citycall.exchange import catalog_file
from citycall.operations import home
from citycall.places import tiles
from citycall.places.actions.building import build_gazetteer

SEED = 311
CATALOG = Path(__file__).parent / "catalog.yaml"
GAZETTEER = Path(__file__).parent / "gazetteer.yaml"
WATER = "water.geojson"


def is_loaded() -> bool:
    """Whether the demo's staff are there already."""
    return User.objects.filter(username=people.PEOPLE[0].username).exists()


def load_city(*, at: datetime) -> City:
    """Load everything but history, in one transaction, from the fixed seed, and draw the map."""
    city = geography.build(SEED)
    with TemporaryDirectory() as folder:
        geography.write_geojson(city, folder)
        with transaction.atomic():
            build_gazetteer(manifest=GAZETTEER, data=Path(folder), by=SYSTEM, at=at)
            catalog_file.import_catalog(
                CATALOG.read_text(), file_name=CATALOG.name, by=SYSTEM, at=at
            )
            phrases.load(by=SYSTEM, at=at)
            people.make(at=at)
            staff.make(at=at)
            articles.load(by=SYSTEM, at=at)
            told.load(city, by=SYSTEM, at=at)
        tiles.build(water=Path(folder) / WATER)
    return city


def load_history(
    city: City, *, requests: int, at: datetime, progress: Callable[[int, int | None], None]
) -> Written:
    """Write the demo's own history and keep its truth below the home folder.

    What is going on just now follows from it: booked dates, answers, and usual times.
    """
    written = writing.write(
        city,
        requests=requests,
        seed=SEED,
        at=at,
        folder=writing.default_folder(SEED, home.home()),
        progress=progress,
    )
    present.make(seed=SEED, at=at)
    dates.make(at=at)
    sorting.make(at=at)
    crews.make(at=at)
    checking.make(seed=SEED, at=at, truth=written.truth)
    offices.make(at=at)
    residents.make(at=at)
    call_centre.write(seed=SEED, at=at)
    returning.look(at=at)
    return written


def generate(
    *,
    requests: int,
    seed: int,
    at: datetime,
    truth: Path | None = None,
    progress: Callable[[int, int | None], None] = lambda done, total: None,
) -> Written:
    """Write history of any size into a loaded demo city."""
    return writing.write(
        geography.build(SEED),
        requests=requests,
        seed=seed,
        at=at,
        folder=truth or writing.default_folder(seed, home.home()),
        progress=progress,
    )


def welcome(address: str) -> list[str]:
    """Where to go and whom to sign in as, a line each."""
    return [
        f"Residents:        {address}/",
        f"Residents may sign in at {address}/me/sign-in, for example as {residents.EMAIL}:",
        f"  the code is in the newest file of {home.folder('outbox')}",
        f"Staff sign in at: {address}/sign-in",
        f"A crew's phone:   {address}/crew (sign in as crew)",
        f"Administration:   {address}/admin/",
        f"Developers:       {address}/developers",
        f"JSON API:         {address}/api/v1/",
        f"Open311:          {address}/open311/v2/",
        f"Key to report:    {people.SANDBOX_KEY}",
        f"Key of the staff: {people.STAFF_KEY}",
        "",
        f"Sign in as (password {people.PASSWORD}):",
        *(
            f"  {person.username:<12} {person.role.label}, {person.given} {person.family}"
            for person in people.PEOPLE
        ),
    ]
