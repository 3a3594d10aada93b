"""Tags: staff's own short words to find requests again by."""

import re
from typing import Final

from django.utils.translation import gettext as _

from citycall.core.errors import DomainError

LONGEST: Final = 30
# A handful tells requests apart; a hundred would be a note in disguise.
MOST: Final = 8
_TAG: Final = re.compile(r"[\w][\w .&/+’'-]*")


class BadTag(DomainError):
    """The words cannot be a tag, or there are too many tags."""

    code = "bad_tag"
    status = 422


def standard(text: str) -> str:
    """A tag as it is kept: lower case, single blanks; raises ``BadTag``."""
    tag = " ".join(text.split()).removeprefix("#").strip().lower()
    if not tag:
        raise BadTag(_("Please write the tag."), field="tag")
    if len(tag) > LONGEST:
        raise BadTag(
            _("Please keep a tag under %(n)d characters.") % {"n": LONGEST + 1}, field="tag"
        )
    if not _TAG.fullmatch(tag):
        raise BadTag(
            _("A tag has letters, digits and blanks only, such as “summer paving”."), field="tag"
        )
    return tag


def several(text: str) -> list[str]:
    """What somebody typed as several tags, with commas between them."""
    return [each.strip() for each in text.split(",") if each.strip()]
