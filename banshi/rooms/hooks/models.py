"""Webhooks: who is told, what there was to tell, how each telling went."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from banshi.foundation.crypto import EncryptedText
from banshi.rooms.hooks.rules import DELIVERY, HOOK
from banshi.rooms.identity.models import ApiKey


class Hook(models.Model):
    """An address that another system wants to be told at (推送地址). It sees what its key sees, and nothing once that is revoked.

    `why` it is off: hand | gone (the receiver said 410) | failing | key (it is revoked).
    """

    code = models.CharField(max_length=24, unique=True)
    key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="hooks")
    hall = models.CharField(max_length=40, default="")  # only of this hall; "" = of all its key reaches
    url = EncryptedText()  # what stands in an address may open something
    types = ArrayField(models.CharField(max_length=40), default=list)  # rules.WANTED; empty = all
    secret = EncryptedText()
    old_secret = EncryptedText(null=True)  # signs along until `old_until`, machine time
    old_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, default="on")
    why = models.CharField(max_length=8, default="")
    made_at = models.DateTimeField()  # hall time: what happened before is not told
    failing_since = models.DateTimeField(null=True)  # machine time; since then nothing got through
    resting_until = models.DateTimeField(null=True)  # machine time
    reached_at = models.DateTimeField(null=True)  # machine time

    class Meta:
        db_table = "hooks_hook"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=HOOK.states), name="hook_state_is_known"),
            models.CheckConstraint(
                condition=Q(old_secret=None, old_until=None) | Q(old_secret__isnull=False, old_until__isnull=False),
                name="an_old_secret_has_an_end",
            ),
        ]


class Event(models.Model):
    """One fact that somebody wanted to hear of, as it is told. Its code is made of the fact: found twice, it is there once."""

    id = models.BigAutoField(primary_key=True)  # in the order of finding, by one finder at a time
    code = models.CharField(max_length=40)
    type = models.CharField(max_length=40)
    hall = models.CharField(max_length=40, default="")
    subject = models.CharField(max_length=80)
    maker = models.CharField(max_length=40, default="")
    at = models.DateTimeField()  # hall time
    data = models.JSONField()  # no personal data
    found_at = models.DateTimeField()  # machine time

    class Meta:
        db_table = "hooks_event"
        constraints = [models.UniqueConstraint(fields=["code"], name="a_fact_is_one_event")]
        indexes = [models.Index(fields=["found_at"], name="hook_events_by_age")]


class Delivery(models.Model):
    """An event on its way to one hook: due → sending → sent, or due again, or failed after the last try. Times: machine time."""

    id = models.BigAutoField(primary_key=True)
    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    subject = models.CharField(max_length=80)  # of the event: in order for each
    state = models.CharField(max_length=8, default="due")
    tries = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)  # also the lease: only its holder records the outcome

    class Meta:
        db_table = "hooks_delivery"
        constraints = [
            models.UniqueConstraint(fields=["hook", "event"], name="a_hook_is_told_of_an_event_once"),
            models.CheckConstraint(condition=Q(state__in=DELIVERY.states), name="hook_delivery_state_is_known"),
        ]
        indexes = [
            models.Index(fields=["hook", "event"], name="hook_deliveries_due", condition=Q(state="due")),
            models.Index(
                fields=["hook", "subject", "event"],
                name="hook_deliveries_in_order",
                condition=Q(state__in=["due", "sending"]),
            ),
            models.Index(fields=["claimed_at"], name="hook_deliveries_sending", condition=Q(state="sending")),
        ]


class Attempt(models.Model):
    """One try: what the receiver answered, or why nothing came back."""

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()  # machine time
    status = models.SmallIntegerField(null=True)  # HTTP
    ms = models.IntegerField()
    said = models.CharField(max_length=200, default="")  # the answer's first words, without what belongs to people

    class Meta:
        db_table = "hooks_attempt"
        indexes = [models.Index(F("delivery"), F("id").desc(), name="hook_attempts_of_a_delivery")]


class Cursor(models.Model):
    """How far a table of facts is read (queries/sources.py). Rows commit out of order of their ids: what lies behind `low` is
    complete, what lies between `low` and `seen` is looked at again for rows that were committed late."""

    source = models.CharField(max_length=12, primary_key=True)
    low = models.BigIntegerField()
    seen = models.BigIntegerField()
    horizon = models.BigIntegerField()  # the oldest transaction under way when it was read last
    mark = models.BigIntegerField(null=True)  # becomes `low` once all transactions before `mark_xid` are over
    mark_xid = models.BigIntegerField(null=True)
    mark_at = models.DateTimeField(null=True)  # machine time

    class Meta:
        db_table = "hooks_cursor"
