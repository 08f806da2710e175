"""A place that is free: offered to who waits (候补), withheld, or open to all.

An offer is made by the rules that will redeem it, in waking hours, and with a last moment that leaves time to come. The
slot is locked by the caller; waiting entries are locked after it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from banshi.kernel.actors import SYSTEM
from banshi.kernel.ownership import tells_the_person
from banshi.kernel.policy import BookingPolicy
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions.granting import move_target_refusal
from banshi.rooms.booking.models import Appointment, Hold, Slot, Waiting
from banshi.rooms.booking.queries.facts import (
    CHINA,
    AskedFacts,
    Asking,
    HallFacts,
    ItemWords,
    Opens,
    hall_facts,
    item_words,
    read_facts,
    slot_facts,
)
from banshi.rooms.booking.rules import PersonFacts
from banshi.rooms.identity import queries as identity
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places.models import Hall

_PAGE = 20  # whose facts are read in one statement
MOST_ASKED = 200  # of one place at a time: it is locked meanwhile
MOST_OFFERS = 3  # to one entry of the list
EARLIER_BY = timedelta(days=2)  # a smaller gain is not worth a message
LEAST_OFFER = timedelta(minutes=5)  # nobody can answer sooner


def free_place(
    slot: Slot,
    *,
    hall: HallFacts,
    now: datetime,
    internal: bool = False,
    cancelled: Appointment | None = None,
) -> None:
    """One place of a locked slot is free: offer it to who waits, or withhold it, or count it free.

    :param cancelled: the appointment it comes from; by policy such a place stays back some minutes, against those who
        trade in places. Whoever's it was may still take it back.
    """
    if internal:
        slot.internal_taken -= 1
        slot.save(update_fields=["internal_taken"])
        return
    policy = hall.policy.booking
    useful = slot.starts_at > now and not slot.closed and slot.taken + slot.carried <= slot.quota
    if useful and policy.waiting_list and _pass_on(slot, hall=hall, now=now, after=0):
        return
    if useful and cancelled is not None and policy.withhold_cancelled:
        until = min(now + timedelta(minutes=policy.withhold_cancelled), slot.ends_at)
        whose = {"person_id": cancelled.person_id, "limit_key": cancelled.limit_key}
        Hold.objects.create(slot=slot, kind="withheld", **whose, made_at=now, expires_at=until)
        return
    slot.taken -= 1
    slot.save(update_fields=["taken"])
    if slot.closed and not slot.session:  # of an earlier grid: its time is free in the periods of today
        carry_over(hall_id=slot.hall_id, days=[slot.day], business=slot.business)


# The periods of today that an earlier grid reaches into, or did. What was taken there is read once they are locked: whoever
# gives a place up at the same instant has counted it before, or counts anew after us.
CARRIED_SQL = """
SELECT n.id FROM booking_slot n
WHERE n.hall_id = %(hall)s AND n.day = ANY(%(days)s) AND (%(business)s = '' OR n.business = %(business)s)
  AND NOT (n.closed AND n.session = '') AND (n.carried <> 0 OR EXISTS (
    SELECT 1 FROM booking_slot o WHERE o.hall_id = n.hall_id AND o.day = n.day AND o.business = n.business
      AND o.id <> n.id AND o.closed AND o.session = '' AND o.starts_at < n.ends_at AND n.starts_at < o.ends_at))
ORDER BY n.id FOR NO KEY UPDATE OF n
"""
# MATERIALIZED: on a table without statistics yet the sums were made anew for each period, and a hall's days took minutes.
CARRY_SQL = """
WITH used AS MATERIALIZED (
  SELECT n.id, COALESCE(ceil(sum(o.taken
      * extract(epoch FROM least(n.ends_at, o.ends_at) - greatest(n.starts_at, o.starts_at))
      / extract(epoch FROM o.ends_at - o.starts_at))), 0)::int AS places
  FROM booking_slot n
  LEFT JOIN booking_slot o ON o.hall_id = n.hall_id AND o.day = n.day AND o.business = n.business AND o.id <> n.id
    AND o.closed AND o.session = '' AND o.taken > 0 AND o.starts_at < n.ends_at AND n.starts_at < o.ends_at
  WHERE n.hall_id = %(hall)s AND n.day = ANY(%(days)s) AND (%(business)s = '' OR n.business = %(business)s)
    AND NOT (n.closed AND n.session = '')
  GROUP BY n.id
)
UPDATE booking_slot s SET carried = used.places FROM used WHERE used.id = s.id AND s.carried <> used.places
"""


def carry_over(*, hall_id: int, days: Collection[date], business: str = "") -> None:
    """Count anew what people booked on an earlier grid use of the periods of today: each by its share of their time."""
    values: dict[str, Any] = {"hall": hall_id, "days": sorted(days), "business": business}
    with connection.cursor() as cursor:
        cursor.execute(CARRIED_SQL, values)
        cursor.execute(CARRY_SQL, values)


def offer_waiting(*, hall: Hall, now: datetime) -> int:
    """Offer every place that became free – by policy, reopening, a closure withdrawn, a larger quota – to who waits.

    :returns: how many offers were made.
    """
    facts = hall_facts(hall, now=now)
    if not facts.policy.booking.waiting_list:
        return 0
    wanted = Waiting.objects.filter(
        Q(day=OuterRef("day"), appointment=None) | Q(day__gt=OuterRef("day"), appointment__isnull=False),
        hall=hall,
        state="waiting",
        business=OuterRef("business"),
    )
    slots = Slot.objects.filter(Exists(wanted), hall=hall, closed=False, starts_at__gt=now)
    free = slots.filter(taken__lt=F("quota") - F("carried")).order_by("starts_at", "id")
    offered = 0
    for slot_id in list(free.values_list("id", flat=True)):
        with transaction.atomic():
            slot = Slot.objects.select_for_update(no_key=True).filter(id=slot_id).first()
            if slot is not None:
                offered += offer_free_places(slot, hall=facts, now=now)
    return offered


def offer_free_places(slot: Slot, *, hall: HallFacts, now: datetime) -> int:
    """Offer the free places of a locked slot to those who wait (places were added), from where the last call stopped.
    :returns: how many offers."""
    offered = 0
    while (
        slot.taken + slot.carried < slot.quota
        and slot.starts_at > now
        and not slot.closed
        and hall.policy.booking.waiting_list
    ):
        if not _pass_on(slot, hall=hall, now=now, after=slot.asked_to):
            break
        slot.taken += 1
        slot.save(update_fields=["taken"])
        offered += 1
    return offered


def _pass_on(slot: Slot, *, hall: HallFacts, now: datetime, after: int) -> bool:
    """Keep one place, already counted, for who waits: offered now, or at night withheld until people are awake.

    :param after: as for `_offer`.
    """
    wakes = waking(hall.policy.booking, now.astimezone(hall.zone))
    if wakes is None:
        until = last_moment(slot, hall=hall, now=now)
        return until - now >= LEAST_OFFER and _offer(slot, until=until, hall=hall, now=now, after=after)
    asleep = Hold.objects.filter(slot=slot, kind="withheld", person=None, ended_at=None).count()
    if last_moment(slot, hall=hall, now=wakes) - wakes < LEAST_OFFER or asleep >= _queue(slot, hall).count():
        return False
    Hold.objects.create(slot=slot, kind="withheld", made_at=now, expires_at=wakes)
    return True


def last_moment(slot: Slot, *, hall: HallFacts, now: datetime) -> datetime:
    """Until when an offer of this place can be taken: as long as the policy says, never later than booking itself is
    possible, and with time to come."""
    policy = hall.policy.booking
    starts_at = slot.starts_at.astimezone(hall.zone)
    limits = [now + timedelta(minutes=policy.waiting_offer), starts_at - timedelta(minutes=policy.waiting_come)]
    if slot.cut_off_at is not None:
        limits.append(slot.cut_off_at)
    if policy.same_day:
        limits.append(starts_at - timedelta(minutes=policy.same_day_lead))
    else:
        limits.append(datetime.combine(starts_at.date(), time(0), hall.zone))
    return min(limits)


def waking(policy: BookingPolicy, local: datetime) -> datetime | None:
    """When people are awake again, by policy; None while they are."""
    first, last = policy.waiting_from, policy.waiting_until
    if first <= local.time() < last:
        return None
    day = local.date() if local.time() < first else local.date() + timedelta(days=1)
    return datetime.combine(day, first, local.tzinfo)


def _queue(slot: Slot, hall: HallFacts) -> QuerySet[Waiting]:
    """Who waits for this place: first those who have none that day, then those who have a later one."""
    mine = Q(day=slot.day, appointment=None) | Q(
        appointment__state="booked", appointment__starts_at__gte=slot.starts_at + EARLIER_BY
    )
    rows = Waiting.objects.filter(mine, hall_id=hall.id, business=slot.business, state="waiting")
    # Whoever let this very place go by is not asked for it again.
    return rows.exclude(last_slot=slot.pk).order_by(F("appointment_id").asc(nulls_first=True), "made_at", "id")


def _offer(slot: Slot, *, until: datetime, hall: HallFacts, now: datetime, after: int) -> bool:
    """Offer one place, already counted, to the first who waits for it and may take it. Those who may not are passed over;
    after `MOST_ASKED` of them the slot notes how far it came.

    :param after: id of the entry behind which to begin; 0 – at the head of the list.
    """
    behind, items = _behind(after, slot, hall), _Items(hall.id)
    asked = behind[:MOST_ASKED]
    for begin in range(0, len(asked), _PAGE):
        might = _who_might(asked[begin : begin + _PAGE], slot, items, hall=hall, now=now)
        for one in _locked_in_turn(might, slot, hall):
            item = items.of(one.item_id)
            if item is None or not _may_take(one, slot, item, hall=hall, now=now):
                continue
            kept = Hold.objects.create(
                slot=slot,
                kind="offer",
                account_id=one.account_id,
                person_id=one.person_id,
                made_at=now,
                expires_at=until,
            )
            one.state, one.hold = rules.WAITING.to("offer"), kept
            one.offers, one.last_slot = one.offers + 1, slot.pk
            one.save(update_fields=["state", "hold", "offers", "last_slot"])
            _tell(one, kept, slot, item, hall=hall, now=now)
            return True
    asked_to = asked[-1] if len(behind) > len(asked) else 0
    if slot.asked_to != asked_to:
        slot.asked_to = asked_to
        slot.save(update_fields=["asked_to"])
    return False


def _behind(after: int, slot: Slot, hall: HallFacts) -> list[int]:
    """Ids of the entries of a list behind one of them, which may have left it since; all, where it is gone or 0."""
    queue = _queue(slot, hall)
    last = Waiting.objects.filter(pk=after).first() if after else None
    if last is None:
        return list(queue.values_list("id", flat=True))
    later = Q(made_at__gt=last.made_at) | Q(made_at=last.made_at, id__gt=last.pk)
    if last.appointment_id is None:
        behind = Q(appointment__isnull=False) | later
    else:
        behind = Q(appointment_id__gt=last.appointment_id) | Q(later, appointment_id=last.appointment_id)
    return list(queue.filter(behind).values_list("id", flat=True))


class _Items:
    """Words of the matters of a hall; looked up once."""

    def __init__(self, hall_id: int) -> None:
        self._hall_id = hall_id
        self._known: dict[int, ItemWords | None] = {}

    def of(self, item_id: int) -> ItemWords | None:
        if item_id not in self._known:
            self._known[item_id] = item_words(self._hall_id, item_id)
        return self._known[item_id]


def _who_might(ids: list[int], slot: Slot, items: _Items, *, hall: HallFacts, now: datetime) -> list[int]:
    """In turn, those of a page whom the booking rules refuse nothing as they stand; the rest is asked under lock."""
    found = Waiting.objects.select_related("item", "appointment").in_bulk(ids)
    rows = [found[id_] for id_ in ids if id_ in found and items.of(found[id_].item_id) is not None]
    opens = Opens(now)
    facts = read_facts([_asking(one, slot) for one in rows], now=now, opens=opens)
    might = []
    for one, fact in zip(rows, facts, strict=True):
        item = items.of(one.item_id)
        if item is not None and _granted(one, slot, item, fact, fact.person, hall=hall, now=now, opens=opens):
            might.append(one.pk)
    return might


def _locked_in_turn(ids: list[int], slot: Slot, hall: HallFacts) -> Iterator[Waiting]:
    """Each entry under lock, one after the other; passed over are those somebody else has in hand, and those that wait for
    this place no longer: left, or moved to a time from which it is no gain."""
    for id_ in ids:
        rows = _queue(slot, hall).select_for_update(skip_locked=True, of=("self",))
        one = rows.select_related("item", "appointment").filter(id=id_).first()
        if one is not None:
            yield one


def _may_take(one: Waiting, slot: Slot, item: ItemWords, *, hall: HallFacts, now: datetime) -> bool:
    """Whether the rules that redeem an offer would grant it now: mandate, days, cut-off, limits, suspension, run of
    periods."""
    if one.appointment is None and mandate_is_over(one, now=now):
        return False
    opens = Opens(now)
    fact = read_facts([_asking(one, slot)], now=now, opens=opens)[0]
    person = _with_open_offers(fact.person, one, slot)
    return _granted(one, slot, item, fact, person, hall=hall, now=now, opens=opens)


def _asking(one: Waiting, slot: Slot) -> Asking:
    holder = rules.holder_of(account_id=one.account_id, by=SYSTEM)
    moved = one.appointment.code if one.appointment is not None else ""
    return Asking(slot.pk, one.item.code, one.person_id, holder, 0, one.account_id, but=moved)


def _granted(
    one: Waiting,
    slot: Slot,
    item: ItemWords,
    fact: AskedFacts,
    person: PersonFacts,
    *,
    hall: HallFacts,
    now: datetime,
    opens: Opens,
) -> bool:
    if one.appointment is not None:
        return move_target_refusal(one.appointment, fact, hall=hall, now=now) is None
    if item.facts.periods > 1 and not _run_is_free(slot, item.facts.periods, hall):
        return False
    no = rules.refusal(
        slot=slot_facts(slot, hall.zone),
        item=item.facts,
        policy=hall.policy.booking,
        now=now.astimezone(hall.zone),
        opens=opens.at(hall, slot.day, slot.business),
        person=person,
        channel="web",
        held=True,
        hall=hall.code,
    )
    return no is None


def _with_open_offers(person: PersonFacts, one: Waiting, slot: Slot) -> PersonFacts:
    """What is offered to the same account already counts like its visits: two offers cannot be taken for one place left."""
    if one.account_id is None:
        return person
    offers = Waiting.objects.filter(account_id=one.account_id, state="offered", appointment=None).exclude(pk=one.pk)
    here = offers.filter(
        hall_id=slot.hall_id, hold__slot__starts_at__lt=slot.ends_at, hold__slot__ends_at__gt=slot.starts_at
    )
    return replace(
        person,
        account_live=person.account_live + offers.count(),
        account_in_period=person.account_in_period + here.count(),
        account_in_day=person.account_in_day + offers.filter(hall_id=slot.hall_id, hold__slot__day=slot.day).count(),
    )


def _run_is_free(slot: Slot, periods: int, hall: HallFacts) -> bool:
    following = Slot.objects.filter(
        hall_id=hall.id, business=slot.business, day=slot.day, starts_at__gt=slot.starts_at, closed=False
    ).order_by("starts_at")[: periods - 1]
    run = [slot_facts(each, hall.zone) for each in (slot, *following)]
    return rules.in_a_row(run, periods) and all(each.free() > 0 for each in run[1:])


def mandate_is_over(one: Waiting, *, now: datetime) -> bool:
    """Whether an agent waits, and acts for this person no longer."""
    if one.limit_key or one.account_id is None:
        return False
    today = now.astimezone(CHINA).date()
    return identity.mandate_over(one.account_id, one.person_id, item=one.item.code, today=today)


def contact_of_waiting(one: Waiting, *, now: datetime) -> str | None:
    """Where whoever waits is told: as their appointment is, at their account's telephone, or – without an account – at the
    person's own, unless they were only named by somebody behind a key. After a mandate not at the agent's."""
    if one.appointment is not None and mandate_is_over(one, now=now):
        return identity.phone_of(account_id=identity.account_proven(one.person_id), person_id=one.person_id)
    if one.appointment is not None and one.appointment.contact and one.account_id == one.appointment.account_id:
        return str(one.appointment.contact)
    named = one.person_id if tells_the_person(one.limit_key) else None
    return identity.phone_of(account_id=one.account_id, person_id=named)


def tell_offer(one: Waiting, *, now: datetime) -> None:
    """Say what is kept to whoever has it from now on."""
    assert one.hold is not None
    hall, item = hall_facts(one.hall, now=now), item_words(one.hall_id, one.item_id)
    if item is not None:
        _tell(one, one.hold, one.hold.slot, item, hall=hall, now=now)


def _tell(one: Waiting, kept: Hold, slot: Slot, item: ItemWords, *, hall: HallFacts, now: datetime) -> None:
    key = "waiting_offer" if one.appointment is None else "earlier_offer"
    was = {} if one.appointment is None else {"was": one.appointment.starts_at.astimezone(hall.zone).isoformat()}
    messaging.write(
        key=key,
        to_phone=contact_of_waiting(one, now=now),
        hall=hall.code,
        subject=f"waiting:{one.pk}",
        language=one.language,
        params={
            "hall": hall.code,
            "hall_zh": hall.name_zh,
            "hall_en": hall.name_en,
            "item_zh": item.name_zh,
            "item_en": item.name_en,
            "starts_at": slot.starts_at.astimezone(hall.zone).isoformat(),
            "ends_at": slot.ends_at.astimezone(hall.zone).isoformat(),
            "expires": kept.expires_at.astimezone(hall.zone).isoformat(),
            "come_early": hall.policy.booking.come_early,
            "bring_zh": item.bring_zh,
            "bring_en": item.bring_en,
            **was,
        },
        dedupe=f"{key}:{one.pk}:{kept.pk}:{one.account_id or 0}",  # told anew to whoever has it instead
        now=now,
    )


def lapsed(kept: Hold, *, hall: HallFacts) -> None:
    """An offer ran out: whoever did not answer keeps the place in line, by policy, until asked three times."""
    for one in Waiting.objects.filter(hold=kept, state="offered"):
        stays = hall.policy.booking.waiting_lapse == "keep" and one.offers < MOST_OFFERS
        verb = "wait_on" if stays else "lapse"
        kept_for = Waiting.objects.filter(pk=one.pk, state__in=rules.WAITING.of(verb))
        kept_for.update(state=rules.WAITING.to(verb))
