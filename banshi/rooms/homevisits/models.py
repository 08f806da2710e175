"""Home visits (上门服务): where somebody is gone to, who goes when, and each step of it."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q

from banshi.foundation.crypto import EncryptedText, FreeText
from banshi.rooms.catalogue.models import Item
from banshi.rooms.homevisits import rules
from banshi.rooms.homevisits.rules import VISIT
from banshi.rooms.identity.models import Account, Person, Staff
from banshi.rooms.places.models import Hall, Region


class VisitCounter(models.Model):
    """Last number of a visit given on a day; taken with one UPSERT in the visit's own transaction, so that none is left out."""

    day = models.DateField(primary_key=True)
    last = models.IntegerField()

    class Meta:
        db_table = "homevisits_counter"


class Visit(models.Model):
    """上门服务: one place that a hall goes to. `area`: the town, in clear; the address is sealed.

    `due_on`: the wished day until it is planned, then that of the plan, while it goes on. `ref`: of the hotline order it was
    carried from. `outcome`, `taken`: what came of it, and what was taken along.
    """

    no = models.CharField(max_length=20, unique=True)
    day = models.DateField()
    seq = models.IntegerField()
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="home_visits")
    kind = models.CharField(max_length=8)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="home_visits")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="home_visits")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="home_visits")
    name = EncryptedText(default="")
    firm = EncryptedText(default="")
    project = EncryptedText(default="")
    phone = EncryptedText(default="")  # E.164
    phone_index = models.CharField(max_length=64, default="")
    area = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="home_visits")
    address = EncryptedText(default="")
    reason = models.CharField(max_length=12, default="")
    origin = models.CharField(max_length=8)
    ref = models.CharField(max_length=20, default="")
    asked_by = models.CharField(max_length=60)  # str(Actor)
    asked_at = models.DateTimeField()
    wish_day = models.DateField()
    wish_half = models.CharField(max_length=2)
    state = models.CharField(max_length=10, default="asked")
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    half = models.CharField(max_length=2, default="")  # of the plan, by local start
    due_on = models.DateField(null=True)
    outcome = FreeText(default="")
    taken = FreeText(default="")
    ended_at = models.DateTimeField(null=True)
    forgotten = models.BooleanField(default=False)  # whose it was, where and what was said is deleted

    class Meta:
        db_table = "homevisits_visit"
        constraints = [
            models.UniqueConstraint(fields=["day", "seq"], name="a_home_visit_number_is_given_once_a_day"),
            models.UniqueConstraint(
                fields=["person", "item"], condition=Q(ended_at=None), name="one_open_visit_per_person_and_item"
            ),
            models.UniqueConstraint(
                fields=["phone_index", "item"],
                condition=Q(ended_at=None, person=None, account=None),
                name="one_open_visit_per_telephone_and_item",
            ),
            models.UniqueConstraint(  # a telephone that is only typed keeps nobody but whoever typed it from asking
                fields=["account", "phone_index", "item"],
                condition=Q(ended_at=None, person=None, account__isnull=False),
                name="one_open_visit_per_account_and_telephone",
            ),
            models.CheckConstraint(condition=Q(state__in=list(VISIT.states)), name="home_visit_state_is_known"),
            models.CheckConstraint(
                condition=Q(kind="home", reason__in=list(rules.REASONS)) | Q(kind="project", reason=""),
                name="a_visit_is_at_home_for_a_reason_or_for_a_project",
            ),
            models.CheckConstraint(
                condition=Q(origin__in=list(rules.ORIGINS), wish_half__in=list(rules.HALVES)),
                name="how_a_visit_was_asked_for_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(VISIT.goes_on), due_on__isnull=False, ended_at=None)
                | Q(state__in=sorted(VISIT.ends), due_on=None, ended_at__isnull=False),
                name="a_home_visit_that_goes_on_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None, half="")
                | Q(starts_at__isnull=False, starts_at__lt=F("ends_at"), half__in=list(rules.HALVES)),
                name="a_planned_visit_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["planned", "on_the_way", "done", "not_met"]) | Q(starts_at__isnull=False),
                name="nobody_goes_without_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["hall", "due_on", "id"], name="home_visits_due", condition=Q(ended_at=None)),
            models.Index(fields=["hall", "-id"], name="home_visits_by_hall"),
            models.Index(fields=["phone_index", "-id"], name="home_visits_of_a_telephone"),
            models.Index(fields=["account", "-id"], name="home_visits_of_an_account"),
            models.Index(
                fields=["hall", "ended_at"], name="home_visits_to_forget",
                condition=Q(ended_at__isnull=False, forgotten=False),
            ),
        ]  # fmt: skip


class Going(models.Model):
    """Who goes to a visit, and when: nobody is at two of them at a time. `live`: until it has come to its end."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="going")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="home_visits")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    live = models.BooleanField(default=True)

    class Meta:
        db_table = "homevisits_going"
        constraints = [
            models.UniqueConstraint(fields=["visit", "staff"], name="who_goes_is_named_once"),
            ExclusionConstraint(
                expressions=[
                    ("staff", "="),
                    (Func("starts_at", "ends_at", function="tstzrange", output_field=models.TextField()), "&&"),
                ],
                condition=Q(live=True),
                name="nobody_is_at_two_home_visits_at_a_time",
            ),
        ]


class VisitStep(models.Model):
    """One step of a visit, numbered without gaps: never changed, but that its words are deleted with time."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="steps")
    seq = models.SmallIntegerField()
    verb = models.CharField(max_length=8)
    text = FreeText(default="")
    starts_at = models.DateTimeField(null=True)  # of the plan, where it plans or moves
    by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        db_table = "homevisits_step"
        constraints = [
            models.UniqueConstraint(fields=["visit", "seq"], name="one_step_a_place_in_a_home_visit"),
            models.CheckConstraint(condition=Q(verb__in=list(rules.STEPS)), name="home_visit_step_is_known"),
        ]
