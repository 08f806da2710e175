"""The archive: a package a case."""

from __future__ import annotations

from django.db import models

from banshi.rooms.cases.models import Case
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
