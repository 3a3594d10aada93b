"""What an upload is called until it is sent with a report: signed, so that none can be made up."""

from dataclasses import asdict
from typing import Final

from django.core import signing
from django.utils.translation import gettext as _

from citycall.core.errors import Faults
from citycall.service_requests.photos import Photo

_SALT: Final = "citycall.api.photo"
GOOD_FOR_SECONDS: Final = 24 * 60 * 60


def write(photo: Photo) -> str:
    """The handle of a stored photo; good for a day, as unsent photos are kept."""
    return signing.dumps(asdict(photo), salt=_SALT)


def read(handle: str) -> Photo:
    """The photo of a handle; raises ``Faults`` for one that was not given, or is too old."""
    try:
        return Photo(**signing.loads(handle, salt=_SALT, max_age=GOOD_FOR_SECONDS))
    except signing.BadSignature:
        sentence = _("This photo is not known, or was uploaded too long ago.")
        raise Faults({"photos": sentence}) from None
