"""Booking: slots, appointments, holds, the waiting list, and the credit ledger.

The promises: nobody is added to a full slot (a trigger); one standing appointment per person,
half day and business (partial unique).
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import Case, Func, When

from banshi.foundation.crypto import EncryptedText, FreeText
from banshi.kernel.ownership import tells_the_person
from banshi.rooms.booking.rules import APPOINTMENT, VIDEO, WAITING, place_of
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity.models import Person
from banshi.rooms.places.models import Category, Hall

LIVE = list(APPOINTMENT.goes_on)
# What stands in the way of another booking for the same half day or time.
STANDS = models.Q(state__in=LIVE, let_go_at=None)
BY_VIDEO = models.Q(business=VIDEO)  # of slots and of appointments
HALLS_WHY = (
    "booking.why"  # what these words are sealed for: SQL copies them from a hall's fault to the entry it forgives
)


def _hash(of: Any) -> Func:
    return Func(of, function="hashtext", output_field=models.IntegerField())


def _time() -> Func:
    return Func("starts_at", "ends_at", function="tstzrange", output_field=models.TextField())


class Slot(models.Model):
    """号源: a period of a day and its places for one business (`cat:<code>`, `item:<code>`, `hall` or `video`).

    `quota`/`taken` are public places, `internal_*` those staff give. A hold counts as taken until it ends. The quota is
    what the hall wants now: it may be cut below who is booked, and then no place is free until enough have gone. Places
    are counted over time: `carried` are those that people booked in periods of an earlier grid use of this one.
    """

    id = models.BigAutoField(primary_key=True)
    hall = models.ForeignKey(Hall, on_delete=models.CASCADE)
    business = models.CharField(max_length=90)
    day = models.DateField()
    half = models.CharField(max_length=2)  # am | pm, by local start
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    quota = models.IntegerField()
    taken = models.IntegerField(default=0)
    carried = models.IntegerField(default=0, db_default=0)
    internal_quota = models.IntegerField(default=0)
    internal_taken = models.IntegerField(default=0)
    session_kind = models.CharField(max_length=12, default="regular")
    session = models.CharField(max_length=40, default="")  # session rule code
    cut_off_at = models.DateTimeField(null=True)  # bookings stop then
    extended_only = models.BooleanField(default=False)  # only items marked `extended`
    items = models.JSONField(default=None, null=True)  # item codes the session is limited to, or null
    channels = models.JSONField(default=None, null=True)
    closed = models.BooleanField(
        default=False
    )  # no new bookings; those booked keep their place until moved or cancelled
    touched = models.BooleanField(default=False)  # edited by hand: the materialising job leaves its quota alone
    asked_to = models.BigIntegerField(
        default=0, db_default=0
    )  # who waits: the entry the last look stopped at; 0 – none

    @property
    def place(self) -> str:
        """`window` or `video`: where whoever books it is helped."""
        return place_of(self.business)

    class Meta:
        db_table = "booking_slot"
        constraints = [
            models.UniqueConstraint(
                fields=["hall", "business", "starts_at", "ends_at"], name="one_slot_per_hall_business_span"
            ),
            # Never more than wanted is added – triggers of the same names; cutting below who is booked is allowed.
            models.CheckConstraint(condition=models.Q(taken__gte=0), name="taken_places_are_counted"),
            models.CheckConstraint(condition=models.Q(internal_taken__gte=0), name="taken_internal_places_are_counted"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="a_slot_ends_after_it_starts"
            ),
        ]
        indexes = [models.Index(fields=["hall", "day"], name="slots_by_hall_day")]


class Appointment(models.Model):
    """预约. state: booked → checked_in → served, or cancelled, or no_show.

    Whose number came to nothing was here, and stays checked in; `let_go_at` says since when it keeps its person from no
    other booking.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=16)  # the reference: stays through moves
    # No index of their own: those below serve every read, and each one more slows the rush of a release.
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, db_index=False)
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_index=False)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False)
    business = models.CharField(max_length=90)
    day = models.DateField()
    half = models.CharField(max_length=2)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    exempt = models.BooleanField(default=False)  # the item is exempt from the half-day limit
    internal = models.BooleanField(default=False)  # took an internal place
    state = models.CharField(max_length=10, default="booked")
    source = models.CharField(max_length=12)  # web | wechat | app | kiosk | phone | video | staff | api
    account_id = models.BigIntegerField(null=True, db_index=True)  # identity_account, when a signed-in person booked
    holder = models.CharField(
        max_length=40, default="", db_default=""
    )  # who booked: account:5, key:3, staff, kiosk:…, client, person
    evidence = models.SmallIntegerField(default=0, db_default=0)  # kernel.evidence.Evidence, of the person, when booked
    # Whose bookings this one counts together with: the holder's where only declared, "" (the person's) with evidence.
    limit_key = models.CharField(max_length=40, default="", db_default="")
    name = EncryptedText(null=True)  # as declared with this booking; the name on the card once it was shown
    name_index = models.CharField(max_length=64, default="", db_default="")
    contact = EncryptedText(null=True)  # where its messages go
    contact_index = models.CharField(max_length=64, default="", db_default="")
    booked_by = models.CharField(max_length=60)  # str(Actor)
    on_behalf_why = FreeText(default="")
    note = FreeText(default="")
    visit_group = models.CharField(max_length=16, default="")  # several matters in one visit share it
    persons = models.SmallIntegerField(default=1, db_default=1)  # who come together on it; a place each
    answers = models.JSONField(default=dict, db_default={})  # 情形: question → option, codes alone; says what to bring
    language = models.CharField(max_length=10, default="zh-hans")
    moves = models.SmallIntegerField(default=0)
    hall_moves = models.SmallIntegerField(default=0, db_default=0)  # of these: made by the hall, which use up nobody's
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=60, default="")
    cancel_reason = FreeText(default="")
    by_hall = models.BooleanField(default=False)  # the hall cancelled: never counts against the person
    disowned_at = models.DateTimeField(null=True)  # "not by me": said by the proven person
    checked_in_at = models.DateTimeField(null=True)
    no_show_at = models.DateTimeField(null=True)
    served_at = models.DateTimeField(null=True)
    link_turn = models.SmallIntegerField(
        default=0, db_default=0
    )  # goes up as it passes to somebody else: old links end
    dealt_on = models.CharField(
        max_length=32, default="", db_default=""
    )  # the other number its matter was dealt with on
    let_go_at = models.DateTimeField(null=True)  # checked in, and no number stands for it any more

    @property
    def place(self) -> str:
        """`window` or `video`: where its person is helped."""
        return place_of(self.business)

    @property
    def stands(self) -> bool:
        return self.state in LIVE and self.let_go_at is None

    @property
    def own_moves(self) -> int:
        return self.moves - self.hall_moves

    @property
    def told_at(self) -> str | None:
        """Where its messages go: the contact given with it, else the person's own proven telephone – unless it was only
        declared on their document behind a key."""
        return self.contact or (self.person.phone if tells_the_person(self.limit_key) else None)

    class Meta:
        db_table = "booking_appointment"
        constraints = [
            models.CheckConstraint(condition=models.Q(persons__range=(1, 20)), name="a_booking_has_persons"),
            models.UniqueConstraint(fields=["code"], name="an_appointment_code_is_unique"),
            models.UniqueConstraint(
                fields=["person", "limit_key", "hall", "business", "day", "half"],
                condition=STANDS & models.Q(exempt=False),
                name="one_live_appointment_per_person_business_half_day",
            ),
            # In any hall; the matters of one visit share their time. Hashes keep the index small: two that meet by
            # chance would only be told to book at another time.
            ExclusionConstraint(
                expressions=[
                    ("person", "="),
                    (_hash("limit_key"), "="),
                    (_hash(Case(When(visit_group="", then="code"), default="visit_group")), "<>"),
                    (_time(), "&&"),
                ],
                condition=STANDS,
                name="nobody_is_at_two_places_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=list(APPOINTMENT.states)),
                name="appointment_state_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["hall", "day", "starts_at"], name="appointments_by_hall_day"),
            models.Index(fields=["slot"], name="appointments_live_by_slot", condition=models.Q(state__in=LIVE)),
            models.Index(fields=["ends_at"], name="appointments_open", condition=models.Q(state="booked")),
            models.Index(fields=["person", "day"], name="appointments_by_person"),
            models.Index(fields=["visit_group"], name="appointments_of_a_visit", condition=~models.Q(visit_group="")),
            models.Index(
                fields=["contact_index"], name="appointments_by_contact", condition=~models.Q(contact_index="")
            ),
        ]


class ExtraSlot(models.Model):
    """Further periods of an appointment that spans several; the first is `appointment.slot`."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="extra")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT)

    class Meta:
        db_table = "booking_extra_slot"
        constraints = [models.UniqueConstraint(fields=["appointment", "slot"], name="an_extra_slot_once")]


class Move(models.Model):
    """改期: a fact row; the appointment keeps its code."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="moved")
    from_slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+")
    to_slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    why = FreeText(default="")

    class Meta:
        db_table = "booking_move"


class Hold(models.Model):
    """A place kept a while: for a signed-in person filling the form (kind form), a withheld cancelled place (withheld),
    or an offer to the waiting list (offer). Counts in slot.taken until ended_at is set."""

    slot = models.ForeignKey(Slot, on_delete=models.CASCADE)
    kind = models.CharField(max_length=10)
    account_id = models.BigIntegerField(null=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE)
    limit_key = models.CharField(max_length=40, default="", db_default="")  # withheld: of the appointment it comes from
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, default="")  # used | expired | given_back

    class Meta:
        db_table = "booking_hold"
        constraints = [
            models.UniqueConstraint(
                fields=["account_id"], condition=models.Q(ended_at=None, kind="form"), name="one_open_hold_per_account"
            )
        ]
        indexes = [models.Index(fields=["expires_at"], name="holds_open", condition=models.Q(ended_at=None))]


class Waiting(models.Model):
    """候补: wants a place on a full day, or (with `appointment`) an earlier one than the one booked.

    state: waiting → offered → taken | lapsed | left, or closed; an offer that ran out may go back to waiting. handed: the
    person, or another account of theirs, has the place in line instead. over: the day went by without a place. unbooked,
    list_off: the matter is not booked there any more, the hall keeps no list. reopened: closed, and told since that the day
    can be booked; where it is full, a new entry at the old turn goes on.
    """

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE)
    item = models.ForeignKey(Item, on_delete=models.CASCADE)
    business = models.CharField(max_length=90)
    day = models.DateField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    account_id = models.BigIntegerField(null=True)
    limit_key = models.CharField(max_length=40, default="", db_default="")  # as of an appointment
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, default="waiting")
    hold = models.ForeignKey(Hold, null=True, on_delete=models.SET_NULL, related_name="waiting")
    appointment = models.ForeignKey(Appointment, null=True, on_delete=models.CASCADE, related_name="waits_earlier")
    offers = models.SmallIntegerField(default=0, db_default=0)  # made so far
    last_slot = models.BigIntegerField(default=0, db_default=0)  # the place offered last: not offered again
    language = models.CharField(max_length=10, default="zh-hans", db_default="zh-hans")

    class Meta:
        db_table = "booking_waiting"
        constraints = [
            models.UniqueConstraint(
                fields=["hall", "business", "day", "person", "limit_key"],
                condition=models.Q(state__in=list(WAITING.goes_on), appointment=None),
                name="a_person_waits_once_per_business_and_day",
            ),
            models.UniqueConstraint(
                fields=["appointment"],
                condition=models.Q(state__in=list(WAITING.goes_on)),
                name="an_appointment_waits_once_for_an_earlier_place",
            ),
        ]


class OpeningAsked(models.Model):
    """开放提醒: an account wants to be told when a day opens for booking. Open until told, or until the day is over."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE)
    item = models.ForeignKey(Item, on_delete=models.CASCADE)
    day = models.DateField()
    account_id = models.BigIntegerField()
    language = models.CharField(max_length=10, default="zh-hans")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    told = models.BooleanField(default=False)

    class Meta:
        db_table = "booking_opening_asked"
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "hall", "item", "day"],
                condition=models.Q(ended_at=None),
                name="an_account_asks_once_about_a_day",
            )
        ]


class LedgerEntry(models.Model):
    """信用记录: a dated entry for a person in a scope (hall or region code). Never deleted; forgiven by another row.

    kind: no_show | cancel. `forgiven_at` is set with who and why; `used_by` names the suspension that used it up.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE)  # whom the visit was booked for
    party = models.CharField(max_length=60, default="", db_default="")  # on whom it falls: `rules.party_of`
    visit = models.CharField(max_length=16, default="", db_default="")  # visit_group, else the appointment's code
    scope = models.CharField(max_length=40)
    kind = models.CharField(max_length=10)
    on = models.DateField()
    at = models.DateTimeField()
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE)
    forgiven_at = models.DateTimeField(null=True)
    forgiven_by = models.CharField(max_length=60, default="")
    forgiven_why = FreeText(default="", place=HALLS_WHY)
    used_by = models.ForeignKey("Suspension", null=True, on_delete=models.SET_NULL, related_name="entries")

    class Meta:
        db_table = "booking_ledger_entry"
        constraints = [
            # An appointment is cancelled or missed once: a late or repeated job changes nothing.
            models.UniqueConstraint(fields=["appointment", "kind"], name="one_ledger_entry_per_appointment_and_kind"),
            # One visit of three matters is missed once.
            models.UniqueConstraint(
                fields=["visit", "kind"], condition=~models.Q(visit=""), name="one_ledger_entry_per_visit_and_kind"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "scope", "kind", "on"], name="ledger_by_person"),
            models.Index(fields=["party", "scope"], name="ledger_by_party"),
        ]

    @property
    def by_appeal(self) -> bool:
        """Whether an appeal forgave it: why is its answer, of which only the beginning was kept here once."""
        upheld = [each.answer for each in self.appeals.all() if each.state == "upheld"]
        return self.forgiven_at is not None and any(answer.startswith(self.forgiven_why) for answer in upheld)


class Suspension(models.Model):
    """暂停预约资格: online booking barred from–until (both days included), for the party it falls on."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)  # whom the last of its entries was booked for
    party = models.CharField(max_length=60, default="", db_default="")
    scope = models.CharField(max_length=40)
    reason = models.CharField(max_length=12)  # no_shows | cancels | manual
    from_on = models.DateField()
    until_on = models.DateField()
    made_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=60, default="")
    lifted_why = FreeText(default="")

    class Meta:
        db_table = "booking_suspension"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_on__gte=models.F("from_on")), name="a_suspension_lasts_a_day"
            )
        ]
        indexes = [
            models.Index(fields=["person", "scope"], name="suspensions_by_person", condition=models.Q(lifted_at=None)),
            models.Index(fields=["party", "scope"], name="suspensions_by_party", condition=models.Q(lifted_at=None)),
        ]


class Appeal(models.Model):
    """申诉 against a ledger entry or suspension. state: open → upheld | rejected."""

    suspension = models.ForeignKey(Suspension, null=True, on_delete=models.CASCADE, related_name="appeals")
    entry = models.ForeignKey(LedgerEntry, null=True, on_delete=models.CASCADE, related_name="appeals")
    text = FreeText()
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, default="open")
    answer = FreeText(default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=60, default="")

    class Meta:
        db_table = "booking_appeal"
        constraints = [
            models.UniqueConstraint(
                fields=["suspension"], condition=models.Q(state="open"), name="one_open_appeal_per_suspension"
            ),
            models.UniqueConstraint(
                fields=["entry"], condition=models.Q(state="open"), name="one_open_appeal_per_entry"
            ),
        ]


class FaultDay(models.Model):
    """A day the hall marks as its own fault: its no-shows and cancellations are forgiven (mission §12.2)."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE)
    day = models.DateField()
    why = FreeText(place=HALLS_WHY)
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "booking_fault_day"
        constraints = [models.UniqueConstraint(fields=["hall", "day"], name="a_fault_day_once")]


class Outage(models.Model):
    """Hours in which the hall's own machines failed: periods that touch them bring nobody a no-show."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    why = FreeText(place=HALLS_WHY)
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "booking_outage"
        constraints = [
            models.UniqueConstraint(fields=["hall", "starts_at", "ends_at"], name="an_outage_is_noted_once"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="an_outage_ends_after_it_begins"
            ),
        ]


class Kept(models.Model):
    """An appointment that stands although its hours are gone: its person was told, and gets no strike.

    `served`: what was promised then, by the rules of that moment: let in and served, or only no strike.
    """

    appointment = models.OneToOneField(Appointment, on_delete=models.CASCADE, related_name="kept")
    served = models.BooleanField(default=True, db_default=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    why = FreeText(default="", place=HALLS_WHY)

    class Meta:
        db_table = "booking_kept"


class FollowUp(models.Model):
    """What follows from a change of hours, for everybody it touches: one job for one change.

    cause: `closure:<id>`, `calendar:<version>`, `national:<count>`, `matter:<…>`, … of the hall; publishing twice finds the
    first.
    """

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE)
    cause = models.CharField(max_length=60)
    why_zh = FreeText(default="")
    why_en = FreeText(default="")
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "booking_follow_up"
        constraints = [models.UniqueConstraint(fields=["hall", "cause"], name="one_follow_up_per_change")]
        indexes = [models.Index(fields=["id"], name="follow_ups_open", condition=models.Q(finished_at=None))]


class FollowUpVisit(models.Model):
    """One person's visit in a follow-up: what was chosen, and what became of it. Due until it is settled.

    `starts_at`: the time that was offered. state: due | moved | cancelled | kept | failed | done (settled elsewhere).
    """

    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="visits")
    visit = models.CharField(max_length=16)  # its visit group, or the code of its only appointment
    codes = models.JSONField(default=list)  # of the appointments that lost their hours
    what = models.CharField(max_length=8)
    starts_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default="due")
    slug = models.CharField(max_length=40, default="")  # why it failed
    settled_at = models.DateTimeField(null=True)
    told_again_at = models.DateTimeField(
        null=True
    )  # the change was taken back: of the old time, or that nothing closes

    class Meta:
        db_table = "booking_follow_up_visit"
        constraints = [
            models.UniqueConstraint(fields=["follow_up", "visit"], name="a_visit_is_followed_up_once_per_change"),
            models.CheckConstraint(
                condition=models.Q(what__in=["move", "cancel", "keep"]), name="a_visit_is_moved_cancelled_or_kept"
            ),
        ]
        indexes = [models.Index(fields=["follow_up"], name="visits_to_follow_up", condition=models.Q(state="due"))]
