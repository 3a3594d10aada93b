"""What telephone systems told, and what could not be done with it."""

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from citycall.calls.switch import inbox
from citycall.calls.switch.models import SwitchEvent
from citycall.core import clock
from citycall.manage.site import ReadOnly, site


@admin.register(SwitchEvent, site=site)
class SwitchEventAdmin(ReadOnly):
    """Events of calls, the latest first; whose numbers they were is not shown."""

    list_display = ("at", "switch", "call_key", "kind", "applied_at", "attempts", "fault")
    list_filter = (("applied_at", admin.EmptyFieldListFilter), "kind")
    search_fields = ("call_key__exact",)
    search_help_text = _("The telephone system's id of a call")
    ordering = ("-id",)
    actions: Sequence[str] = ("try_again",)
    fields = (
        "at", "received_at", "switch", "call_key", "event_id", "kind", "applied_at", "attempts",
        "next_at", "fault",
    )  # fmt: skip

    @admin.action(description=_("Try again whatever is not applied"))
    def try_again(self, request: HttpRequest, chosen: "QuerySet[SwitchEvent]") -> None:
        """All of them, in the order in which they happened."""
        applied = inbox.try_again(at=clock.now(), also_given_up=True)
        self.message_user(request, _now("Applied now: %(count)d") % {"count": applied})
