"""The one kind of failure that a person can do something about."""

from collections.abc import Mapping


class DomainError(Exception):
    """Something the caller can put right, said in a plain sentence.

    Subclasses stand beside what raises them. ``code`` is stable and for machines; ``field``
    names the input at fault; ``status`` is the HTTP status that doors answer with.
    """

    code = "invalid"
    status = 400

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotAllowed(DomainError):
    """The actor may not do this, or may not know that the thing exists."""

    code = "not_allowed"
    status = 403


class NotFound(DomainError):
    """There is no such thing, as far as this actor may know."""

    code = "not_found"
    status = 404


class Conflict(DomainError):
    """The thing has changed, or is in a state that does not allow this."""

    code = "conflict"
    status = 409


class Faults(DomainError):
    """Several inputs are wrong at once; ``faults`` maps each field to its sentence."""

    code = "invalid"
    status = 422

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()), field=next(iter(faults), ""))
        self.faults = dict(faults)
