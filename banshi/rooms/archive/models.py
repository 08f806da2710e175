"""The archive: a package a case, how long it is kept, who holds it back, what is destroyed on whose word."""

from __future__ import annotations

from django.db import models

from banshi.foundation.crypto import FreeText
from banshi.rooms.archive.rules.retention import BECAME
from banshi.rooms.cases.models import Case
from banshi.rooms.identity.models import Staff
from banshi.rooms.library.models import DocumentVersion
from banshi.rooms.places.models import Hall

Q = models.Q


class Package(models.Model):
    """归档信息包 of a case. Once destroyed it is the tombstone: what it was stays, its content is gone (a trigger holds both)."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="package")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=80)  # its code
    closed_on = models.DateField()  # the hall's day: from its year on the years are counted
    file = models.ForeignKey(DocumentVersion, null=True, on_delete=models.PROTECT, related_name="+")
    manifest_sha256 = models.CharField(max_length=64)
    checks = models.JSONField()  # rules/checks.py
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "archive_package"
        constraints = [
            models.CheckConstraint(
                condition=Q(file__isnull=False, destroyed_at=None) | Q(file=None, destroyed_at__isnull=False),
                name="a_package_has_a_file_until_it_is_destroyed",
            ),
        ]
        indexes = [
            models.Index(fields=["hall", "-made_at", "-id"], name="packages_of_a_hall"),
            models.Index(fields=["hall", "closed_on"], name="packages_to_run_out", condition=Q(destroyed_at=None)),
        ]


class RetentionRule(models.Model):
    """保管期限 as somebody set it, with its basis; the newest of an item, else of its type, counts. Appended only (a trigger)."""

    item = models.CharField(max_length=80, default="")  # code; "": of the type
    item_type = models.CharField(max_length=2, default="")  # A.1
    years = models.SmallIntegerField(null=True)  # None: for ever
    basis = FreeText()
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=60)

    class Meta:
        db_table = "archive_retention_rule"
        constraints = [
            models.CheckConstraint(
                condition=Q(item="") & ~Q(item_type="") | ~Q(item="") & Q(item_type=""),
                name="a_retention_rule_is_of_an_item_or_of_a_type",
            ),
            models.CheckConstraint(condition=Q(years=None) | Q(years__in=[10, 30]), name="years_are_10_30_or_for_ever"),
        ]


class Hold(models.Model):
    """暂缓销毁: somebody still needs what is kept of a case. None is placed once it is destroyed (a trigger)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="holds")
    reason = FreeText()
    basis = FreeText(default="")
    until = models.DateField(null=True)  # the last day; None: until somebody lifts it
    placed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    lifted_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "archive_hold"
        constraints = [
            models.CheckConstraint(
                condition=Q(lifted_by=None, lifted_at=None)
                | (Q(lifted_by__isnull=False, lifted_at__isnull=False) & ~Q(lifted_by=models.F("placed_by"))),
                name="who_placed_a_hold_does_not_lift_it",
            ),
        ]
        indexes = [models.Index(fields=["case"], name="holds_that_stand", condition=Q(lifted_at=None))]


class Purge(models.Model):
    """销毁: what has run out in a hall, as one person proposed it and another confirms it, not before `confirm_from`."""

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirm_from = models.DateTimeField()
    confirmed_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    dropped_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "archive_purge"
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | (
                    Q(confirmed_by__isnull=False, confirmed_at__gte=models.F("confirm_from"), dropped_at=None)
                    & ~Q(confirmed_by=models.F("proposed_by"))
                ),
                name="another_person_confirms_a_purge_and_not_too_early",
            ),
            models.UniqueConstraint(
                fields=["hall"], condition=Q(confirmed_at=None, dropped_at=None), name="one_purge_of_a_hall_waits"
            ),
        ]
        indexes = [models.Index(fields=["hall", "-id"], name="purges_of_a_hall")]


class PurgeLine(models.Model):
    """One package of a purge, and what became of it."""

    purge = models.ForeignKey(Purge, on_delete=models.PROTECT, related_name="lines")
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="purge_lines")
    outcome = models.CharField(max_length=12, default="")  # rules/retention.BECAME; "": not done yet

    class Meta:
        db_table = "archive_purge_line"
        constraints = [
            models.UniqueConstraint(fields=["purge", "package"], name="a_package_stands_once_in_a_purge"),
            models.CheckConstraint(condition=Q(outcome__in=["", *BECAME]), name="what_became_of_a_package_is_known"),
        ]
