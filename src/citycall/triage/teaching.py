"""Words that the catalog learns: keywords by which a service is found from then on."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.catalog import actions as catalog_actions
from citycall.catalog.models import Service
from citycall.catalog.queries import SERVICE, catalog, service_spec
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import Actor
from citycall.core.errors import Conflict
from citycall.core.models import Revision
from citycall.core.permissions import require
from citycall.triage.policies import PERMISSIONS


@transaction.atomic
def add_keyword(service_code: str, word: str, *, by: Actor, at: datetime) -> Revision:
    """Add a word to a service's keywords; the revision can be undone as any other.

    Raises ``UnknownService``, and ``Conflict`` where the service has the word already.
    """
    require(PERMISSIONS, "teach", by=by)
    catalog().service(service_code)
    row = Service.objects.select_for_update().get(code=service_code)
    spec = service_spec(row)
    if word.casefold() in {each.casefold() for each in spec.keywords}:
        raise Conflict(_("The service has this keyword already."))
    document = {**spec.model_dump(mode="json"), "keywords": [*spec.keywords, word]}
    catalog_actions.save_service(spec=ServiceSpec.model_validate(document), by=by, at=at)
    return Revision.objects.filter(subject_kind=SERVICE, subject_code=service_code).latest("id")
