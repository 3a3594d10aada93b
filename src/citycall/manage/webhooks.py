"""Webhooks of every program and of the city, and what became of each telling."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.errors import DomainError
from citycall.exchange.models import Webhook, WebhookDelivery
from citycall.exchange.webhooks import actions as webhooks
from citycall.exchange.webhooks import signing
from citycall.manage.records import MOST_AT_ONCE, each
from citycall.manage.site import Managed, ReadOnly, is_administrator, site, to_changes, who
from citycall.manage.webhook_forms import EVERY_KIND, WebhookForm
from citycall.places.queries import areas

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

_TABLE: Final = """<table><thead><tr><th scope="col">{}</th><th scope="col">{}</th>
<th scope="col">{}</th><th scope="col">{}</th><th scope="col">{}</th></tr></thead>
<tbody>{}</tbody></table>"""
_ROW: Final = "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>"


@admin.register(Webhook, site=site)
class WebhookAdmin(Managed):
    """Who is told of events; a secret is shown once, when it is made."""

    list_display = ("name", "url", "made_by", "created_at", "ended_at")
    list_select_related = ("key",)
    ordering = ("-ended_at", "-id")  # Going down, PostgreSQL puts those without an end first.
    actions = ("end",)
    readonly_fields = ("made_by", "events", "about", "where", "created_at", "ended_at")
    change_form_template = "manage/webhook_form.html"

    @admin.display(description=_("Made by"))
    def made_by(self, webhook: Webhook) -> str:
        """The key that made it, or the city."""
        return str(webhook.key) if webhook.key is not None else _now("the city")

    @admin.display(description=_("Events"))
    def events(self, webhook: Webhook) -> str:
        """The kinds of event, for people."""
        return ", ".join(str(EVERY_KIND[kind]) for kind in webhook.kinds) or _now("all")

    @admin.display(description=_("Services"))
    def about(self, webhook: Webhook) -> str:
        """The services by name."""
        names = [catalog().service_by_id(each).name for each in webhook.services]
        return ", ".join(names) or _now("all")

    @admin.display(description=_("Areas"))
    def where(self, webhook: Webhook) -> str:
        """The areas by name."""
        return ", ".join(map(str, areas().areas_of(webhook.areas))) or _now("the whole city")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What is chosen; of an ended one, what was."""
        chosen = ("name", "url", "kinds", "services", "areas")
        if obj is None:
            return chosen
        if obj.ended_at is None:
            return (*chosen, "made_by", "created_at")
        told = ("events", "about", "where")
        return ("name", "url", *told, "made_by", "created_at", "ended_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An ended one stays as it was."""
        ended = obj is not None and obj.ended_at is not None
        return super().has_change_permission(request, obj) and not ended

    def get_form(
        self,
        request: HttpRequest,
        obj: Any | None = None,
        change: bool = False,  # noqa: FBT001, FBT002  (as Django has it)
        **kwargs: Any,
    ) -> Any:
        """The form, told who is asking."""
        return type("Form", (WebhookForm,), {"actor": who(request)})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Saved already, by the room's action."""

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret, this once."""
        return self._secret_page(request, obj, obj.secret, title=_now("The webhook is made"))

    def get_urls(self) -> list[URLPattern]:
        """What is done with one webhook, beside Django's own pages."""
        doings = (("rotate", self.rotate), ("test", self.test))
        return [*(self._doing(name, do) for name, do in doings), *super().get_urls()]

    def _doing(self, name: str, do: Callable[..., HttpResponse]) -> URLPattern:
        view = self.admin_site.admin_view(require_POST(do))
        return path(f"<int:webhook_id>/{name}/", view, name=f"exchange_webhook_{name}")

    def rotate(self, request: HttpRequest, webhook_id: int) -> HttpResponse:
        """A new secret, shown this once."""
        _administrators_only(request)
        try:
            secret = webhooks.rotate_secret(webhook_id, by=who(request), at=clock.now())
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("admin:exchange_webhook_changelist")
        webhook = self.get_object(request, str(webhook_id))
        return self._secret_page(request, webhook, secret, title=_now("The new secret"))

    def test(self, request: HttpRequest, webhook_id: int) -> HttpResponse:
        """Send a test now, and say what came of it."""
        _administrators_only(request)
        try:
            tried = webhooks.test_webhook(webhook_id, by=who(request), at=clock.now())
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("admin:exchange_webhook_changelist")
        facts = {"ms": tried.milliseconds, "status": tried.status, "why": tried.problem}
        if tried.taken:
            sentence = _now("The receiver took the test: status %(status)s after %(ms)d ms.")
            messages.success(request, sentence % facts)
        else:
            sentence = _now("The receiver did not take the test: %(why)s, after %(ms)d ms.")
            messages.error(request, sentence % facts)
        return redirect("admin:exchange_webhook_change", webhook_id)

    def _secret_page(
        self, request: HttpRequest, webhook: Any, secret: str, *, title: str
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "webhook": webhook,
            "secret": secret,
        }
        return TemplateResponse(
            request, "manage/webhook_secret.html", context, headers={"Cache-Control": "no-store"}
        )

    @admin.action(description=_("End the chosen webhooks"), permissions=["view"])
    def end(self, request: HttpRequest, chosen: QuerySet[Webhook]) -> None:
        """Tell each chosen webhook nothing more."""
        by, at = who(request), clock.now()
        each(
            request,
            chosen[:MOST_AT_ONCE],
            lambda row: webhooks.end_webhook(row.pk, by=by, at=at),
            _now("Ended: %(what)s"),
        )

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The changes of this webhook."""
        return to_changes(subject_kind=signing.SUBJECT, subject_code=object_id)


def _administrators_only(request: HttpRequest) -> None:
    if not is_administrator(request):
        raise PermissionDenied


@admin.register(WebhookDelivery, site=site)
class WebhookDeliveryAdmin(ReadOnly):
    """Each event that was owed to a webhook, its tries, and the way to send it once more."""

    list_display = ("created_at", "webhook", "kind", "state", "attempts", "problem")
    list_filter = ("state", "webhook")
    list_select_related = ("webhook", "event")
    ordering = ("-id",)
    actions = ("send_again",)
    fields = (
        "webhook", "kind", "event", "mark", "state", "attempts", "created_at", "sent_at", "tried",
    )  # fmt: skip

    @admin.display(description=_("Event"))
    def kind(self, delivery: WebhookDelivery) -> str:
        """What happened."""
        return str(EVERY_KIND.get(delivery.event.kind, delivery.event.kind))

    @admin.display(description=_("Problem"))
    def problem(self, delivery: WebhookDelivery) -> str:
        """What was wrong at the last try."""
        return delivery.tries[-1]["problem"] if delivery.tries else ""

    @admin.display(description=signing.DELIVERY)
    def mark(self, delivery: WebhookDelivery) -> str:
        """What the receiver knows it by."""
        return signing.delivery_id(delivery)

    @admin.display(description=_("Tries"))
    def tried(self, delivery: WebhookDelivery) -> "SafeString":
        """The last tries, the latest last."""
        columns = ("at", "status", "problem", "milliseconds", "answer")
        rows = ([_cell(attempt.get(column)) for column in columns] for attempt in delivery.tries)
        heads = (
            _now("Time"),
            _now("Status"),
            _now("Problem"),
            _now("Milliseconds"),
            _now("Answer"),
        )
        return format_html(_TABLE, *heads, format_html_join("", _ROW, rows))

    @admin.action(description=_("Send the chosen deliveries again"))
    def send_again(self, request: HttpRequest, chosen: QuerySet[WebhookDelivery]) -> None:
        """Send each chosen delivery once more."""
        by, at = who(request), clock.now()
        each(
            request,
            chosen[:MOST_AT_ONCE],
            lambda row: webhooks.resend(row.pk, by=by, at=at),
            _now("Is sent again: %(what)s"),
        )


def _cell(value: object) -> object:
    return "—" if value is None or value == "" else value
