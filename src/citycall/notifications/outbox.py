"""The development twin of a mail server: a folder that gets a file for every message."""

import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class OutboxBackend(BaseEmailBackend):
    """Writes each message whole as ``<message-id>.eml`` below the setting ``EMAIL_FILE_PATH``.

    A message sent again has the same Message-ID and so replaces its file.
    """

    def __init__(self, *, fail_silently: bool = False, **options: Any) -> None:
        super().__init__(fail_silently=fail_silently, **options)
        if not (folder := getattr(settings, "EMAIL_FILE_PATH", None)):
            raise ImproperlyConfigured("EMAIL_FILE_PATH names no folder for the messages.")
        self.folder = Path(folder)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages that have a recipient; returns how many."""
        owed = [message for message in email_messages if message.recipients()]
        for message in owed:
            self._write(message)
        return len(owed)

    def _write(self, email_message: EmailMessage) -> None:
        message = email_message.message()
        name = re.sub(r"[^A-Za-z0-9.@-]", "", message["Message-ID"]).lstrip(".")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.folder / f".{secrets.token_hex(8)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(message.as_bytes())
        draft.replace(self.folder / f"{name}.eml")
