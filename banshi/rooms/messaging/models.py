"""Messaging: the outbox (written with the change that asks for it) and the templates it is worded from."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from banshi.foundation.crypto import EncryptedText, FreeText
from banshi.rooms.messaging.rules import MESSAGE, OVER, URGENT


class Template(models.Model):
    """Words of a message; a hall's own beats the common one (hall = ""), which beats rules.COMMON."""

    hall = models.CharField(max_length=40, default="")
    key = models.CharField(max_length=40)  # a key of rules.COMMON
    language = models.CharField(max_length=10)  # zh | en
    body = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60)

    class Meta:
        db_table = "messaging_template"
        constraints = [
            models.UniqueConstraint(fields=["hall", "key", "language"], name="one_template_per_hall_key_language")
        ]


class Message(models.Model):
    """One message to one phone (外发通知). `dedupe` makes sure that the same thing is never said twice.

    state: due → sending → sent | failed; or dropped (the reason went away before it was due). Columns with a
    `db_default` may be left out by rooms that write rows in their own statements.
    """

    id = models.BigAutoField(primary_key=True)
    hall = models.CharField(max_length=40, default="", db_default="")
    key = models.CharField(max_length=40)
    subject = models.CharField(max_length=60, default="", db_default="")  # "appointment:<code>" or "ticket:<ref>"
    channel = models.CharField(max_length=10, default="", db_default="")  # "" until the drain splits it
    to = EncryptedText()
    to_index = models.CharField(max_length=64)
    language = models.CharField(max_length=10, default="zh-hans", db_default="zh-hans")
    params = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))  # no names, no ID numbers
    sealed = EncryptedText(null=True)  # values that open something (a one-time code), JSON; gone once it is sent
    text = FreeText(default="", db_default="")  # as sent, codes blanked and links shortened: for the office
    said = EncryptedText(null=True)  # as sent, whole: for the person it went to
    dedupe = models.CharField(max_length=140)
    due_at = models.DateTimeField()
    until = models.DateTimeField(null=True)  # hall time; from then on it says nothing and is dropped
    state = models.CharField(max_length=8, default="due", db_default="due")
    tries = models.SmallIntegerField(default=0, db_default=0)
    claimed_at = models.DateTimeField(null=True)  # machine time; also the lease: only its holder records the outcome
    retry_at = models.DateTimeField(null=True)  # machine time; not again before
    sent_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=120, default="", db_default="")
    error = models.CharField(max_length=200, default="", db_default="")  # of the last try
    why = models.CharField(max_length=12, default="", db_default="")  # of a dropped one: taken_back, lapsed …
    created_at = models.DateTimeField()

    class Meta:
        db_table = "messaging_message"
        constraints = [
            models.UniqueConstraint(fields=["dedupe"], name="a_message_is_written_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=list(MESSAGE.states)),
                name="message_state_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="messages_due", condition=models.Q(state="due")),
            models.Index(
                fields=["due_at"], name="messages_due_urgent", condition=models.Q(state="due", key__in=list(URGENT))
            ),
            models.Index(fields=["claimed_at"], name="messages_sending", condition=models.Q(state="sending")),
            models.Index(fields=["state", "-id"], name="messages_in_trouble", condition=models.Q(state="failed")),
            # Written once the message is over, so that whoever books does not wait for it.
            models.Index(
                fields=["hall", "state", "-id"],
                name="messages_over_by_hall",
                condition=models.Q(state__in=["sent", "dropped"]),
            ),
            # Written once it is over, too; left when its telephone and words are deleted.
            models.Index(
                F("hall"),
                Coalesce("until", "due_at"),
                name="messages_to_forget",
                condition=Q(state__in=OVER) & ~Q(to_index=""),
            ),
            models.Index(fields=["to_index", "-id"], name="messages_by_phone"),
            models.Index(fields=["subject"], name="messages_by_subject"),
        ]


class Address(models.Model):
    """Where a telephone number is reached on a channel that has addresses of its own: its WeChat openid."""

    to_index = models.CharField(max_length=64)
    channel = models.CharField(max_length=10)
    address = EncryptedText()
    bound_at = models.DateTimeField()

    class Meta:
        db_table = "messaging_address"
        constraints = [
            models.UniqueConstraint(fields=["to_index", "channel"], name="one_address_per_number_and_channel")
        ]


class Delivery(models.Model):
    """What the built-in outbox channel handed over: once per message, whatever happens to its worker."""

    message = models.CharField(max_length=40)  # the idempotency key
    channel = models.CharField(max_length=10)
    at = models.DateTimeField()  # machine time

    class Meta:
        db_table = "messaging_delivery"
        constraints = [models.UniqueConstraint(fields=["message"], name="a_message_is_delivered_once")]
