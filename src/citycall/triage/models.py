"""Why a request is as urgent as it is, and what was sorted by whom."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from citycall.service_requests.models import ServiceRequest


class Judgement(models.Model):
    """The priority of one request with its reasons: ``[{"code", "weight", ...}]``.

    ``by_hand`` is what a person set it to, with ``why``; that holds until somebody takes it back.
    """

    service_request = models.OneToOneField(
        ServiceRequest, primary_key=True, on_delete=models.CASCADE, related_name="judgement"
    )
    priority = models.PositiveSmallIntegerField()
    score = models.FloatField()
    reasons = models.JSONField(default=list)
    computed_at = models.DateTimeField()
    by_hand = models.PositiveSmallIntegerField(null=True)
    why = models.TextField(blank=True)
    who = models.CharField(max_length=150, blank=True)
    set_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(priority__range=(1, 5)), name="judgement_priority"),
            models.CheckConstraint(
                condition=Q(by_hand__isnull=True) | (Q(by_hand__range=(1, 5)) & ~Q(why="")),
                name="judgement_by_hand_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Request {self.service_request_id}: {self.priority}"


class Move(models.Model):
    """One time that a request went to another team or service; made once for its event.

    ``rule_id`` is the routing rule that had sent it to the team that it left, none where that was
    the service's own team. ``service_id`` is the service that it had before.
    """

    event_id = models.BigIntegerField(primary_key=True)
    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.CASCADE, related_name="moves"
    )
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    service_id = models.BigIntegerField()
    service_after_id = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)
    rule_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-at"], name="triage_move_by_time"),
            models.Index(fields=["service_id", "-at"], name="triage_move_by_service"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of request {self.service_request_id}"


class RuleProposal(models.Model):
    """A routing rule that somebody of an agency proposes; administrators apply or decline it.

    ``document`` is a ``RuleSpec``; ``effect`` what its preview over history showed.
    """

    class State(models.TextChoices):
        OPEN = "open"
        APPLIED = "applied"
        DECLINED = "declined"

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=80)
    document = models.JSONField()
    effect = models.JSONField(default=dict)
    why = models.CharField(max_length=500, blank=True)
    agency_ids = ArrayField(models.IntegerField(), default=list)
    proposed_by = models.CharField(max_length=150)
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.code}: {self.state}"
