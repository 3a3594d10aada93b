"""Reading what triage keeps of a request."""

from citycall.triage.models import Judgement


def judgement_of(request_id: int) -> Judgement | None:
    """The priority of a request with its reasons, or none before it was judged."""
    return Judgement.objects.filter(pk=request_id).first()
