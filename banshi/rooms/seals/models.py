"""Seals (电子印章): of a hall, or of a department in a hall. A seal is replaced, never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from banshi.rooms.catalogue.models import Department
from banshi.rooms.places.models import Hall


class Seal(models.Model):
    """Used from `starts_at` until the next one of its holder begins. Its key lies with the signer, found by `key`."""

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(
        Department, null=True, on_delete=models.PROTECT, related_name="+"
    )  # None: the hall's own
    no = models.SmallIntegerField()  # the how-manieth of its holder, from 1
    key = models.CharField(max_length=100, unique=True)
    words = models.CharField(max_length=60)  # what stands on it
    chain = models.TextField()  # PEM: its certificate, then those that vouch for it
    certificate = models.CharField(max_length=64, unique=True)  # SHA-256
    serial = models.CharField(max_length=60)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    starts_at = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60)

    class Meta:
        db_table = "seals_seal"
        constraints = [
            # Two who replace a seal at once: one does. NULLs are alike: a hall has one of its own.
            models.UniqueConstraint(
                fields=["hall", "department", "no"], nulls_distinct=False, name="one_seal_per_holder_and_number"
            ),
            models.CheckConstraint(condition=Q(no__gte=1), name="seals_are_counted_from_one"),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")), name="a_seal_is_not_over_before_it_begins"
            ),
        ]
