"""Everything that can be wrong with a draft, found at once and said next to its field."""

import re
from dataclasses import dataclass
from typing import Any

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

from citycall.catalog import rules as catalog_rules
from citycall.catalog.queries import Catalog, ServiceEntry
from citycall.catalog.specs import ContactRequirement, LocationRequirement, Stop
from citycall.core.errors import DomainError, Faults
from citycall.places.index import AreaIndex
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.places.queries import check_inside
from citycall.service_requests.drafts import LONGEST_WORDS, ContactDetails, Draft


class Stopped(DomainError):
    """An answer calls for advice or for 911 before this report is taken."""

    status = 422

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop.text)
        self.code = f"stopped_{stop.kind.value}"
        self.stop = stop


# The addresses of nearly everybody, which need no closer look: it would cost a tenth of intake.
_USUAL_EMAIL = re.compile(
    r"[a-z0-9]+(?:[._+-][a-z0-9]+){0,6}@(?:[a-z0-9]+(?:-[a-z0-9]+){0,5}\.){1,5}[a-z]{2,12}",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A draft found good: cleaned, with its service and the areas that hold its point."""

    entry: ServiceEntry
    location: Location | None
    area_ids: tuple[int, ...]
    answers: dict[str, Any]
    contact: ContactDetails
    stop: Stop | None


def check(draft: Draft, *, catalog: Catalog, areas: AreaIndex) -> Checked:
    """Check the whole draft; raises ``Faults`` with all that is wrong, or ``Stopped``."""
    entry = catalog.service(draft.service)
    faults: dict[str, str] = {}
    if not entry.active:
        faults["service"] = _("This service is no longer offered. Please choose another.")
    answers = _answers(draft, entry, faults)
    location = _location(draft, entry, faults)
    contact = _contact(draft, entry, faults)
    if entry.spec.something_else and not draft.words.strip():
        faults["words"] = _("Please tell us what it is about.")
    check_lengths(draft, faults=faults)
    raise_any(faults)
    stop = catalog_rules.stop_for(entry.spec, answers)
    if stop is not None and not draft.stop_read:
        raise Stopped(stop)
    area_ids: tuple[int, ...] = ()
    if location is not None and location.point is not None:
        area_ids = tuple(area.id for area in areas.at(*location.point))
    return Checked(
        entry=entry,
        location=location,
        area_ids=area_ids,
        answers=answers,
        contact=contact,
        stop=stop,
    )


def check_lengths(draft: Draft, *, faults: dict[str, str]) -> None:
    """Add a fault for each text that is longer than may be kept, or that cannot be kept."""
    for name, text in (
        ("words", draft.words),
        ("wanted", draft.wanted),
        ("contact", draft.contact.name),
        ("language", draft.language),
    ):
        if len(text) > LONGEST_WORDS:
            faults[name] = _("Please keep this under %(n)s characters.") % {"n": LONGEST_WORDS}
        elif not storable(text):
            faults[name] = _("This text has characters that cannot be read. Please type it anew.")


def storable(text: str) -> bool:
    """Whether PostgreSQL can keep the text: no null character, no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def raise_any(faults: dict[str, str]) -> None:
    """Raise ``Faults`` when there are any."""
    if faults:
        raise Faults(faults)


def _answers(draft: Draft, entry: ServiceEntry, faults: dict[str, str]) -> dict[str, Any]:
    try:
        return catalog_rules.check_answers(entry.spec, draft.answers)
    except Faults as error:
        faults.update(error.faults)
        return {}


def _location(draft: Draft, entry: ServiceEntry, faults: dict[str, str]) -> Location | None:
    wanted = entry.spec.location
    if draft.location is None or wanted is LocationRequirement.NONE:
        if wanted is LocationRequirement.REQUIRED:
            faults["location"] = _("Please say where this is.")
        return None
    kinds = entry.spec.location_kinds
    if kinds and draft.location.kind not in kinds:
        accepted = ", ".join(str(LocationKind(kind).label).lower() for kind in kinds)
        faults["location"] = _("For this service, please give one of: %(kinds)s.") % {
            "kinds": accepted
        }
    try:
        check_inside(draft.location)
    except DomainError as error:
        faults["location"] = error.message
    return draft.location


def _contact(draft: Draft, entry: ServiceEntry, faults: dict[str, str]) -> ContactDetails:
    given = draft.contact
    if entry.spec.contact is ContactRequirement.NOT_ASKED:
        return ContactDetails()
    if entry.spec.contact is ContactRequirement.REQUIRED and not (given.email or given.phone):
        faults["contact"] = _("Please give an e-mail address or a phone number.")
    return ContactDetails(
        name=given.name.strip()[:150],
        email=clean_email(given.email, faults=faults),
        phone=clean_phone(given.phone, faults=faults),
    )


def clean_email(text: str, *, faults: dict[str, str]) -> str:
    """The address in normal form, or a fault under ``email``; empty stays empty."""
    address = text.strip()
    if not address:
        return ""
    if _USUAL_EMAIL.fullmatch(address):
        return address
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        faults["email"] = _("Please check this e-mail address, for example name@example.org.")
        return ""


def clean_phone(text: str, *, faults: dict[str, str]) -> str:
    """The number in E.164 form, or a fault under ``phone``; empty stays empty."""
    if not text.strip():
        return ""
    try:
        number = phonenumbers.parse(text[:40], settings.CITYCALL_COUNTRY)
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        pass  # Said below, as for a number of the wrong length.
    faults["phone"] = _("Please check this phone number, for example 410-555-0123.")
    return ""
