"""What is kept of days that are over, so that years are read as quickly as a week. Insight writes these tables and no other.

A span is one hall's 1, 8 or 64 days; its sums are those of the facts, by hour, category, item, window and channel, and of all
together. A day whose facts changed since is noted as changed by the tables themselves (migrations/0002_changed_days.py) and
read from its facts until it is settled again (0003 for those of cases). So what is kept always equals a recount.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.places.models import Hall

if TYPE_CHECKING:
    Whole = models.Field[str, str]
else:
    Whole = models.Field


class Steps(Whole):
    """Counts of times by step as one whole number (rules.packed): sums of numbers are sums of counts."""

    def db_type(self, connection: Any) -> str:
        return "numeric"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str:
        return f"{value:f}"


class Span(models.Model):
    """Days of a hall, settled. Hours are those of `timezone`, the hall's own when it was settled."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, db_index=False)
    start = models.DateField()
    days = models.SmallIntegerField()  # rules.LENGTHS
    timezone = models.CharField(max_length=40)
    settled_at = models.DateTimeField()
    arrivals = ArrayField(models.IntegerField())  # visits by half hour of the day: 48
    waits = ArrayField(models.IntegerField())  # numbers by queries.WAIT_STEPS, the last one open
    promised = models.IntegerField()  # estimates whose truth is known
    kept = models.IntegerField()
    below_likely = models.IntegerField()
    off_s = models.BigIntegerField()  # seconds by which "about" was off, summed

    class Meta:
        db_table = "insight_span"
        constraints = [
            models.UniqueConstraint(fields=["hall", "start", "days"], name="days_of_a_hall_are_kept_once"),
            models.CheckConstraint(condition=models.Q(days__in=[1, 8, 64]), name="a_span_is_of_1_8_or_64_days"),
        ]


class Sum(models.Model):
    """Facts of a span that share a key, added up (queries.facts says what each counts). `key` None: those without one."""

    span = models.ForeignKey(Span, on_delete=models.CASCADE, related_name="sums", db_index=False)
    by = models.CharField(max_length=8)  # "" = all together | hour | category | item | window | channel
    key = models.CharField(max_length=20, null=True)
    visits = models.IntegerField()
    persons = models.IntegerField()
    visits_served = models.IntegerField()
    visits_told = models.IntegerField()
    wasted = models.IntegerField()
    one_stop = models.IntegerField()
    tickets = models.IntegerField()
    booked = models.IntegerField()
    walk_in = models.IntegerField()
    served = models.IntegerField()
    done = models.IntegerField()
    paper_missing = models.IntegerField()
    advice_only = models.IntegerField()
    refused = models.IntegerField()
    held = models.IntegerField()
    missed = models.IntegerField()
    left = models.IntegerField()
    closed = models.IntegerField()
    redirected = models.IntegerField()
    open = models.IntegerField()
    appointments = models.IntegerField()
    checked_in = models.IntegerField()
    no_shows = models.IntegerField()
    cancelled = models.IntegerField()
    ratings = models.IntegerField()
    stars_1 = models.IntegerField()
    stars_2 = models.IntegerField()
    stars_3 = models.IntegerField()
    stars_4 = models.IntegerField()
    stars_5 = models.IntegerField()
    wait_n = models.IntegerField()
    wait_sum_s = models.BigIntegerField()
    way_n = models.IntegerField()
    way_sum_s = models.BigIntegerField()
    handling_n = models.IntegerField()
    handling_sum_s = models.BigIntegerField()
    wait_steps = Steps()
    handling_steps = Steps()

    class Meta:
        db_table = "insight_sum"
        constraints = [
            models.UniqueConstraint(
                fields=["span", "by", "key"], nulls_distinct=False, name="a_span_has_one_sum_per_key"
            )
        ]


class CaseSum(models.Model):
    """Cases of a span that share an item, a department, a channel and a kind, added up (see rules.case_figures)."""

    span = models.ForeignKey(Span, on_delete=models.CASCADE, related_name="case_sums", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField(max_length=12)
    instant = models.BooleanField()
    received = models.IntegerField()
    second_notices = models.IntegerField()
    accepted = models.IntegerField()
    decided = models.IntegerField()
    granted = models.IntegerField()
    due = models.IntegerField()
    on_time = models.IntegerField()
    completed = models.IntegerField()
    one_stop = models.IntegerField()
    trips = models.IntegerField()
    ratings = models.IntegerField()
    stars_1 = models.IntegerField()
    stars_2 = models.IntegerField()
    stars_3 = models.IntegerField()
    stars_4 = models.IntegerField()
    stars_5 = models.IntegerField()
    prepared = models.IntegerField(default=0, db_default=0)  # received at a window, sent in beforehand
    prepared_s = models.BigIntegerField(default=0, db_default=0)  # seconds there, summed
    unprepared = models.IntegerField(default=0, db_default=0)
    unprepared_s = models.BigIntegerField(default=0, db_default=0)
    saved_steps = Steps()  # decisions by working days saved (rules.DAYS)

    class Meta:
        db_table = "insight_case_sum"
        constraints = [
            models.UniqueConstraint(
                fields=["span", "item", "department", "channel", "instant"], name="a_span_has_one_sum_per_kind_of_case"
            )
        ]


class Changed(models.Model):
    """A day whose facts changed after it was settled. Written by the tables of the facts themselves."""

    id = models.BigAutoField(primary_key=True)
    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    day = models.DateField()

    class Meta:
        db_table = "insight_changed"
        indexes = [models.Index(fields=["hall", "day"], name="changed_by_hall_day")]
