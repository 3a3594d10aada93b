"""Partners to whom requests are passed on, how it goes with each, and what each was sent."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from citycall.core import clock
from citycall.exchange.forwarding import actions as forwarding
from citycall.exchange.forwarding import health
from citycall.exchange.models import Forward, ForwardedEvent, Partner
from citycall.manage.records import MOST_AT_ONCE, each
from citycall.manage.site import ReadOnly, site, to_changes, who

_OWED = Q(forwards__state__in=[Forward.State.PENDING, Forward.State.WAITING])
_REFUSED = Q(forwards__state=Forward.State.REFUSED)


@admin.register(Partner, site=site)
class PartnerAdmin(ReadOnly):
    """Other bodies' servers; they are made with ``citycall partner add``."""

    list_display = (
        "name", "active", "well", "owed", "refused", "failures", "resting_until", "polled_at",
        "problem",
    )  # fmt: skip
    ordering = ("-active", "name")
    actions = ("try_again", "end")
    fields = (
        "code", "name", "url", "jurisdiction_id", "profile", "services", "poll_every_seconds",
        "active", "failures", "problem", "resting_until", "polled_at", "updates_until",
        "created_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Partner]:
        """The partners with what each is owed and has refused."""
        return Partner.objects.annotate(
            owed_count=Count("forwards", filter=_OWED),
            refused_count=Count("forwards", filter=_REFUSED),
        )

    @admin.display(description=_("Reached"), boolean=True)
    def well(self, partner: Partner) -> bool:
        """Whether it answers, and is not left alone now."""
        return partner.failures == 0 and not health.is_resting(partner, at=clock.now())

    @admin.display(description=_("To be sent"))
    def owed(self, partner: Any) -> int:
        """How many requests it has not taken yet."""
        return int(partner.owed_count)

    @admin.display(description=_("Refused"))
    def refused(self, partner: Any) -> int:
        """How many requests it did not take."""
        return int(partner.refused_count)

    @admin.action(description=_("Send what was not taken again, now"), permissions=["view"])
    def try_again(self, request: HttpRequest, chosen: QuerySet[Partner]) -> None:
        """Try everything again that each chosen partner has not taken."""
        by, at = who(request), clock.now()
        each(
            request,
            chosen[:MOST_AT_ONCE],
            lambda row: forwarding.try_all_again(row.code, by=by, at=at),
            _now("Tried again: %(what)s"),
        )

    @admin.action(description=_("End the chosen partners"), permissions=["view"])
    def end(self, request: HttpRequest, chosen: QuerySet[Partner]) -> None:
        """Pass nothing more on to each chosen partner."""
        by, at = who(request), clock.now()
        each(
            request,
            chosen[:MOST_AT_ONCE],
            lambda row: forwarding.end_partner(row.code, by=by, at=at),
            _now("Ended: %(what)s"),
        )

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The changes of this partner."""
        row = self.get_object(request, object_id)
        code = row.code if row is not None else ""
        return to_changes(subject_kind=forwarding.PARTNER, subject_code=code)


@admin.register(Forward, site=site)
class ForwardAdmin(ReadOnly):
    """Each request that was passed on, under which number, and what stands in the way."""

    list_display = (
        "created_at", "partner", "service_request", "state", "remote_id", "remote_status",
        "attempts", "problem",
    )  # fmt: skip
    list_filter = ("state", "partner")
    list_select_related = ("partner", "service_request")
    search_fields = ("=remote_id",)
    search_help_text = _("The partner's number")
    ordering = ("-id",)
    actions = ("try_again",)
    fields = (
        "partner", "service_request", "state", "remote_id", "token", "remote_status",
        "remote_updated_at", "unsure_since", "attempts", "problem", "created_at", "sent_at",
    )  # fmt: skip

    @admin.action(description=_("Try the chosen ones again"), permissions=["view"])
    def try_again(self, request: HttpRequest, chosen: QuerySet[Forward]) -> None:
        """Send each chosen request again, with the updates of it that were refused."""
        by, at = who(request), clock.now()
        each(
            request,
            chosen[:MOST_AT_ONCE],
            lambda row: forwarding.try_again(row.pk, by=by, at=at),
            _now("Tried again: %(what)s"),
        )


@admin.register(ForwardedEvent, site=site)
class ForwardedEventAdmin(ReadOnly):
    """What partners were told of the requests that they have."""

    list_display = ("created_at", "forward", "kind", "state", "attempts", "sent_at", "problem")
    list_filter = ("state", "forward__partner")
    list_select_related = ("forward__partner", "event")
    ordering = ("-id",)
    fields = (
        "forward", "event", "state", "remote_update_id", "attempts", "problem", "created_at",
        "sent_at",
    )  # fmt: skip

    @admin.display(description=_("Event"))
    def kind(self, owed: ForwardedEvent) -> str:
        """What happened."""
        return owed.event.kind
