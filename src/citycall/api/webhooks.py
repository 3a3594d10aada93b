"""Webhooks: a key makes, changes and ends its own, sees what was told, and has it told again."""

from datetime import datetime
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from citycall.api.conditions import document
from citycall.api.cursors import Listed, Page, check_time_cursor, linked
from citycall.api.keys import Key, actor_of
from citycall.api.naming import Id, id_named
from citycall.api.parameters import Cursor, Limit, Text
from citycall.api.schemas import Strict
from citycall.api.telling import told
from citycall.core import clock
from citycall.core.errors import NotFound
from citycall.exchange.models import Webhook, WebhookDelivery
from citycall.exchange.policies import WEBHOOKS_SCOPE
from citycall.exchange.webhooks import actions, queries
from citycall.exchange.webhooks.checks import LONGEST_NAME, MOST_CHOSEN
from citycall.service_requests.events import SUBJECT
from citycall.work_orders import events as order_events

router = Router(tags=["Webhooks"], auth=Key(WEBHOOKS_SCOPE))

Name = Annotated[Text, Field(min_length=1, max_length=LONGEST_NAME)]
Url = Annotated[Text, Field(min_length=1, max_length=1000)]
Kinds = Annotated[list[Annotated[Text, Field(max_length=40)]], Field(max_length=100)]
Services = Annotated[list[Annotated[Text, Field(max_length=80)]], Field(max_length=MOST_CHOSEN)]
Areas = Annotated[
    list[Annotated[str, Field(max_length=200, pattern=r"^[^/\x00]+/[^\x00]+$")]],
    Field(max_length=MOST_CHOSEN),
]
_SENDS: Final = {
    "name": "Dashboard",
    "url": "https://dashboard.example.org/citycall",
    "kinds": ["completed", "closed"],
}


class WebhookIn(Strict):
    """Where to tell, and of what; an empty list leaves that side wide."""

    name: Name
    url: Url
    kinds: Kinds = Field(default_factory=list, description="Kinds of events.")
    services: Services = Field(default_factory=list, description="Codes of services.")
    areas: Areas = Field(default_factory=list, description="Areas as `layer/code`.")


class WebhookChange(Strict):
    """What to change; what is not given stays."""

    name: Name | None = None
    url: Url | None = None
    kinds: Kinds | None = None
    services: Services | None = None
    areas: Areas | None = None


class WebhookOut(BaseModel):
    """A webhook."""

    id: str
    name: str
    url: str
    kinds: list[str]
    services: list[str]
    areas: list[str]
    created_at: datetime
    ended_at: datetime | None


class WebhookMade(WebhookOut):
    """A new webhook with the secret that its deliveries are signed with, shown this once."""

    secret: str


class SecretOut(BaseModel):
    """A secret, shown this once; the one before it is good for another day."""

    secret: str


class TryOut(BaseModel):
    """One attempt: `status` is null where no answer came, `problem` empty where it was taken."""

    at: datetime
    status: int | None
    problem: str
    milliseconds: int
    answer: str


class DeliveryOut(BaseModel):
    """One event owed to a webhook, with the last attempts to tell it."""

    id: str
    kind: str
    service_request: str | None = Field(description="The request that it tells of.")
    work_order: str | None = Field(description="The work order that it tells of.")
    state: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    tries: list[TryOut]


class DeliveryListing(BaseModel):
    """Which deliveries."""

    after: Cursor = Field("", description="`next_cursor` of the page before.")
    limit: Limit = Field(50, description="At most this many, up to 200.")


@router.get(
    "/webhooks",
    **told("list_webhooks", "The webhooks of this key", gives=Listed[WebhookOut]),
)
def listed(request: HttpRequest) -> HttpResponse:
    """Those in force first, the latest of them first."""
    return document({"items": [_told(each) for each in queries.webhooks_of(actor_of(request))]})


@router.post(
    "/webhooks",
    **told(
        "create_webhook",
        "Have an address told of events",
        gives=WebhookMade,
        status=201,
        problems=(409,),
        sends=_SENDS,
    ),
)
def create(request: HttpRequest, body: WebhookIn) -> HttpResponse:
    """Keep the `secret`: it is shown this once, and signs each delivery."""
    webhook, secret = actions.save_webhook(
        name=body.name,
        url=body.url,
        kinds=body.kinds,
        services=body.services,
        areas=_pairs(body.areas),
        by=actor_of(request),
        at=clock.now(),
    )
    response = document({**_told(webhook), "secret": secret}, status=201)
    response.headers["Location"] = f"/api/v1/webhooks/{webhook.pk}"
    return response


@router.get("/webhooks/{webhook_id}", **told("get_webhook", "One webhook", gives=WebhookOut))
def one(request: HttpRequest, webhook_id: Id) -> HttpResponse:
    """One of the webhooks of this key, ended ones too."""
    return document(_told(queries.webhook_for(actor_of(request), id_named(webhook_id))))


@router.patch(
    "/webhooks/{webhook_id}",
    **told(
        "change_webhook",
        "Change a webhook",
        gives=WebhookOut,
        problems=(409,),
        sends={"kinds": ["completed"]},
    ),
)
def change(request: HttpRequest, webhook_id: Id, body: WebhookChange) -> HttpResponse:
    """What is owed already goes to the new address."""
    webhook = actions.change_webhook(
        id_named(webhook_id),
        name=body.name,
        url=body.url,
        kinds=body.kinds,
        services=body.services,
        areas=None if body.areas is None else _pairs(body.areas),
        by=actor_of(request),
        at=clock.now(),
    )
    return document(_told(webhook))


@router.delete("/webhooks/{webhook_id}", **told("end_webhook", "End a webhook", gives=WebhookOut))
def end(request: HttpRequest, webhook_id: Id) -> HttpResponse:
    """Tell it nothing more. It can still be looked at, with what it was told."""
    by = actor_of(request)
    return document(_told(actions.end_webhook(id_named(webhook_id), by=by, at=clock.now())))


@router.post(
    "/webhooks/{webhook_id}/secret",
    **told("rotate_webhook_secret", "A new secret", gives=SecretOut, problems=(409,)),
)
def rotate(request: HttpRequest, webhook_id: Id) -> HttpResponse:
    """For a day deliveries carry a signature by each of both secrets, the new and the old."""
    by = actor_of(request)
    return document({"secret": actions.rotate_secret(id_named(webhook_id), by=by, at=clock.now())})


@router.post(
    "/webhooks/{webhook_id}/test",
    **told("test_webhook", "Tell it something now", gives=TryOut, problems=(409,)),
)
def test(request: HttpRequest, webhook_id: Id) -> HttpResponse:
    """Sends a `ping` and answers what came of it."""
    by = actor_of(request)
    return document(actions.test_webhook(id_named(webhook_id), by=by, at=clock.now()).kept())


@router.get(
    "/webhooks/{webhook_id}/deliveries",
    **told("list_webhook_deliveries", "What it was told", gives=Page[DeliveryOut]),
)
def deliveries(request: HttpRequest, webhook_id: Id, asked: Query[DeliveryListing]) -> HttpResponse:
    """Its deliveries, latest first, with every attempt that is remembered."""
    check_time_cursor(asked.after)
    found = queries.deliveries_of(
        actor_of(request), id_named(webhook_id), older_than=asked.after, size=asked.limit
    )
    return document(linked(request, [_delivery(row) for row in found.rows], found.older))


@router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/resend",
    **told(
        "resend_webhook_delivery",
        "Tell it once more",
        gives=DeliveryOut,
        status=202,
        problems=(409,),
    ),
)
def resend(request: HttpRequest, webhook_id: Id, delivery_id: Id) -> HttpResponse:
    """Puts it in the queue again with all its tries; it keeps its id, so receivers know it."""
    by = actor_of(request)
    known = queries.delivery_for(by, id_named(delivery_id))
    if known.webhook_id != id_named(webhook_id):
        raise NotFound(_("There is no such delivery."))
    actions.resend(known.pk, by=by, at=clock.now())
    return document(_delivery(queries.delivery_for(by, known.pk)), status=202)


def _pairs(areas: list[str]) -> list[tuple[str, str]]:
    return [(layer, code) for layer, _slash, code in (area.partition("/") for area in areas)]


def _told(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": str(webhook.pk),
        "name": webhook.name,
        "url": webhook.url,
        "kinds": list(webhook.kinds),
        "services": actions.service_codes(webhook),
        "areas": [f"{layer}/{code}" for layer, code in actions.area_codes(webhook)],
        "created_at": webhook.created_at,
        "ended_at": webhook.ended_at,
    }


def _delivery(row: WebhookDelivery) -> dict[str, Any]:
    subject = str(row.event.subject_id)
    return {
        "id": str(row.pk),
        "kind": row.event.kind,
        "service_request": subject if row.event.subject_kind == SUBJECT else None,
        "work_order": subject if row.event.subject_kind == order_events.SUBJECT else None,
        "state": str(row.state),
        "attempts": row.attempts,
        "created_at": row.created_at,
        "sent_at": row.sent_at,
        "tries": row.tries,
    }
