"""The examples of the developers' page: whole programs, kept as files, that the tests run.

In the files stand sample values; ``written`` puts this city's in their place.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citycall.accounts.queries import known_key
from citycall.catalog.queries import ServiceEntry, catalog
from citycall.catalog.specs import ContactRequirement, LocationRequirement, Privacy
from citycall.core.errors import DomainError
from citycall.places.models import LocationKind
from citycall.places.queries import areas
from citycall.service_requests import published
from citycall.service_requests.published import Asked

FOLDER: Final = Path(__file__).with_name("examples")
NO_KEY: Final = "YOUR_KEY"
# How far the box around the example's point reaches, in degrees.
_REACH: Final = 0.02


@dataclass(frozen=True, slots=True)
class Language:
    """A language that examples are written in; ``needs`` is what runs them."""

    name: str
    suffix: str
    media_type: str
    needs: str | Promise


SHELL: Final = Language("curl", "sh", "text/x-shellscript", _("curl 7.76 or newer"))
PYTHON: Final = Language("Python", "py", "text/x-python", _("Python 3.9 or newer, nothing else"))
JAVASCRIPT: Final = Language(
    "JavaScript", "js", "text/javascript", _("a browser, Deno, or Node.js 22 or newer")
)
LANGUAGES: Final = (SHELL, PYTHON, JAVASCRIPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """This city's values for what stands in the files."""

    key: str
    service: str
    asking_service: str
    request_id: str
    longitude: float
    latitude: float
    since: datetime

    @property
    def box(self) -> str:
        """West, south, east and north around the point."""
        west, south = self.longitude - _REACH, self.latitude - _REACH
        east, north = self.longitude + _REACH, self.latitude + _REACH
        return f"{west:.4f},{south:.4f},{east:.4f},{north:.4f}"

    @property
    def values(self) -> Mapping[str, str]:
        """By what stands in the files."""
        return {
            "https://311.example.org": settings.PUBLIC_URL,
            NO_KEY: self.key or NO_KEY,
            "ASKING_SERVICE": self.asking_service,
            "SERVICE_CODE": self.service,
            "REQUEST_ID": self.request_id,
            "-76.6300,39.2700,-76.5900,39.3100": self.box,
            "-76.6100": f"{self.longitude:.4f}",
            "39.2900": f"{self.latitude:.4f}",
            "2026-11-01T00:00:00Z": f"{self.since.astimezone(UTC):%Y-%m-%dT%H:00:00Z}",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One thing to do, in every language; ``reads`` is an address that anybody may look at."""

    code: str
    title: str | Promise
    text: str | Promise
    reads: str = ""
    warns: str | Promise = ""

    def file_name(self, language: Language) -> str:
        """The name of its file in a language."""
        return f"{self.code}.{language.suffix}"


EXAMPLES: Final[Sequence[Example]] = (
    Example(
        code="list_services",
        title=_("List the services"),
        text=_("What can be asked for now, with the codes that the other calls take."),
        reads="/open311/v2/services.json",
    ),
    Example(
        code="read_definition",
        title=_("Read what a service asks"),
        text=_("The questions of one service, which of them need an answer, and the choices."),
        reads="/open311/v2/services/ASKING_SERVICE.json",
    ),
    Example(
        code="report",
        title=_("Report a problem, once"),
        text=_(
            "The key of the submission is yours to choose. The same report sent again with the "
            "same key is taken once, so it is safe to try again when the connection broke."
        ),
        warns=_("This makes a real request, which the responsible agency receives."),
    ),
    Example(
        code="follow",
        title=_("Follow a request"),
        text=_(
            "Where it stands, whose work it is and by when it should be done. Send the ETag of "
            "the last answer along: nothing is sent again while nothing has changed."
        ),
        reads="/api/v1/service_requests/REQUEST_ID",
    ),
    Example(
        code="list_in_box",
        title=_("List the requests in a box on the map"),
        text=_("West, south, east and north, in degrees; here the open ones, latest first."),
        reads=(
            "/api/v1/service_requests?bbox=-76.6300,39.2700,-76.5900,39.3100&open=true&limit=10"
        ),
    ),
    Example(
        code="page_changes",
        title=_("Page through what has changed"),
        text=_(
            "Everything that changed since a moment, page by page: each page leads to the next, "
            "however many there are. Begin the next time with the latest change that you have seen."
        ),
        reads=("/api/v1/service_requests?sort=updated&updated_since=2026-11-01T00:00:00Z&limit=10"),
    ),
    Example(
        code="make_webhook",
        title=_("Be told by a webhook"),
        text=_(
            "Your key may have your server told of what happens: of which kinds of events, which "
            "services and which areas is yours to choose."
        ),
    ),
    Example(
        code="receive_webhook",
        title=_("Receive a webhook, and make sure that it is ours"),
        text=_(
            "We call your address when something happens. Each call is signed with the secret "
            "that the webhook was given, together with the time; believe none that is not."
        ),
    ),
    Example(
        code="download_open_data",
        title=_("Download the open data"),
        text=_(
            "All public requests in one file, made anew each night, or a part of them made at "
            "once; and what each column means."
        ),
        reads="/open-data/dictionary.json",
    ),
)


def sample(*, at: datetime) -> Sample:
    """Values that work now: services of the catalog, the latest public request and its place."""
    latest = published.listed(Asked(limit=1, located=True))
    middle = areas().middle or (0.0, 0.0)
    if latest and latest[0].longitude is not None and latest[0].latitude is not None:
        middle = (latest[0].longitude, latest[0].latitude)
    return Sample(
        key=_sandbox_key(),
        service=_first(_asks_nothing),
        asking_service=_first(_offers_choices),
        request_id=str(latest[0].id) if latest else "1",
        longitude=middle[0],
        latitude=middle[1],
        since=at - timedelta(days=1),
    )


def written(text: str, values: Mapping[str, str]) -> str:
    """An example or an address with this city's values."""
    for sample_value, value in values.items():
        text = text.replace(sample_value, value)
    return text


def find(file_name: str) -> tuple[Example, Language] | None:
    """The example that a file name belongs to; none where no example is called so."""
    for example in EXAMPLES:
        for language in LANGUAGES:
            if example.file_name(language) == file_name:
                return example, language
    return None


def source(example: Example, language: Language, values: Mapping[str, str]) -> str:
    """The program, ready to run."""
    return written((FOLDER / example.file_name(language)).read_text(), values)


def _sandbox_key() -> str:
    """The key that everybody may try; empty where there is none, or it was revoked."""
    secret: str = getattr(settings, "CITYCALL_SANDBOX_KEY", "")
    try:
        return secret if secret and known_key(secret) else ""
    except DomainError:
        return ""


def _first(fits: Callable[[ServiceEntry], bool]) -> str:
    """The code of the first service that fits; else of what takes everything; else of any."""
    book = catalog()
    found = next((entry for entry in book.services if fits(entry)), book.something_else)
    found = found or next(iter(book.services), None)
    return found.code if found else "SERVICE_CODE"


def _asks_nothing(entry: ServiceEntry) -> bool:
    """Whether a point is enough for a report that everyone may see."""
    spec = entry.spec
    return (
        spec.privacy is Privacy.PUBLIC
        and spec.contact is not ContactRequirement.REQUIRED
        and spec.location is LocationRequirement.REQUIRED
        and (not spec.location_kinds or LocationKind.POINT in spec.location_kinds)
        and not any(question.required for question in spec.questions)
    )


def _offers_choices(entry: ServiceEntry) -> bool:
    return any(question.choices for question in entry.spec.questions)
