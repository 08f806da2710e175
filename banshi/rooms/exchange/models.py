"""What was told the national platform: batches, and each row as it was told last."""

from __future__ import annotations

from django.db import models

from banshi.rooms.cases.models import Case
from banshi.rooms.exchange.rules import OPERATIONS, TABLES
from banshi.rooms.library.models import DocumentVersion

Q = models.Q


class Batch(models.Model):
    """批次: the bytes that were sent are kept, and sent again as they are."""

    no = models.CharField(max_length=40, unique=True)  # cd_batch
    scope = models.CharField(max_length=60)  # hall:<code>, region:<code>, all
    first = models.DateField()
    last = models.DateField()
    rows = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.ForeignKey(DocumentVersion, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60)
    sent_at = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)  # in vain
    next_at = models.DateTimeField(null=True)  # not before this; None: as soon as it comes to it
    trouble = models.CharField(
        max_length=120, default="", db_default=""
    )  # of the last try, scrubbed; rules.SILENT, or port

    class Meta:
        db_table = "exchange_batch"
        constraints = [models.CheckConstraint(condition=Q(last__gte=models.F("first")), name="a_batch_is_of_some_days")]


class ExchangeRow(models.Model):
    """A row in a batch: the newest of an id is what the platform has."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="told")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    table = models.CharField(max_length=30)
    guid = models.CharField(max_length=32)
    operation = models.CharField(max_length=1)
    digest = models.CharField(max_length=64)
    receipt = models.CharField(max_length=8, default="")  # accepted | refused; "": no answer yet
    why = models.CharField(max_length=200, default="")  # it was refused, in the platform's words, scrubbed

    class Meta:
        db_table = "exchange_row"
        constraints = [
            models.UniqueConstraint(fields=["batch", "guid"], name="a_row_is_told_once_a_batch"),
            models.CheckConstraint(condition=Q(operation__in=OPERATIONS), name="a_row_is_new_changed_or_gone"),
            models.CheckConstraint(condition=Q(table__in=TABLES), name="a_row_is_of_a_known_table"),
            models.CheckConstraint(condition=Q(receipt__in=["", "accepted", "refused"]), name="a_receipt_is_known"),
        ]
        indexes = [models.Index(fields=["case", "guid", "-id"], name="rows_told_of_a_case")]
