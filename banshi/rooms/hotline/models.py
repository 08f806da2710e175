"""Hotline (一号受理、多线联动): orders, and each step of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from banshi.foundation.crypto import EncryptedText, FreeText
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.hotline import rules
from banshi.rooms.hotline.rules import ORDER, PHONE_CALL
from banshi.rooms.identity.models import Person, Staff
from banshi.rooms.places.models import Hall


class OrderCounter(models.Model):
    """Last number of an order given on a day; taken with one UPSERT in the order's own transaction, so that none is left out."""

    day = models.DateField(primary_key=True)
    last = models.IntegerField()

    class Meta:
        db_table = "hotline_counter"


class Order(models.Model):
    """热线工单: what one caller wants. `hall`: whose desk has it. `subject`: a topic, or "matter" with its item.

    `line`, `department`, `line_hall`: which line has it, or had it. `due_on`: by when somebody does the next thing, while it
    goes on. `first`: the order it was joined to. `redone`: how often its caller sent it back.
    """

    no = models.CharField(max_length=20, unique=True)
    day = models.DateField()
    seq = models.IntegerField()
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="hotline_orders")
    kind = models.CharField(max_length=12)
    subject = models.CharField(max_length=12)
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="hotline_orders")
    text = FreeText()
    caller_name = EncryptedText(null=True)
    phone = EncryptedText(null=True)  # E.164; None: the number was withheld
    phone_index = models.CharField(max_length=64, default="")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="hotline_orders")
    taken_by = models.CharField(max_length=60)  # str(Actor)
    state = models.CharField(max_length=10, default="open")
    line = models.CharField(max_length=10, default="")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="hotline_orders")
    line_hall = models.ForeignKey(Hall, null=True, on_delete=models.PROTECT, related_name="hotline_line_orders")
    first = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="joined")
    asked_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    reminders = models.SmallIntegerField(default=0)
    redone = models.SmallIntegerField(default=0)
    replied_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    stars = models.SmallIntegerField(null=True)
    rated_at = models.DateTimeField(null=True)
    forgotten = models.BooleanField(default=False)  # its words and its caller are deleted

    class Meta:
        db_table = "hotline_order"
        constraints = [
            models.UniqueConstraint(fields=["day", "seq"], name="a_hotline_number_is_given_once_a_day"),
            models.CheckConstraint(condition=Q(state__in=list(ORDER.states)), name="hotline_order_state_is_known"),
            models.CheckConstraint(
                condition=Q(kind__in=list(rules.KINDS)) & Q(subject__in=list(rules.TOPICS)),
                name="what_a_hotline_order_wants_is_known",
            ),
            models.CheckConstraint(
                condition=Q(subject="matter", item__isnull=False) | ~Q(subject="matter") & Q(item=None),
                name="a_matter_is_named_and_a_topic_has_none",
            ),
            models.CheckConstraint(
                condition=Q(line="", department=None, line_hall=None)
                | Q(line="city", department=None, line_hall=None)
                | Q(line="department", department__isnull=False, line_hall=None)
                | Q(line="hall", department=None, line_hall__isnull=False),
                name="a_line_is_a_department_a_hall_or_the_city",
            ),
            models.CheckConstraint(condition=~Q(state="assigned") | ~Q(line=""), name="an_assigned_order_has_a_line"),
            models.CheckConstraint(condition=~Q(state="open") | Q(line=""), name="an_order_at_the_desk_has_no_line"),
            models.CheckConstraint(
                condition=Q(state__in=list(ORDER.goes_on), due_on__isnull=False, closed_at=None)
                | Q(state__in=sorted(ORDER.ends), due_on=None, closed_at__isnull=False),
                name="a_hotline_order_that_goes_on_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state="joined", first__isnull=False) & ~Q(first=F("id"))
                | ~Q(state="joined") & Q(first=None),
                name="a_joined_order_follows_another",
            ),
            models.CheckConstraint(
                condition=Q(stars=None, rated_at=None) | Q(stars__range=(1, 5), rated_at__isnull=False),
                name="a_rated_order_has_one_to_five_stars",
            ),
        ]
        indexes = [
            models.Index(fields=["hall", "due_on", "id"], name="hotline_orders_due", condition=Q(closed_at=None)),
            models.Index(
                fields=["department", "due_on", "id"], name="hotline_orders_of_a_department", condition=Q(closed_at=None)
            ),
            models.Index(fields=["phone_index", "-id"], name="hotline_orders_of_a_telephone"),
            models.Index(fields=["hall", "asked_at"], name="hotline_orders_by_hall"),
            models.Index(
                fields=["hall", "closed_at"], name="hotline_orders_to_forget",
                condition=Q(closed_at__isnull=False, forgotten=False),
            ),
        ]  # fmt: skip


class Handling(models.Model):
    """One step of an order, numbered without gaps: never changed, but that its words are deleted with time.

    `line`: with which one it was then. `said`: what came of ringing the caller up.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="handlings")
    seq = models.SmallIntegerField()
    verb = models.CharField(max_length=8)
    line = models.CharField(max_length=60, default="")
    said = models.CharField(max_length=12, default="")
    text = FreeText(default="")
    by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        db_table = "hotline_handling"
        constraints = [
            models.UniqueConstraint(fields=["order", "seq"], name="one_step_a_place_in_a_hotline_order"),
            models.CheckConstraint(condition=Q(verb__in=list(rules.HANDLED)), name="hotline_step_is_known"),
            models.CheckConstraint(
                condition=Q(verb="revisit", said__in=list(rules.WORDS)) | ~Q(verb="revisit") & Q(said=""),
                name="whoever_is_rung_up_says_a_known_word",
            ),
        ]


class PhoneCall(models.Model):
    """来电、去电: a call of the number, as the exchange tells it. `call`: what the exchange, or we, call it.

    `inward`: somebody rings up; else they are rung up for `order`, or because they were missed. `agent`: who talks, or rings them
    up. `order`: what was taken down in it. `settled_at`: of one that was missed, since nobody needs to ring back.
    """

    id = models.BigAutoField(primary_key=True)
    call = models.CharField(max_length=64, unique=True)
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="phone_calls")
    inward = models.BooleanField()
    phone = EncryptedText(null=True)  # E.164; None: withheld, or deleted with time
    phone_index = models.CharField(max_length=64, default="")
    state = models.CharField(max_length=8, default="ringing")
    agent = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="phone_calls")
    order = models.ForeignKey(Order, null=True, on_delete=models.SET_NULL, related_name="phone_calls")
    rung_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "hotline_call"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(PHONE_CALL.states)), name="phone_call_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state="talking") | Q(agent__isnull=False, answered_at__isnull=False),
                name="who_talks_on_the_telephone_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(PHONE_CALL.ends), ended_at__isnull=False)
                | Q(state__in=list(PHONE_CALL.goes_on), ended_at=None),
                name="a_phone_call_that_is_over_says_when",
            ),
            models.CheckConstraint(condition=Q(inward=True) | Q(agent__isnull=False), name="somebody_rings_them_up"),
            models.UniqueConstraint(
                fields=["agent"], condition=Q(state="talking"), name="an_agent_talks_in_one_phone_call"
            ),
            models.UniqueConstraint(
                fields=["phone_index"],
                condition=Q(inward=False, state__in=list(PHONE_CALL.goes_on)) & ~Q(phone_index=""),
                name="nobody_is_rung_up_twice_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["hall", "rung_at"], name="phone_calls_that_go_on", condition=Q(ended_at=None)),
            models.Index(
                fields=["hall", "rung_at"], name="phone_calls_to_ring_back",
                condition=Q(state="missed", inward=True, settled_at=None),
            ),
            models.Index(
                fields=["hall", "ended_at"], name="phone_calls_to_forget", condition=Q(phone__isnull=False),
            ),
        ]  # fmt: skip
