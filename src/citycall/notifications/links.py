"""Signed links by which a reporter proves, from their message, that a report is theirs."""

from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from citycall.core.errors import DomainError

# Each purpose signs with a salt of its own, so that no other signature opens a report.
_REPORT_SALT = "citycall.notifications.report"
_LONGEST_TOKEN = 100


class BadLink(DomainError):
    """The key of a link was cut off, altered, or made for something else."""

    code = "bad_link"


def make(report_id: int) -> str:
    """The key that opens this report as its reporter; it does not expire."""
    return _signer().sign(str(report_id))


def read(token: str) -> int:
    """The id of the report that ``make`` made the key for; raises ``BadLink``."""
    try:
        if len(token) > _LONGEST_TOKEN:
            raise signing.BadSignature(token[:_LONGEST_TOKEN])
        return int(_signer().unsign(token))
    except (signing.BadSignature, ValueError):
        raise BadLink(
            _("This link is not complete. Please open it again from your message."), field="key"
        ) from None


def address(*, number: str, report_id: int) -> str:
    """The reporter's own address of a report, whose number is written as ``numbers.show`` does."""
    return _own(f"r/{quote(number)}", report_id)


def answer_address(*, number: str, report_id: int) -> str:
    """Where the reporter says with one tap whether it is fixed; looking there changes nothing."""
    return _own(f"r/{quote(number)}/answer", report_id)


def date_address(*, number: str, report_id: int) -> str:
    """Where the reporter chooses, moves and cancels the date of an appointment."""
    return _own(f"book/{quote(number)}", report_id)


def _own(path: str, report_id: int) -> str:
    return f"{settings.PUBLIC_URL}/{path}?key={quote(make(report_id))}"


def _signer() -> signing.Signer:
    return signing.Signer(salt=_REPORT_SALT, sep=".")
