"""Deliveries: one result each, where it lies, the code that opens it, who has it now. Cabinets: cells, what is in them."""

from __future__ import annotations

from django.db import models

from banshi.foundation.crypto import EncryptedText
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.rules import DELIVERY, HOW, KINDS, OUT_BY
from banshi.rooms.devices.models import Device
from banshi.rooms.places.models import Hall


class Delivery(models.Model):
    """送达. `code` is sealed; it is told to the applicant and shown to nobody who works here."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="delivery")
    state = models.CharField(max_length=12, default="ready")
    place = models.CharField(max_length=40)
    code = EncryptedText(default="")
    tries_left = models.SmallIntegerField()
    ready_at = models.DateTimeField()
    ready_by = models.CharField(max_length=60)
    how = models.CharField(max_length=12, default="")
    by_what = models.CharField(max_length=8, default="")  # code | card
    delivered_at = models.DateTimeField(null=True)
    delivered_by = models.CharField(max_length=60, default="")

    class Meta:
        db_table = "delivery_delivery"
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(DELIVERY.states)), name="delivery_state_is_known"),
            models.CheckConstraint(condition=models.Q(how__in=["", *HOW]), name="a_delivery_goes_a_known_way"),
            models.CheckConstraint(condition=models.Q(tries_left__gte=0), name="tries_at_a_code_run_out_at_zero"),
            models.CheckConstraint(
                condition=models.Q(state="ready", delivered_at=None)
                | models.Q(state="delivered", delivered_at__isnull=False),
                name="what_was_delivered_has_a_time",
            ),
        ]


class Cabinet(models.Model):
    """自助文件柜: takes papers in and gives results out at any hour.

    `device`: the kiosk at which its cells are opened; None: any of the hall's.
    """

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name="cabinets")
    device = models.ForeignKey(Device, null=True, on_delete=models.SET_NULL, related_name="cabinets")
    code = models.CharField(max_length=30, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    place_zh = models.CharField(max_length=120, default="")
    place_en = models.CharField(max_length=120, default="")
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "delivery_cabinet"


class Cell(models.Model):
    """A cell with its door. `broken_at`: it did not open; somebody has to look at it."""

    cabinet = models.ForeignKey(Cabinet, on_delete=models.CASCADE, related_name="cells")
    no = models.SmallIntegerField()
    broken_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_cell"
        constraints = [models.UniqueConstraint(fields=["cabinet", "no"], name="a_cell_has_its_number")]

    @property
    def name(self) -> str:
        """For machines and lists: nancheng-cabinet-1-03."""
        return f"{self.cabinet.code}-{self.no:02d}"

    @property
    def said_zh(self) -> str:
        """As it stands on papers and pages: 1 号文件柜 3 号格."""
        return f"{self.cabinet.name_zh[:30]} {self.no} 号格"


class Stay(models.Model):
    """What lay in a cell, from when until when. `counts_from`: the day from which dropped papers count; `fetch_by`: a result lies
    that long."""

    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="stays")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="stays")
    kind = models.CharField(max_length=8)
    put_at = models.DateTimeField()
    put_by = models.CharField(max_length=60)
    counts_from = models.DateField(null=True)
    fetch_by = models.DateTimeField(null=True)
    out_at = models.DateTimeField(null=True)
    out_by = models.CharField(max_length=12, default="")

    class Meta:
        db_table = "delivery_stay"
        constraints = [
            models.UniqueConstraint(fields=["cell"], condition=models.Q(out_at=None), name="one_thing_in_a_cell"),
            models.UniqueConstraint(
                fields=["case", "kind"], condition=models.Q(out_at=None), name="one_thing_of_a_kind_of_a_case_lies"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="what_lies_is_of_a_known_kind"),
            models.CheckConstraint(
                condition=models.Q(out_at=None, out_by="") | models.Q(out_at__isnull=False, out_by__in=OUT_BY),
                name="what_is_out_was_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="drop", counts_from__isnull=False, fetch_by=None)
                | models.Q(kind="result", counts_from=None, fetch_by__isnull=False),
                name="a_drop_counts_and_a_result_waits",
            ),
        ]
