"""Tables under everything: the clock setting, live events, idempotency keys, rate buckets."""

from __future__ import annotations

from django.db import models


class ClockSetting(models.Model):
    """The virtual clock of a demo or test installation: hall time = hall_at + (wall − wall_at) × speed."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    wall_at = models.DateTimeField()
    hall_at = models.DateTimeField()
    speed = models.FloatField()

    class Meta:
        db_table = "foundation_clock"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="there_is_one_clock"),
            models.CheckConstraint(condition=models.Q(speed__gte=0, speed__lte=600), name="clock_speed_is_0_to_600"),
        ]


class Event(models.Model):
    """Something changed that people are watching. Its id is the version that SSE clients resume from."""

    id = models.BigAutoField(primary_key=True)
    hall = models.CharField(max_length=40, db_index=False)
    topic = models.CharField(max_length=40)
    subject = models.CharField(max_length=60, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "foundation_event"
        indexes = [models.Index(fields=["hall", "id"], name="event_by_hall")]


class IdempotencyKey(models.Model):
    """First answer to a write, given again to the same key and body for 24 hours."""

    owner = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.SmallIntegerField(null=True)
    answer = models.BinaryField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "foundation_idempotency_key"
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_answer_per_owner_and_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]


class RateBucket(models.Model):
    """Token bucket: `tokens` as of `at`; refilled by arithmetic when asked."""

    key = models.CharField(max_length=120, primary_key=True)
    tokens = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        db_table = "foundation_rate_bucket"


class DemoSwitch(models.Model):
    """Demo installations only: which halls the crowd keeps alive."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    crowd_halls = models.JSONField(default=list)

    class Meta:
        db_table = "foundation_demo_switch"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="there_is_one_demo_switch")]


class Watermark(models.Model):
    """Up to which day something that goes day by day has got, that day included."""

    name = models.CharField(max_length=80, primary_key=True)
    day = models.DateField()

    class Meta:
        db_table = "foundation_watermark"


class Heartbeat(models.Model):
    """Last sign of life, in machine time: `tick` = the housekeeping of some worker, `duty:…`, `job:…`."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)  # since it last went well

    class Meta:
        db_table = "foundation_heartbeat"
