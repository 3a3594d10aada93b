"""Several names one after another, as the reader's language separates them."""

from collections.abc import Iterable

from django.utils.translation import gettext as _


def listed(names: Iterable[object]) -> str:
    """Names as one text; those that are empty are left out."""
    return _(", ").join(filter(None, map(str, names)))
