"""Messaging: the outbox (written with the change that asks for it) and the templates it is worded from."""

from __future__ import annotations

from django.db import models

from banshi.foundation.crypto import EncryptedText


class Template(models.Model):
    """Words of a message; a hall's own beats the common one (hall = "")."""

    hall = models.CharField(max_length=40, default="")
    key = models.CharField(max_length=40)  # confirmation, reminder, leave, ahead, your_turn, missed, cancelled_by_hall, closure, code…
    language = models.CharField(max_length=10)
    body = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60)

    class Meta:
        db_table = "messaging_template"
        constraints = [models.UniqueConstraint(fields=["hall", "key", "language"], name="one_template_per_hall_key_language")]


class Message(models.Model):
    """One message to one phone (外发通知). `dedupe` makes sure that the same thing is never said twice.

    state: due → sending → sent | failed; or dropped (the reason went away before it was due).
    """

    id = models.BigAutoField(primary_key=True)
    hall = models.CharField(max_length=40, default="")
    key = models.CharField(max_length=40)
    subject = models.CharField(max_length=60, default="")  # "appointment:<code>" or "ticket:<ref>"
    channel = models.CharField(max_length=10, default="")  # "" until the drain splits it by the hall's channels
    to = EncryptedText()
    to_index = models.CharField(max_length=64)
    language = models.CharField(max_length=10, default="zh-hans")
    params = models.JSONField(default=dict)  # no names, no ID numbers
    text = models.TextField(default="")  # as sent
    dedupe = models.CharField(max_length=140)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, default="due")
    tries = models.SmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=120, default="")
    error = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "messaging_message"
        constraints = [
            models.UniqueConstraint(fields=["dedupe"], name="a_message_is_written_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["due", "sending", "sent", "failed", "dropped"]), name="message_state_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="messages_due", condition=models.Q(state="due")),
            models.Index(fields=["claimed_at"], name="messages_sending", condition=models.Q(state="sending")),
            models.Index(fields=["to_index", "-id"], name="messages_by_phone"),
            models.Index(fields=["subject"], name="messages_by_subject"),
        ]
