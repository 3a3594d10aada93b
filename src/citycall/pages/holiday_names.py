"""The names of public holidays, which come in the language of their law, for translation."""

from typing import Final

from django.utils.translation import gettext, gettext_noop

# What the library calls those of the country; others are shown as they come.
_NAMES: Final = (
    gettext_noop("New Year's Day"),
    gettext_noop("Martin Luther King Jr. Day"),
    gettext_noop("Washington's Birthday"),
    gettext_noop("Presidents' Day"),
    gettext_noop("Memorial Day"),
    gettext_noop("Juneteenth National Independence Day"),
    gettext_noop("Independence Day"),
    gettext_noop("Labor Day"),
    gettext_noop("Columbus Day"),
    gettext_noop("Indigenous Peoples' Day"),
    gettext_noop("Election Day"),
    gettext_noop("Veterans Day"),
    gettext_noop("Thanksgiving Day"),
    gettext_noop("Day After Thanksgiving"),
    gettext_noop("Native American Heritage Day"),
    gettext_noop("American Indian Heritage Day"),
    gettext_noop("Lincoln's Birthday"),
    gettext_noop("Good Friday"),
    gettext_noop("Inauguration Day"),
    gettext_noop("Christmas Eve"),
    gettext_noop("Christmas Day"),
    gettext_noop("New Year's Eve"),
)
_OBSERVED: Final = " (observed)"


def translated(name: str) -> str:
    """A holiday's name in the reader's language; one that is not known here stays as it is."""
    if name.endswith(_OBSERVED):
        known = translated(name.removesuffix(_OBSERVED))
        return gettext("%(name)s (observed)") % {"name": known}
    return gettext(name) if name in _NAMES else name
