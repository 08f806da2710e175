"""Charges, payments, refunds, waivers: what a case owes, every attempt to pay it, what went back, what was let off. In fen."""

from __future__ import annotations

from django.db import models

from banshi.foundation.crypto import FreeText
from banshi.kernel.money import yuan
from banshi.rooms.fees.rules import CHARGE, MEANS, PAYMENT, WAYS, WHYS
from banshi.rooms.identity.models import Staff
from banshi.rooms.places.models import Hall

Q, F = models.Q, models.F


class Charge(models.Model):
    """应缴: what one case owes, since it was granted; `further`: what it owes beside what it paid. The room knows no cases, only
    their numbers.

    `lines`: [{"zh", "en", "fen", "basis_zh", "basis_en", "how_zh", "how_en"}], as the item's pinned version says; what is owed
    never changes.
    """

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="charges")
    case_no = models.CharField(max_length=50)
    lines = models.JSONField()
    fen = models.IntegerField()
    further = models.BooleanField(default=False, db_default=False)
    state = models.CharField(max_length=10, default="due")
    raised_at = models.DateTimeField()
    raised_by = models.CharField(max_length=60)
    settled_at = models.DateTimeField(null=True)  # paid, waived, or released

    class Meta:
        db_table = "fees_charge"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(CHARGE.states)), name="charge_state_is_known"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="a_charge_is_of_some_money"),
            models.CheckConstraint(
                condition=Q(state="due", settled_at=None) | (~Q(state="due") & Q(settled_at__isnull=False)),
                name="a_charge_that_is_not_due_has_a_time",
            ),
            models.UniqueConstraint(
                fields=["case_no"], condition=~Q(state="released") & Q(further=False), name="one_live_charge_of_a_case"
            ),
            models.UniqueConstraint(fields=["case_no"], condition=Q(state="due"), name="one_charge_due_of_a_case"),
        ]
        indexes = [models.Index(fields=["case_no", "-id"], name="charges_of_a_case")]


class Payment(models.Model):
    """缴费: one attempt. `reference`: ours, with which the till is asked; `number`: the till's own. `got`: what came.

    `counts`: it settles the charge, and has a receipt – once a charge, whatever is told how often, at what instant.
    """

    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="payments")
    way = models.CharField(max_length=8)
    means = models.CharField(max_length=8, default="")  # at a window
    reference = models.CharField(max_length=32, unique=True)
    fen = models.IntegerField()
    state = models.CharField(max_length=8, default="started")
    address = models.CharField(max_length=500, default="")  # at which a person pays
    number = models.CharField(max_length=64, default="")
    got = models.IntegerField(null=True)
    counts = models.BooleanField(default=False)
    receipt_no = models.CharField(max_length=60, null=True, unique=True)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=60)
    ends_at = models.DateTimeField()  # the address takes no money later
    asked_at = models.DateTimeField(null=True)  # the till, last
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "fees_payment"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(PAYMENT.states)), name="payment_state_is_known"),
            models.CheckConstraint(condition=Q(way__in=list(WAYS)), name="a_payment_goes_a_known_way"),
            models.CheckConstraint(
                condition=Q(way="window", means__in=list(MEANS[1:])) | (~Q(way="window") & Q(means="")),
                name="a_window_says_what_it_took",
            ),
            models.CheckConstraint(
                condition=(Q(state="paid", got__gt=0) | (~Q(state="paid") & Q(got=None))),
                name="what_is_paid_is_some_money",
            ),
            models.CheckConstraint(
                condition=Q(state="started", ended_at=None) | (~Q(state="started") & Q(ended_at__isnull=False)),
                name="a_payment_that_ended_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(counts=False, receipt_no=None)
                | Q(counts=True, state="paid", got=F("fen"), receipt_no__isnull=False),
                name="what_counts_is_paid_in_full_and_receipted",
            ),
            models.UniqueConstraint(fields=["charge"], condition=Q(counts=True), name="a_charge_is_paid_once"),
            models.UniqueConstraint(
                fields=["charge", "way"], condition=Q(state="started"), name="one_payment_of_a_way_under_way"
            ),
        ]
        indexes = [
            models.Index(
                fields=["started_at"], name="payments_to_ask_about", condition=Q(state__in=["started", "closed"])
            )
        ]

    @property
    def how(self) -> str:
        """cash | card | scan – at a window – | telephone | kiosk."""
        if self.way == "window":
            return "scan" if self.means == "qr" else self.means
        return "telephone" if self.way == "qr" else self.way


class Refund(models.Model):
    """退费: what was paid and is not owed goes back, the way it came; at a window, by hand. `less`: a part of it, since the case
    owes less than it paid.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    fen = models.IntegerField()
    why = models.CharField(max_length=8)
    asked_at = models.DateTimeField()
    next_at = models.DateTimeField()  # when the till is asked to do it
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=60, default="")
    number = models.CharField(max_length=64, default="")

    class Meta:
        db_table = "fees_refund"
        constraints = [
            models.CheckConstraint(condition=Q(fen__gt=0), name="a_refund_is_of_some_money"),
            models.CheckConstraint(condition=Q(why__in=list(WHYS)), name="a_refund_says_why"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by="") | (Q(done_at__isnull=False) & ~Q(done_by="")),
                name="what_went_back_was_given_by_somebody",
            ),
            models.UniqueConstraint(fields=["payment"], condition=~Q(why="less"), name="a_payment_goes_back_once"),
        ]
        indexes = [models.Index(fields=["next_at"], name="refunds_to_do", condition=Q(done_at=None))]

    @property
    def amount(self) -> str:
        return yuan(self.fen)


class Waiver(models.Model):
    """减免: let off by two people, with a reason."""

    charge = models.OneToOneField(Charge, on_delete=models.PROTECT, related_name="waiver")
    reason = FreeText(default="")
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    second_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "fees_waiver"
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("second_by")), name="who_lets_a_fee_off_has_a_second_person")
        ]


class ReceiptCounter(models.Model):
    """How many receipts a hall has given in a year."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE)
    year = models.SmallIntegerField()
    last = models.IntegerField()

    class Meta:
        db_table = "fees_receipt_counter"
        constraints = [models.UniqueConstraint(fields=["hall", "year"], name="one_count_of_receipts_per_hall_and_year")]
