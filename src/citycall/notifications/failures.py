"""Why a message did not go out."""


class TryAgainLater(Exception):
    """Who carries the message cannot be reached or cannot take it now."""


class Refused(Exception):
    """The message will never be taken for this recipient."""


class Gone(Refused):
    """The recipient is not there any more, and takes no messages at all."""
