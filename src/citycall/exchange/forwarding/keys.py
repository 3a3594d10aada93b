"""A partner's API key: given by the environment, never stored with the partner."""

import os
from pathlib import Path

from django.utils.translation import gettext as _

from citycall.core.errors import DomainError


class KeyUnreadable(DomainError):
    """The file that should hold a partner's key cannot be read."""

    code = "key_unreadable"


def variable_of(code: str) -> str:
    """The variable that holds the key of the partner with this code."""
    return f"CITYCALL_PARTNER_{code.replace('-', '_').upper()}_KEY"


def key_of(code: str) -> str:
    """The partner's key, from the variable or the file that it names; empty where there is none.

    Raises ``KeyUnreadable``.
    """
    variable = variable_of(code)
    if value := os.environ.get(variable):
        return value.strip()
    file = os.environ.get(f"{variable}_FILE")
    if not file:
        return ""
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyUnreadable(
            _("The file that %(variable)s_FILE names cannot be read: %(why)s")
            % {"variable": variable, "why": getattr(error, "strerror", None) or error}
        ) from None
