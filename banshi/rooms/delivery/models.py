"""Deliveries: one result each, where it lies, the single-use code that opens it, who has it now."""

from __future__ import annotations

from django.db import models

from banshi.foundation.crypto import EncryptedText
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.rules import DELIVERY, HOW


class Delivery(models.Model):
    """送达. `code` is sealed; it is told to the applicant and shown to nobody who works here."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="delivery")
    state = models.CharField(max_length=12, default="ready")
    place = models.CharField(max_length=40)
    code = EncryptedText(default="")
    tries_left = models.SmallIntegerField()
    ready_at = models.DateTimeField()
    ready_by = models.CharField(max_length=60)
    how = models.CharField(max_length=12, default="")
    by_what = models.CharField(max_length=8, default="")  # code | card
    delivered_at = models.DateTimeField(null=True)
    delivered_by = models.CharField(max_length=60, default="")

    class Meta:
        db_table = "delivery_delivery"
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(DELIVERY.states)), name="delivery_state_is_known"),
            models.CheckConstraint(condition=models.Q(how__in=["", *HOW]), name="a_delivery_goes_a_known_way"),
            models.CheckConstraint(condition=models.Q(tries_left__gte=0), name="tries_at_a_code_run_out_at_zero"),
            models.CheckConstraint(
                condition=models.Q(state="ready", delivered_at=None)
                | models.Q(state="delivered", delivered_at__isnull=False),
                name="what_was_delivered_has_a_time",
            ),
        ]
