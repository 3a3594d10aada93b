"""What a webhook is told, as a form: which events, of which services, in which areas."""

from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from citycall.catalog.queries import catalog
from citycall.catalog.specs import Privacy
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, Faults
from citycall.core.reaching import LONGEST_ADDRESS
from citycall.exchange.models import Webhook
from citycall.exchange.webhooks import actions as webhooks
from citycall.exchange.webhooks.checks import LONGEST_NAME
from citycall.manage.site import Text
from citycall.places.queries import areas
from citycall.service_requests.events import Kind
from citycall.work_orders.events import Kind as OrderKind

# Generic for the type checker only: Django's own class is not, when it runs.
if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Webhook]
else:
    _ModelForm = forms.ModelForm

KINDS: Final[dict[Kind, Text]] = {
    Kind.SUBMITTED: _("A problem was reported"),
    Kind.REPORT_ADDED: _("Somebody else reported it, too"),
    Kind.ASSIGNED: _("It was given to somebody"),
    Kind.STARTED: _("Work began"),
    Kind.HELD: _("It waits"),
    Kind.RESUMED: _("It does not wait any more"),
    Kind.TRANSFERRED: _("It went to another team"),
    Kind.RETURNED: _("A team sent it back as not theirs"),
    Kind.SERVICE_CHANGED: _("It is another service's"),
    Kind.PROMISE_CHANGED: _("The promised date changed"),
    Kind.COMPLETED: _("The agency says it is done"),
    Kind.CONFIRMED: _("The reporter agrees"),
    Kind.CLOSED: _("It was closed"),
    Kind.DISPUTED: _("The reporter does not agree"),
    Kind.REOPENED: _("It was opened again"),
    Kind.CANCELLED: _("It was cancelled"),
    Kind.REFERRED: _("It is for somebody outside the city"),
    Kind.MERGED: _("It is a duplicate of another one"),
    Kind.UNMERGED: _("It is no duplicate after all"),
    Kind.RECEIVED_MERGE: _("A duplicate of it was found"),
    Kind.LOST_MERGE: _("A duplicate of it was none"),
    Kind.TAKEN_BACK: _("The last step was taken back"),
    Kind.NOTE_ADDED: _("The city wrote a note for everyone"),
    Kind.REDACTED: _("What everyone can read of it was changed: something was hidden, or shown"),
    Kind.VISIT_PLANNED: _("A crew is planned for a day"),
    Kind.VISIT_CALLED_OFF: _("A crew that was planned does not come"),
    Kind.VISITED: _("A crew was there"),
}
ORDER_KINDS: Final[dict[OrderKind, Text]] = {
    OrderKind.MADE: _("A work order was made"),
    OrderKind.CHANGED: _("A work order says something else"),
    OrderKind.PLANNED: _("A work order was given to a crew"),
    OrderKind.TAKEN_OFF: _("A work order was taken off its day"),
    OrderKind.STARTED: _("A crew began a work order"),
    OrderKind.DONE: _("A work order was done"),
    OrderKind.NOT_FOUND: _("A crew could not find what a work order is about"),
    OrderKind.CALLED_OFF: _("A work order was cancelled"),
    OrderKind.TAKEN_UP: _("A work order is to be planned once more"),
}
EVERY_KIND: Final[dict[str, Text]] = {
    kind.value: name for names in (KINDS, ORDER_KINDS) for kind, name in names.items()
}


class WebhookForm(_ModelForm):
    """What a webhook is told; saving happens while it is checked, so that faults are told here."""

    actor: Actor
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_ADDRESS,
        widget=forms.URLInput(attrs={"class": "vLargeTextField", "autocomplete": "off"}),
        help_text=_("Where events are sent to, for example https://example.org/citycall"),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        choices=list(EVERY_KIND.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means all that everyone may know, and no work orders."),
    )
    services = forms.MultipleChoiceField(
        label=_("Services"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 10}),
        help_text=_("None chosen means all."),
    )
    areas = forms.MultipleChoiceField(
        label=_("Areas"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 10}),
        help_text=_("None chosen means the whole city."),
    )

    class Meta:
        model = Webhook
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.instance
        services = webhooks.service_codes(known)
        chosen = [_area_value(layer, code) for layer, code in webhooks.area_codes(known)]
        self._choice("services").choices = _service_choices(services)
        self._choice("areas").choices = _area_choices()
        if known.pk:
            self.initial = {
                "name": known.name,
                "url": known.url,
                "kinds": known.kinds,
                "services": services,
                "areas": chosen,
            }

    def _choice(self, name: str) -> forms.MultipleChoiceField:
        return cast(forms.MultipleChoiceField, self.fields[name])

    def clean(self) -> dict[str, Any]:
        """Save the webhook; every fault is said at its field."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        terms: dict[str, Any] = {
            **{name: cleaned[name] for name in ("name", "url", "kinds", "services")},
            "areas": [tuple(value.split("/", 1)) for value in cleaned["areas"]],
        }
        try:
            self._save_as(terms)
        except Faults as error:
            for field, sentence in error.faults.items():
                self.add_error(field if field in self.fields else None, sentence)
        except DomainError as error:
            self.add_error(error.field if error.field in self.fields else None, error.message)
        return cleaned

    def _save_as(self, terms: dict[str, Any]) -> None:
        by, at = self.actor, clock.now()
        if self.instance.pk:
            self.instance = webhooks.change_webhook(self.instance.pk, **terms, by=by, at=at)
            return
        self.instance, secret = webhooks.save_webhook(**terms, by=by, at=at)
        setattr(self.instance, "secret", secret)  # noqa: B010  (no attribute of the class)

    def _post_clean(self) -> None:
        """The room's action has checked and saved already."""


def _service_choices(chosen: list[str]) -> list[tuple[str, str]]:
    """The public services that are offered, and those that are chosen already."""
    return sorted(
        (
            (entry.code, entry.name)
            for entry in catalog().all_services
            if entry.code in chosen or (entry.active and entry.spec.privacy is not Privacy.PRIVATE)
        ),
        key=lambda choice: choice[1].casefold(),
    )


def _area_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    index = areas()
    return [
        (layer, [(_area_value(layer, area.code), area.name) for area in index.of_layer(layer)])
        for layer in index.layers
    ]


def _area_value(layer: str, code: str) -> str:
    return f"{layer}/{code}"
