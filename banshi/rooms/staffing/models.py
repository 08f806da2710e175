"""Staffing: who works where and when (排班)."""

from __future__ import annotations

from django.db import models

from banshi.rooms.identity.models import Staff
from banshi.rooms.places.models import Hall, Window


class Shift(models.Model):
    """班次: a person, a hall, from–to; at a window, or on duty (值班) without one."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="shifts")
    window = models.ForeignKey(Window, null=True, on_delete=models.SET_NULL)
    day = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    duty = models.CharField(max_length=20, default="window")  # window | guide | duty_lead
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "staffing_shift"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="a_shift_ends_after_it_starts"
            )
        ]
        indexes = [models.Index(fields=["hall", "day"], name="shifts_by_hall_day")]
