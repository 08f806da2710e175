"""Zones: who came in by the door of a self-service area, codes for those without a card, calls for help, and closings."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from banshi.foundation.crypto import FreeText
from banshi.rooms.devices.models import Device, DeviceOrder
from banshi.rooms.identity.models import Account, Person
from banshi.rooms.places.models import SelfServiceArea


class Entry(models.Model):
    """进入: of one person, with whom they bring. Counted while `out_at` is empty; hall time.

    `order`: of the door's opening, the last one; `openings`: how many there were – back in after going out for a moment.
    """

    area = models.ForeignKey(SelfServiceArea, on_delete=models.CASCADE, related_name="entries")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    way = models.CharField(max_length=4)  # card | code | hand (a keeper opened)
    people = models.PositiveSmallIntegerField(default=1)
    in_at = models.DateTimeField()
    stay_until = models.DateTimeField()
    order = models.ForeignKey(DeviceOrder, null=True, on_delete=models.SET_NULL, related_name="+")
    openings = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField(null=True)  # the door said that it opened
    out_at = models.DateTimeField(null=True)
    out_how = models.CharField(max_length=5, default="")  # door | left | swept | shut (it did not open: nobody came in)

    class Meta:
        db_table = "zones_entry"
        constraints = [
            models.UniqueConstraint(
                fields=["area", "person"], condition=Q(out_at=None), name="a_person_is_in_an_area_once"
            ),
            models.CheckConstraint(
                condition=Q(way__in=["card", "code", "hand"]), name="an_entry_is_by_card_code_or_hand"
            ),
            models.CheckConstraint(condition=Q(people__gte=1, people__lte=20), name="an_entry_is_of_somebody"),
            models.CheckConstraint(condition=Q(stay_until__gt=F("in_at")), name="a_stay_ends_after_it_began"),
            models.CheckConstraint(
                condition=Q(out_at=None, out_how="")
                | Q(out_at__isnull=False, out_how__in=["door", "left", "swept", "shut"]),
                name="whoever_is_out_went_somehow",
            ),
        ]
        indexes = [
            models.Index(fields=["area"], name="entries_inside", condition=Q(out_at=None)),
            models.Index(fields=["in_at"], name="entries_by_age"),
        ]


class EntryCode(models.Model):
    """进门码: six digits for ten minutes and one area, for whoever has no card. Hall time; only a blind index is kept."""

    area = models.ForeignKey(SelfServiceArea, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    code_index = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, null=True, on_delete=models.SET_NULL, related_name="codes")

    class Meta:
        db_table = "zones_entry_code"
        constraints = [
            # Two who draw the same number at one door: the second draws again.
            models.UniqueConstraint(fields=["area", "code_index"], name="one_code_of_a_number_per_area"),
            models.CheckConstraint(condition=Q(until__gt=F("made_at")), name="an_entry_code_lasts"),
        ]
        indexes = [models.Index(fields=["account", "area"], name="entry_codes_by_account")]


class HelpCall(models.Model):
    """求助: somebody pressed the button. Pressed again it is the same call until it is over. Hall time."""

    area = models.ForeignKey(SelfServiceArea, on_delete=models.CASCADE, related_name="help_calls")
    device = models.ForeignKey(Device, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=60, default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, default="")

    class Meta:
        db_table = "zones_help_call"
        constraints = [
            models.UniqueConstraint(
                fields=["area"], condition=Q(ended_at=None), name="one_open_call_for_help_per_area"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by="") | (Q(answered_at__isnull=False) & ~Q(answered_by="")),
                name="who_answers_a_call_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="") | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="who_ends_a_call_has_a_name",
            ),
        ]


class HelpTold(models.Model):
    """That a call was told, step by step, each once; `told`: [{"zh", "en"}], names of whoever held the role then."""

    call = models.ForeignKey(HelpCall, on_delete=models.CASCADE, related_name="told")
    step = models.CharField(max_length=10)  # keepers | head | region
    told = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        db_table = "zones_help_told"
        constraints = [
            models.UniqueConstraint(fields=["call", "step"], name="a_step_is_told_once_of_a_call"),
            models.CheckConstraint(
                condition=Q(step__in=["keepers", "head", "region"]), name="help_is_told_to_a_known_step"
            ),
        ]


class Closing(models.Model):
    """今日关闭: nobody is let in until then. Whoever is inside leaves when they like. Hall time."""

    area = models.ForeignKey(SelfServiceArea, on_delete=models.CASCADE, related_name="closings")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    why = FreeText(default="")
    made_by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True)  # earlier than planned
    ended_by = models.CharField(max_length=60, default="")

    class Meta:
        db_table = "zones_closing"
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="an_area_closes_before_it_opens"),
            models.UniqueConstraint(fields=["area"], condition=Q(ended_at=None), name="one_closing_in_force_per_area"),
        ]
