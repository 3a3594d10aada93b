"""The way from events to letters, without a worker in between."""

from django.db.models import Max

from citycall.core.models import Event
from citycall.notifications.models import Delivery
from citycall.reactions import deliver, react
from tests.notifications.mail_server import Letter, MailServer


class Post:
    """Reacts to what happened since last time and hands back the letters, by address."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self.seen = 0

    def __call__(self) -> dict[str, Letter]:
        self.server.letters.clear()
        for event in Event.objects.filter(pk__gt=self.seen).order_by("pk"):
            react(event)
        self.skip()
        for owed in Delivery.objects.filter(state=Delivery.State.PENDING).order_by("pk"):
            deliver(delivery_id=owed.pk)
        found = {letter.recipients[0]: letter for letter in self.server.letters}
        assert len(found) == len(self.server.letters), "somebody got two letters at once"
        return found

    def skip(self) -> None:
        """Leave what has happened so far without reaction."""
        self.seen = Event.objects.aggregate(last=Max("pk"))["last"] or 0
