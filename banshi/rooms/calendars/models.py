"""Calendars: the national working-day table, each hall's versioned calendar document, closures."""

from __future__ import annotations

from django.db import models

from banshi.foundation.crypto import FreeText
from banshi.rooms.catalogue.models import Item
from banshi.rooms.places.models import Category, Floor, Hall, Zone


class NationalDay(models.Model):
    """An exceptional day of the national calendar (调休): a weekday off or a weekend worked."""

    day = models.DateField(primary_key=True)
    kind = models.CharField(max_length=10)  # workday | restday
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    notice = models.CharField(max_length=60, default="")
    state = models.CharField(max_length=12)  # confirmed | provisional

    class Meta:
        db_table = "calendars_national_day"
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["workday", "restday"]), name="a_day_is_work_or_rest")
        ]


class CalendarVersion(models.Model):
    """One version of a hall's calendar (calendars.rules.CalendarDocument). Immutable; valid for days ≥ valid_from."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name="calendars")
    version = models.IntegerField()
    document = models.JSONField()
    valid_from = models.DateField()
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    note = FreeText(default="")

    class Meta:
        db_table = "calendars_version"
        constraints = [models.UniqueConstraint(fields=["hall", "version"], name="one_calendar_per_hall_and_version")]


class Closure(models.Model):
    """临时闭厅: the hall – or a floor, a zone, a category, an item of it – is closed from–to, for a reason people are told.

    kind: closure, evacuation (everybody out, nothing is served), outage (paper numbers). `begun_at`: the people in line
    were told; `over_at`: the line goes on.
    """

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name="closures")
    kind = models.CharField(max_length=12, default="closure")
    floor = models.ForeignKey(Floor, null=True, on_delete=models.CASCADE)
    zone = models.ForeignKey(Zone, null=True, on_delete=models.CASCADE)
    category = models.ForeignKey(Category, null=True, on_delete=models.CASCADE)
    item = models.ForeignKey(Item, null=True, on_delete=models.CASCADE)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason_zh = models.CharField(max_length=120)
    reason_en = models.CharField(max_length=160)
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "calendars_closure"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="a_closure_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["closure", "evacuation", "outage"]), name="a_closure_is_of_a_known_kind"
            ),
            # Two managers who announce the same closure at once announce it once; an evacuation is none of it.
            models.UniqueConstraint(
                fields=["hall", "floor", "zone", "category", "item", "starts_at", "ends_at", "kind"],
                condition=models.Q(withdrawn_at=None),
                nulls_distinct=False,
                name="a_closure_is_announced_once",
            ),
        ]
        indexes = [models.Index(fields=["hall", "starts_at"], name="closures_by_hall")]
