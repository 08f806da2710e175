"""Staffing: who works where and when (排班)."""

from __future__ import annotations

from django.db import models

from banshi.foundation.crypto import FreeText
from banshi.rooms.identity.models import Staff
from banshi.rooms.places.models import Hall, Window
from banshi.rooms.staffing.rules import MOST_FILTERS


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


class SavedFilter(models.Model):
    """常用筛选: what a member of staff looks for again and again in a list of a hall, by the name they gave it. Theirs alone."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+")
    hall = models.ForeignKey(Hall, on_delete=models.CASCADE)
    listed = models.CharField(max_length=40)  # the list, by the name of its address
    place = models.SmallIntegerField()  # among theirs of this list: as many as there are places
    name = FreeText()
    query = FreeText()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "staffing_saved_filter"
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "hall", "listed", "place"], name="one_saved_filter_at_a_place_of_a_list"
            ),
            models.CheckConstraint(
                condition=models.Q(place__range=(1, MOST_FILTERS)), name="saved_filters_of_a_list_are_few"
            ),
        ]
