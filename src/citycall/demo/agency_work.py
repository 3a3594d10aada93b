"""What the demo's agency has prepared: texts that it often writes, and a batch to look at."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from citycall.accounts.models import Role, User
from citycall.accounts.queries import actor_of
from citycall.batches.actions import deciding, preparing
from citycall.batches.models import BatchStep
from citycall.catalog.queries import catalog
from citycall.core.actors import SYSTEM
from citycall.notifications import text_actions
from citycall.notifications.models import TextUse
from citycall.service_requests import queries
from citycall.service_requests.models import Status

_AT_WORK: Final = (Status.NEW, Status.ASSIGNED, Status.IN_PROGRESS)
_TEXTS: Final = (
    (
        TextUse.COMPLETE,
        "Repaired",
        {
            "en": "Our crew was at {{ place }} and has repaired it. If it is not right, please"
            " tell us with your number {{ number }}, or call {{ phone }}.",
            "es": "Nuestra cuadrilla estuvo en {{ place }} y lo reparó. Si no quedó bien,"
            " díganoslo con su número {{ number }} o llame al {{ phone }}.",
            "zh-hans": "我们的工作人员已到 {{ place }} 并修好。如有问题，请凭编号 {{ number }}"
            " 告诉我们，或致电 {{ phone }}。",
            "ar": "حضر فريقنا إلى {{ place }} وأصلحه. إن لم يكن كما ينبغي فأخبرنا برقمك"
            " {{ number }} أو اتصل بالرقم {{ phone }}.",
        },
    ),
    (
        TextUse.COMPLETE,
        "Not found",
        {
            "en": "Our crew looked for it at {{ place }} and did not find it. A photo or a"
            " description of the spot helps us to find it: please add it to {{ number }}.",
            "es": "Nuestra cuadrilla lo buscó en {{ place }} y no lo encontró. Una foto o una"
            " descripción del lugar nos ayuda: añádala a {{ number }}.",
        },
    ),
    (
        TextUse.HOLD,
        "Weather",
        {
            "en": "We have to wait for better weather. We will come as soon as it allows.",
            "es": "Tenemos que esperar a que mejore el tiempo. Iremos en cuanto sea posible.",
            "zh-hans": "我们需要等待天气好转，一有条件就会前往。",
            "ar": "علينا انتظار تحسّن الطقس، وسنأتي حالما يسمح بذلك.",
        },
    ),
    (
        TextUse.MESSAGE,
        "Next week",
        {
            "en": "{{ agency }} has planned {{ number }} for next week.",
            "es": "{{ agency }} ha previsto {{ number }} para la próxima semana.",
        },
    ),
)


def make(*, at: datetime) -> None:
    """Write the texts, and ask a second person to agree to more than one may complete alone."""
    dispatcher = User.objects.filter(memberships__role=Role.DISPATCHER).order_by("pk").first()
    membership = dispatcher.memberships.exclude(agency=None).first() if dispatcher else None
    if dispatcher is None or membership is None or membership.agency_id is None:
        return
    for use, name, words in _TEXTS:
        text_actions.save_text(
            agency_id=membership.agency_id, use=use, name=name, words=words, by=SYSTEM, at=at
        )
    _ask(dispatcher, membership.agency_id, at=at - timedelta(minutes=25))


def _ask(dispatcher: User, agency_id: int, *, at: datetime) -> None:
    count = settings.CITYCALL_BATCH_ALONE + 7
    for entry in catalog().services:
        if entry.agency_id != agency_id or entry.spec.photo_on_completion:
            continue
        rows = queries.readable(SYSTEM).filter(
            service_id=entry.id, status__in=_AT_WORK, updated_at__lt=at
        )
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:count])
        if len(ids) < count or not entry.spec.outcomes:
            continue
        by = actor_of(dispatcher)
        batch = preparing.prepare(ids, step=BatchStep.COMPLETE, by=by, at=at)
        values = {
            "outcome": entry.spec.outcomes[0],
            "explanation": "Done on Saturday's round through the neighborhood.",
        }
        preparing.say(batch.pk, values=values, by=by, at=at)
        deciding.confirm(batch.pk, by=by, at=at)
        return
