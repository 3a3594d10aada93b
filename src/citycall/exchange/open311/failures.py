"""How a call to another Open311 server can fail, told apart by what is to be done about it."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from citycall.core.errors import DomainError


class Rejected(DomainError):
    """The server read the call and refused it: the same call again would be refused again.

    ``sentences`` are its own; ``http_status`` is what it answered with. ``key_refused`` is true
    where it was the API key that it did not take.
    """

    code = "rejected_there"
    status = 502

    def __init__(
        self, http_status: int, sentences: Sequence[str], *, key_refused: bool = False
    ) -> None:
        told = " ".join(sentences) or _("It gave no reason.")
        super().__init__(
            _("The other system refused this (%(status)s): %(told)s")
            % {"status": http_status, "told": told}
        )
        self.http_status = http_status
        self.sentences = tuple(sentences)
        self.key_refused = key_refused


class Limited(DomainError):
    """The server wants to be left alone for ``retry_after`` seconds; nothing was done there."""

    code = "limited_there"
    status = 503

    def __init__(self, retry_after: float) -> None:
        super().__init__(
            _("The other system is busy and asks to be called again in %(seconds).0f seconds.")
            % {"seconds": retry_after}
        )
        self.retry_after = retry_after


class Unavailable(DomainError):
    """No answer that can be read; ``why`` is a few words for logs.

    ``sent`` is false only where it is certain that nothing was done there.
    """

    code = "unavailable_there"
    status = 503

    def __init__(self, why: str, *, sent: bool = True) -> None:
        super().__init__(
            _("The other system gave no answer that can be used (%(why)s).") % {"why": why}
        )
        self.why = why
        self.sent = sent


class TooMany(DomainError):
    """The server cuts its lists off, and the time asked for cannot be made any shorter."""

    code = "too_many_there"
    status = 502
