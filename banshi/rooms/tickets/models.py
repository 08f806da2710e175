"""Tickets: the line, the windows at work, and the facts of what happened.

The promises: a number is given once per hall, day and letter; a window has one ticket; a person is at one window.
`state`: waiting → called → serving → finished; waiting/called → missed → waiting (reinstated); serving/called → held;
waiting → parked; waiting/missed/held/parked → closed (end of day) or left; closed → parked, or missed again (its closure
was taken back); transferred to another hall → redirected.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models

from banshi.foundation.crypto import FreeText
from banshi.rooms.booking.models import Appointment
from banshi.rooms.catalogue.models import Item
from banshi.rooms.devices.models import Device
from banshi.rooms.identity.models import Person, Staff
from banshi.rooms.places.models import Category, Hall, Window
from banshi.rooms.tickets.rules.lifecycle import NUMBER

if TYPE_CHECKING:
    from banshi.rooms.tickets.queries.where import Place

STATES = list(NUMBER.states)
AT_WINDOW = ["called", "serving"]
IN_LINE = ["waiting", "called", "parked"]
GOES_ON = list(NUMBER.goes_on)
SENT_OUT = "evacuated"  # outcome of a stretch of service that an evacuation ended: it goes on afterwards
GO_ON = "go_on"  # kind of a call: another matter of the visit whose first was finished with the same press


class Visit(models.Model):
    """到访: one person's presence in a hall on a day; its tickets, services and rating hang on it."""

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT)
    day = models.DateField()
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    limit_key = models.CharField(max_length=40, default="", db_default="")  # as of its tickets
    channel = models.CharField(max_length=12)
    arrived_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    rated_at = models.DateTimeField(null=True)  # set by whoever keeps the ratings

    class Meta:
        db_table = "tickets_visit"
        constraints = [
            models.UniqueConstraint(
                fields=["hall", "day", "person", "limit_key"],
                condition=models.Q(person__isnull=False),
                name="one_visit_per_person_and_day",
            )
        ]
        indexes = [models.Index(fields=["hall", "day"], name="visits_by_hall_day")]


class Counter(models.Model):
    """Last number given per hall, business day and letter; taken with one UPSERT, so numbers never repeat.

    Letter "*" counts the walk-ins of the whole hall, where it has a daily limit.
    """

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE)
    day = models.DateField()
    letter = models.CharField(max_length=2)
    last = models.IntegerField()
    walk_ins = models.IntegerField(default=0)  # walk-in tickets given (daily limits)

    class Meta:
        db_table = "tickets_counter"
        constraints = [
            models.UniqueConstraint(fields=["hall", "day", "letter"], name="one_counter_per_hall_day_letter")
        ]


class Ticket(models.Model):
    """号票. Rank (class, key, then id = order of making) is stored when made; smaller is called first.

    rank_class: 0 urgent, 1 reissued, 2 priority lane, 3 booked, 4 walk-in. rank_key: milliseconds since the epoch.
    """

    id = models.BigAutoField(primary_key=True)
    ref = models.CharField(max_length=32)  # public id: random, not guessable
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT)
    day = models.DateField()
    number = models.CharField(max_length=8)
    letter = models.CharField(max_length=2)
    seq = models.IntegerField()
    kind = models.CharField(max_length=8)  # booked | walk_in
    lane = models.CharField(max_length=12, default="")  # "", elderly, disabled, pregnant, serviceman
    category = models.ForeignKey(Category, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    # Who holds it, as of an appointment: "" the person, by evidence; else whoever declared the document ("typed", "account:5").
    # Two holders of one document share nothing and block each other in nothing (docs/decisions/0009-evidence.md).
    limit_key = models.CharField(max_length=40, default="", db_default="")
    appointment = models.ForeignKey(Appointment, null=True, on_delete=models.PROTECT)
    # A walk-in number given for a booking whose time was over: of its visit as if it had come in time (迟到).
    late_for = models.ForeignKey(
        Appointment, null=True, on_delete=models.PROTECT, related_name="late_numbers", db_index=False
    )
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="tickets")
    channel = models.CharField(max_length=12)
    language = models.CharField(max_length=10, default="zh-hans")
    phone_index = models.CharField(max_length=64, default="")
    state = models.CharField(max_length=10, default="waiting")
    rank_class = models.SmallIntegerField()
    rank_key = models.BigIntegerField()
    call_by = models.DateTimeField(null=True)  # finally call by: from then on before everybody else
    session_kind = models.CharField(max_length=12, default="regular")
    session_until = models.DateTimeField(null=True)  # end of the session it was taken in
    line_closes_at = models.DateTimeField(null=True)  # until when the windows serve those in line that day
    after_booked = models.BooleanField(default=False)  # extended session: only once booked work is done
    alone = models.BooleanField(default=False)  # the policy allows the person one number in this category
    notify_to = models.TextField(default="")  # the phone, already sealed for the outbox; "" = nobody to tell
    # Sent on from a number in another hall (转厅): parked here until the person arrives, and ranked from then on.
    came_from = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="went_on")
    renew_on_return = models.BooleanField(
        default=False, db_default=False
    )  # served when its keys were to end: a new ref afterwards
    parked_at = models.DateTimeField(null=True)
    parked_until = models.DateTimeField(null=True)
    only_window = models.ForeignKey(Window, null=True, on_delete=models.SET_NULL, related_name="+")  # transferred there
    window = models.ForeignKey(Window, null=True, on_delete=models.SET_NULL, related_name="+")  # called to / last at
    made_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # A stretch of waiting: from the making, the appointment's time where that is later, or the return, to the call.
    waits_from = models.DateTimeField(null=True)  # beginning of the present stretch, or of the last one
    wait_s = models.IntegerField(null=True)  # sum of the stretches that ended; None before the first call
    away_s = models.IntegerField(default=0, db_default=0)  # parked before the call: no part of any wait
    way_s = models.IntegerField(null=True)  # last call → start
    handling_s = models.IntegerField(null=True)  # start → finish, holds and evacuations left out
    calls = models.SmallIntegerField(default=0)
    recalls = models.SmallIntegerField(default=0)  # of the present call
    misses = models.SmallIntegerField(default=0)
    identity_ok = models.BooleanField(null=True)  # notice + ticket + ID card compared at the window
    mismatch_allowed = models.BooleanField(default=False, db_default=False)  # they differ, and a lead let it go on
    note = FreeText(default="")
    closed_why = models.CharField(max_length=40, default="")
    lane_to_check = models.BooleanField(default=False, db_default=False)  # asked for, nothing shown: look at the window
    outcome = models.CharField(max_length=16, default="", db_default="")  # of a finished number: rules.OUTCOMES
    outcome_why = FreeText(default="", db_default="")
    # (ahead, likely_s, at_most_s, served_today) as told when it was given; only on the object that `issue` returns.
    told: tuple[int, int | None, int | None, bool | None] | None = None
    where: Place | None = None  # … and where it waits, as was read for that

    @property
    def booked(self) -> Appointment | None:
        """The booking it is for, in time or late."""
        return self.appointment or self.late_for

    def waited_s(self, now: datetime) -> int:
        """Stretches of waiting so far, seconds."""
        under_way = (now - (self.waits_from or self.made_at)).total_seconds() if self.state == "waiting" else 0.0
        return (self.wait_s or 0) + max(0, int(under_way))

    class Meta:
        db_table = "tickets_ticket"
        constraints = [
            models.UniqueConstraint(fields=["ref"], name="a_ticket_ref_is_unique"),
            models.UniqueConstraint(fields=["hall", "day", "letter", "seq"], name="a_number_is_given_once_a_day"),
            models.UniqueConstraint(
                fields=["appointment"],
                condition=~models.Q(state__in=["redirected"]),
                name="one_ticket_per_appointment",
            ),
            models.UniqueConstraint(
                fields=["window"], condition=models.Q(state__in=AT_WINDOW), name="a_window_has_one_ticket"
            ),
            models.UniqueConstraint(
                fields=["person", "limit_key"],
                condition=models.Q(state__in=AT_WINDOW),
                name="a_person_is_at_one_window",
            ),
            models.UniqueConstraint(
                fields=["person", "category", "day", "limit_key"],
                condition=models.Q(state__in=["waiting", "called", "parked"], alone=True, person__isnull=False),
                name="a_person_waits_once_per_category",
            ),
            models.UniqueConstraint(
                fields=["hall", "letter", "seq"],
                condition=models.Q(channel="paper"),
                name="a_paper_number_is_entered_once",
            ),
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="ticket_state_is_known"),
            models.CheckConstraint(
                condition=~models.Q(state__in=AT_WINDOW) | models.Q(window__isnull=False),
                name="at_a_window_means_a_window",
            ),
        ]
        indexes = [
            models.Index(
                fields=["hall", "category", "rank_class", "rank_key", "seq"],
                name="the_line",
                condition=models.Q(state="waiting"),
            ),
            models.Index(
                fields=["hall", "day", "rank_class", "rank_key", "id"],
                name="the_line_in_order",
                condition=models.Q(state="waiting"),
            ),
            models.Index(
                fields=["hall", "day", "call_by"],
                name="the_line_by_last_moment",
                condition=models.Q(state="waiting", call_by__isnull=False),
            ),
            models.Index(fields=["parked_until"], name="parked_until", condition=models.Q(state="parked")),
            models.Index(fields=["hall", "day", "state"], name="tickets_by_hall_day"),
            models.Index(fields=["late_for"], name="late_numbers", condition=models.Q(late_for__isnull=False)),
            models.Index(fields=["person"], name="tickets_by_person", condition=models.Q(person__isnull=False)),
        ]


class FormerRef(models.Model):
    """A ref that a number had before somebody took it over, or its keys ended: it opens nothing, and its page says that there
    is a new slip."""

    ref = models.CharField(max_length=32)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="former_refs")
    at = models.DateTimeField()

    class Meta:
        db_table = "tickets_former_ref"
        constraints = [models.UniqueConstraint(fields=["ref"], name="a_former_ref_was_one_numbers")]


class WindowSession(models.Model):
    """上岗: a clerk works a window from–to. Paused while paused_at is set."""

    window = models.ForeignKey(Window, on_delete=models.PROTECT)
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT)
    signed_in_at = models.DateTimeField()
    signed_out_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    pause_reason = FreeText(default="")
    emergency_at = models.DateTimeField(null=True)  # the button under the desk (紧急按钮)
    emergency_seen_at = models.DateTimeField(null=True)  # somebody in the office says: I see it
    emergency_seen_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    idle_since = models.DateTimeField(null=True)  # nobody at the window since then

    class Meta:
        db_table = "tickets_window_session"
        constraints = [
            models.UniqueConstraint(
                fields=["window"], condition=models.Q(signed_out_at=None), name="one_clerk_per_window"
            ),
            models.UniqueConstraint(
                fields=["staff"], condition=models.Q(signed_out_at=None), name="one_window_per_clerk"
            ),
            models.CheckConstraint(
                condition=models.Q(emergency_seen_at=None, emergency_seen_by=None)
                | models.Q(
                    emergency_at__isnull=False, emergency_seen_at__isnull=False, emergency_seen_by__isnull=False
                ),
                name="a_seen_call_for_help_is_on_and_names_who_saw_it",
            ),
        ]
        indexes = [models.Index(fields=["hall"], name="windows_at_work", condition=models.Q(signed_out_at=None))]


class Pause(models.Model):
    session = models.ForeignKey(WindowSession, on_delete=models.CASCADE, related_name="pauses")
    reason = FreeText()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "tickets_pause"


class Call(models.Model):
    """叫号, one row per call, recall or going on with a visit (接着办)."""

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="call_rows")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT)
    window = models.ForeignKey(Window, on_delete=models.PROTECT)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT)
    kind = models.CharField(max_length=8)  # call | recall | go_on
    out_of_order_why = FreeText(default="")
    waited_s = models.IntegerField(null=True)  # the stretch that this call ended
    at = models.DateTimeField()

    class Meta:
        db_table = "tickets_call"
        indexes = [
            models.Index(fields=["hall", "-at"], name="calls_by_hall"),
            models.Index(fields=["ticket"], name="calls_by_ticket"),
        ]


class Service(models.Model):
    """One stretch at a window: started → ended (finished, held, transferred, evacuated)."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="services")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT)
    window = models.ForeignKey(Window, on_delete=models.PROTECT)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT)
    category = models.ForeignKey(Category, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, default="")  # how it ended; SENT_OUT goes on
    learned_at = models.DateTimeField(null=True)  # its length is in HandlingTime

    class Meta:
        db_table = "tickets_service"
        constraints = [
            models.UniqueConstraint(fields=["window"], condition=models.Q(ended_at=None), name="a_window_serves_one"),
            models.UniqueConstraint(
                fields=["ticket"], condition=models.Q(ended_at=None), name="a_ticket_is_served_once_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["hall", "started_at"], name="services_by_hall"),
            models.Index(fields=["window", "-id"], name="services_by_window"),
            models.Index(
                fields=["id"], name="services_to_learn", condition=models.Q(learned_at=None, ended_at__isnull=False)
            ),
        ]


class Miss(models.Model):
    """过号; reinstated_at when put back (补号). `back_within` and `back_way`: what its person was told about coming back, in
    minutes and as the policy's `missed`; None and "" where nothing of the kind was."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="miss_rows")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT)
    window = models.ForeignKey(Window, on_delete=models.PROTECT)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    reinstated_at = models.DateTimeField(null=True)
    reinstated_by = models.CharField(max_length=60, default="")
    back_within = models.IntegerField(null=True)
    back_way = models.CharField(max_length=10, default="", db_default="")

    class Meta:
        db_table = "tickets_miss"


class Transfer(models.Model):
    """转号 to a window, a category or another hall."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="transfers")
    from_window = models.ForeignKey(Window, null=True, on_delete=models.PROTECT, related_name="+")
    to_window = models.ForeignKey(Window, null=True, on_delete=models.PROTECT, related_name="+")
    to_category = models.ForeignKey(Category, null=True, on_delete=models.PROTECT, related_name="+")
    to_hall = models.ForeignKey(Hall, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    why = FreeText(default="")

    class Meta:
        db_table = "tickets_transfer"


class Skip(models.Model):
    """This window passes a number by (跳过); it keeps its place for the others."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="skips")
    window = models.ForeignKey(Window, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    why = FreeText(default="")

    class Meta:
        db_table = "tickets_skip"
        constraints = [
            models.UniqueConstraint(fields=["window", "ticket"], name="a_window_skips_a_number_once"),
        ]


class Estimate(models.Model):
    """A wait promised to somebody, and later the truth (mission §12.8). Seconds.

    Whoever comes early waits from the appointment's time: `at` is that time, and what lies before it is neither promised
    nor held against the promise.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="estimates")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT)
    day = models.DateField()
    at = models.DateTimeField()  # from when it counts
    ahead = models.IntegerField()
    likely_s = models.IntegerField()
    at_most_s = models.IntegerField()
    actual_s = models.IntegerField(null=True)  # from `at` to the call; null: not called (yet)

    class Meta:
        db_table = "tickets_estimate"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(at_most_s__gte=models.F("likely_s")), name="at_most_is_not_below_likely"
            )
        ]
        indexes = [
            models.Index(fields=["hall", "day"], name="estimates_by_hall_day"),
            models.Index(fields=["ticket"], name="estimates_by_ticket"),
        ]


class HandlingTime(models.Model):
    """Learned handling time of a category at an hour of the day: decayed count, mean and quantiles, seconds."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE)
    hour = models.SmallIntegerField()  # 0–23 local; -1 = any
    weight = models.FloatField()
    mean_s = models.FloatField()
    p50_s = models.FloatField()
    p90_s = models.FloatField()
    gap_s = models.FloatField(
        default=40.0, db_default=40.0
    )  # from one's end to the next one's start, while people wait
    learned_at = models.DateTimeField()

    class Meta:
        db_table = "tickets_handling_time"
        constraints = [models.UniqueConstraint(fields=["category", "hour"], name="one_handling_time_per_category_hour")]


class Turnout(models.Model):
    """Of a hall's booked people: which part comes, and by when (rules.Turnout). Learned once a day, when it is closed."""

    hall = models.OneToOneField(Hall, on_delete=models.CASCADE, primary_key=True)
    weight = models.FloatField()
    comes = models.FloatField()
    come_by = ArrayField(models.FloatField())  # shares, by rules.BY_S
    learned_at = models.DateTimeField()

    class Meta:
        db_table = "tickets_turnout"
        constraints = [
            models.CheckConstraint(condition=models.Q(comes__gte=0, comes__lte=1), name="those_who_come_are_a_share")
        ]


class HallDay(models.Model):
    """A business day of a hall; closed once, with every ticket accounted for."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE)
    day = models.DateField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=60, default="")
    account = models.JSONField(default=dict)  # tickets by final state

    class Meta:
        db_table = "tickets_hall_day"
        constraints = [models.UniqueConstraint(fields=["hall", "day"], name="a_hall_day_once")]


class PlannedDesk(models.Model):
    """Desks that are to open (计划窗口数): set by hand for a weekday or a day, or a window of the roster on its day.

    They stand in for windows in estimates until clerks have signed in. Times are local, from–to on one day.
    """

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE)
    weekday = models.SmallIntegerField(null=True)  # 0 = Monday; of every week
    day = models.DateField(null=True)
    starts = models.TimeField()
    ends = models.TimeField()
    desks = models.SmallIntegerField()
    category = models.ForeignKey(Category, null=True, on_delete=models.CASCADE, related_name="+")  # null: any
    window = models.ForeignKey(Window, null=True, on_delete=models.CASCADE, related_name="+")  # of the roster
    shift = models.BigIntegerField(null=True)  # the roster's shift it comes from
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "tickets_planned_desk"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weekday__isnull=True, day__isnull=False)
                | models.Q(weekday__range=(0, 6), day__isnull=True),
                name="planned_desks_are_of_a_weekday_or_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("starts")), name="planned_desks_close_after_they_open"
            ),
            models.CheckConstraint(condition=models.Q(desks__range=(1, 500)), name="planned_desks_are_some"),
            models.UniqueConstraint(
                fields=["hall", "weekday", "day", "starts", "category"],
                condition=models.Q(shift__isnull=True),
                nulls_distinct=False,
                name="planned_desks_of_an_hour_are_said_once",
            ),
            models.UniqueConstraint(
                fields=["shift"], condition=models.Q(shift__isnull=False), name="a_shift_plans_one_desk"
            ),
        ]
        indexes = [models.Index(fields=["hall", "day"], name="planned_desks_by_hall_day")]


class PaperBlock(models.Model):
    """A block of numbers printed in advance for an outage (纸质号), of a letter no machine gives.

    Blocks of a letter follow each other, so that no two sheets ever bear the same number. Of a `device`: that machine alone
    gives them, while it does not reach the server (离线号).
    """

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE)
    category = models.ForeignKey(Category, on_delete=models.PROTECT)
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT)
    ended_at = models.DateTimeField(null=True)  # from then on its machine gives no more of it
    letter = models.CharField(max_length=2)
    first = models.IntegerField()
    last = models.IntegerField()
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "tickets_paper_block"
        constraints = [
            models.UniqueConstraint(fields=["hall", "letter", "first"], name="a_paper_number_is_printed_once"),
            models.CheckConstraint(
                condition=models.Q(first__gte=1, last__gte=models.F("first"), last__lte=99_999),
                name="a_paper_block_has_numbers",
            ),
        ]
