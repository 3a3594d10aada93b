"""The database backend; Django finds it by this file's name."""

import select

from django.db.backends.postgresql import base

# A server that went away has closed the socket or has something to say; a healthy one is silent.
_HAS_NEWS = select.POLLIN | select.POLLERR | select.POLLHUP


class DatabaseWrapper(base.DatabaseWrapper):
    """Kept connections are checked by a look at the socket, not by a query for every request."""

    def is_usable(self) -> bool:
        """Whether the connection lives; the server is asked only where the socket has news."""
        if self.connection is None or self.connection.closed:
            return False
        look = select.poll()
        look.register(self.connection.fileno(), _HAS_NEWS)
        return not look.poll(0) or super().is_usable()
