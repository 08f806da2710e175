"""Audit: who did what, and who looked at whom. Append-only; a sealing job chains the hashes in batches."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One act (审计记录). `facts` hold no personal data; a look at personal data is an entry with action `looked`.

    A trigger refuses DELETE, and every UPDATE but the sealing of an unsealed row.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=60)  # str(Actor)
    hall = models.CharField(max_length=40, default="")
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)  # e.g. "appointment:K7Q2…"
    facts = models.JSONField(default=dict)
    sealed_hash = models.CharField(max_length=64, null=True)
    sealed_no = models.BigIntegerField(null=True)  # place in the chain; ids do not follow the order of commits

    class Meta:
        db_table = "audit_entry"
        constraints = [models.UniqueConstraint(fields=["sealed_no"], name="a_place_in_the_chain_is_taken_once")]
        indexes = [
            models.Index(fields=["subject", "id"], name="audit_by_subject"),
            models.Index(fields=["hall", "at"], name="audit_by_hall"),
            models.Index(fields=["id"], name="audit_unsealed", condition=models.Q(sealed_hash=None)),
        ]


class Seal(models.Model):
    """The end of one sealed batch: a chain that was cut off behind it no longer ends in its hash. Append-only."""

    last_no = models.BigIntegerField(unique=True)
    last_hash = models.CharField(max_length=64)
    version = models.SmallIntegerField(default=1)  # rules.PLAIN | rules.KEYED
    at = models.DateTimeField()  # machine time

    class Meta:
        db_table = "audit_seal"
