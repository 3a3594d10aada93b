"""The form behind the list's filters: it shows a question and what is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from citycall.accounts.queries import colleagues
from citycall.catalog.queries import catalog
from citycall.core.actors import Actor
from citycall.core.phrases import said
from citycall.places.queries import areas
from citycall.service_requests import policies, queries
from citycall.service_requests.models import Status
from citycall.workbench import queue
from citycall.workbench.chips import DUE_NAMES
from citycall.workbench.filters import EVERYTHING, ME, NOBODY, PRIORITIES, WITHIN_M, Asked
from citycall.workbench.orders import ORDERS
from citycall.workbench.piles import PILES

Choices = Sequence[tuple[Any, Any]]
_READ: Final = policies.PERMISSIONS["read"]


def sort_choices(asked: Asked) -> list[tuple[str, str]]:
    """The orders that a list can have; by distance only where there is a place."""
    known = [order for order in ORDERS.values() if order.code != "distance" or asked.point]
    return [
        pair
        for order in known
        for pair in ((order.code, str(order.name)), (f"-{order.code}", str(order.reverse)))
    ]


def _number(label: Any, **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", **attrs})
    return forms.CharField(label=label, required=False, widget=widget)


class FilterForm(forms.Form):
    """Shows what is asked for; it judges nothing itself."""

    mark_optional = False
    show = forms.ChoiceField(label=_("Show"), required=False)
    words = forms.CharField(
        label=_("Words"),
        help_text=_("In the place, the directions or what reporters wrote; beginnings will do."),
        required=False,
    )
    service = forms.MultipleChoiceField(
        label=_("Services"), required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )
    agency = forms.ChoiceField(label=_("Agency"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)
    assignee = forms.ChoiceField(label=_("Person"), required=False)
    area = forms.ChoiceField(label=_("Area"), required=False)
    state = forms.MultipleChoiceField(
        label=_("State"), required=False, widget=forms.CheckboxSelectMultiple
    )
    priority = forms.MultipleChoiceField(
        label=_("Priority, 1 is the most urgent"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    due = forms.ChoiceField(label=_("Due"), required=False)
    min_days = _number(_("At least so many days old"))
    max_days = _number(_("At most so many days old"))
    reports = _number(_("At least so many reports"))
    tag = forms.CharField(
        label=_("Tags"),
        help_text=_("Several with commas between them."),
        required=False,
        widget=forms.TextInput(attrs={"list": "known-tags"}),
    )
    place = forms.CharField(
        label=_("Near which place?"),
        help_text=_("An address, a street corner, a park or another name."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    within = forms.ChoiceField(label=_("How far from there?"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False)

    def __init__(self, asked: Asked, *, actor: Actor) -> None:
        self.asked = asked
        super().__init__(data=_typed(asked))
        for name, choices in _choices(asked, actor).items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        self.known_tags = queries.known_tags(actor)

    def full_clean(self) -> None:
        """Take the faults as they were found."""
        self._errors = ErrorDict(renderer=self.renderer)
        self.cleaned_data: dict[str, Any] = {}
        for name, sentence in self.asked.faults.items():
            self.add_error(name if name in self.fields else None, sentence)


_LISTS: Final = frozenset({"service", "state", "priority"})


def _typed(asked: Asked) -> Mapping[str, Any]:
    typed: dict[str, Any] = {"show": asked.show, "within": str(asked.within_m)}
    for name, value in asked.pairs():
        if name in _LISTS:
            typed.setdefault(name, []).append(value)
        elif name == "tag" and "tag" in typed:
            typed["tag"] += f", {value}"
        else:
            typed[name] = value
    return typed


def _choices(asked: Asked, actor: Actor) -> Mapping[str, Choices]:
    book = catalog()
    return {
        "show": show_choices(),
        "service": [
            (group.name, [(entry.code, said(entry.name)) for entry in group.services])
            for group in book.groups
        ],
        "agency": [("", _now("All agencies")), *_agencies(actor)],
        "team": [("", _now("All teams")), *_teams(actor)],
        "assignee": [
            ("", _now("Everybody")),
            (ME, _now("Me")),
            (NOBODY, _now("Nobody yet")),
            *_people(asked, actor),
        ],
        "area": [("", _now("The whole city")), *_areas()],
        "state": [(status.value, status.label) for status in Status],
        "priority": [(str(number), str(number)) for number in PRIORITIES],
        "due": [("", _now("Whenever")), *DUE_NAMES.items()],
        "within": [(str(metres), _now("%(n)d m") % {"n": metres}) for metres in WITHIN_M],
        "sort": [("", _now("What fits best")), *sort_choices(asked)],
    }


def show_choices() -> Choices:
    """Piles, states and everything, as the list can show them."""
    ended = [status for status in Status if status is not Status.NEW]
    return [
        *((pile.code, pile.name) for pile in PILES.values()),
        (_now("By state"), [(status.value, status.label) for status in ended]),
        (EVERYTHING, _now("Everything")),
    ]


def _agencies(actor: Actor) -> Choices:
    some = [each for each in catalog().agencies if _READ.allows(actor, agency_id=each.id)]
    return [(each.code, said(each.name)) for each in some]


def _teams(actor: Actor) -> Choices:
    teams = queue.teams_of(actor)
    agencies = sorted({team.agency for team in teams})
    return [
        (said(agency), [(team.code, said(team.name)) for team in teams if team.agency == agency])
        for agency in agencies
    ]


def _people(asked: Asked, actor: Actor) -> Choices:
    """The colleagues of the agency that is asked for, or of one's own."""
    own = actor.agencies_as(_READ.own_agency) or frozenset()
    chosen = [catalog().agency_by_code(asked.agency).id] if asked.agency else sorted(own)
    people = {user.pk: str(user) for agency_id in chosen[:3] for user in colleagues(agency_id)}
    return [(str(pk), name) for pk, name in people.items()]


def _areas() -> Choices:
    index = areas()
    return [
        (layer, [(f"{area.layer}:{area.code}", area.name) for area in index.of_layer(layer)])
        for layer in index.layers
    ]
