"""Places kept a while: held for a form, withheld after a cancellation, offered to the waiting list (候补).

A kept place counts in `slot.taken` until its hold ends. Slots are locked before holds, holds before the waiting list.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions.placing import place
from banshi.rooms.booking.actions.retrying import Meanwhile, again
from banshi.rooms.booking.models import Appointment, Hold, Slot, Waiting
from banshi.rooms.booking.queries.facts import HallFacts, Opens, hall_facts, item_words, slot_facts
from banshi.rooms.booking.queries.slots import alternatives_for, item_facts, slots
from banshi.rooms.booking.rules import ItemFacts
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity import queries as identity
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places.models import Hall

_STILL_FREE = {"zh": "这一天还有空位，可以直接预约", "en": "That day still has free places; book one"}
_A_FULL_DAY = {"zh": "当天约满", "en": "a full day"}
_BOOK_DIRECTLY = {"zh": "直接预约", "en": "booking a place"}
_NO_WAITING = {"zh": "本大厅不设候补", "en": "This hall keeps no waiting list"}
_ASKED_AT_ONCE = 20


@again
@transaction.atomic
def hold(*, slot_id: int, account_id: int, now: datetime) -> Hold:
    """Keep a public place while a signed-in person fills in the form (占号). One per account; an earlier one ends.

    :raises Refused: slot-full, not-open-yet, past, same-day, cut-off, closed, nothing-found.
    """
    earlier = Hold.objects.filter(account_id=account_id, kind="form", ended_at=None).first()
    if not 0 < slot_id < 2**63:
        raise Refused("nothing-found", facts={"slot": slot_id})
    ids = {slot_id} | ({earlier.slot_id} if earlier else set())
    locked = _lock(ids)
    slot = locked.get(slot_id)
    if slot is None:
        raise Refused("nothing-found", facts={"slot": slot_id})
    if earlier is not None:
        earlier = Hold.objects.select_for_update().filter(id=earlier.pk, ended_at=None).first()
    hall = hall_facts(Hall.objects.get(id=slot.hall_id), now=now)
    if earlier is not None and earlier.slot_id == slot_id and earlier.expires_at > now:
        return earlier
    if earlier is not None:
        _end(earlier, outcome="given_back" if earlier.expires_at > now else "expired", now=now)
        free_place(locked[earlier.slot_id], hall=_hall_of(locked[earlier.slot_id], hall, now=now), now=now)
    opens = Opens(now)
    facts = slot_facts(slot, hall.zone)
    no = rules.refusal(
        slot=facts,
        item=_any_item(facts),
        policy=hall.policy.booking,
        now=now.astimezone(hall.zone),
        opens=opens.at(hall, facts.day),
        channel=next(iter(sorted(facts.channels))) if facts.channels else "web",
        hall=hall.code,
    )
    if no is not None:
        raise Refused(no)
    slot.taken += 1
    slot.save(update_fields=["taken"])
    try:
        with transaction.atomic():
            return Hold.objects.create(
                slot=slot,
                kind="form",
                account_id=account_id,
                made_at=now,
                expires_at=min(now + timedelta(minutes=hall.policy.booking.hold), slot.ends_at),
            )
    except IntegrityError as trouble:  # the same account held another place at this very moment
        raise Meanwhile from trouble


def _any_item(slot: rules.SlotFacts) -> ItemFacts:
    """A hold does not say yet what it is for: an item that fits the slot."""
    kind, _, code = slot.business.partition(":")
    if kind == "item":
        return ItemFacts(code, "", extended=True)
    return ItemFacts(next(iter(slot.items), "") if slot.items else "", code if kind == "cat" else "", extended=True)


def _hall_of(slot: Slot, known: HallFacts, *, now: datetime) -> HallFacts:
    return known if slot.hall_id == known.id else hall_facts(Hall.objects.get(id=slot.hall_id), now=now)


@again
@transaction.atomic
def give_back(*, hold_id: int, now: datetime, account_id: int | None = None) -> None:
    """End a hold early; its place is free at once. Ending it twice changes nothing.

    :param account_id: with it, only that account's hold is found.
    :raises Refused: nothing-found.
    """
    seen = Hold.objects.filter(id=hold_id, kind="form").first()
    if seen is None or (account_id is not None and seen.account_id != account_id):
        raise Refused("nothing-found", facts={"hold": hold_id})
    slot = _lock({seen.slot_id})[seen.slot_id]
    kept = Hold.objects.select_for_update().filter(id=hold_id, ended_at=None).first()
    if kept is not None:
        _end(kept, outcome="given_back", now=now)
        free_place(slot, hall=hall_facts(Hall.objects.get(id=slot.hall_id), now=now), now=now)


@again
@transaction.atomic
def expire_holds(*, now: datetime) -> int:
    """End the holds that ran out; each place goes to the next who waits, or is free again. A late run does the same.

    :returns: how many ended.
    """
    due = dict(Hold.objects.filter(ended_at=None, expires_at__lte=now).values_list("id", "slot_id"))
    if not due:
        return 0
    locked = _lock(set(due.values()))
    holds = list(
        Hold.objects.select_for_update()
        .filter(id__in=due, ended_at=None, expires_at__lte=now)
        .order_by("expires_at", "id")
    )
    halls = {
        row.pk: hall_facts(row, now=now) for row in Hall.objects.filter(id__in={s.hall_id for s in locked.values()})
    }
    for kept in holds:
        _end(kept, outcome="expired", now=now)
        if kept.kind == "offer":
            Waiting.objects.filter(hold=kept, state="offered").update(state="lapsed")
        slot = locked[kept.slot_id]
        free_place(slot, hall=halls[slot.hall_id], now=now)
    return len(holds)


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
        trade in places. Its own person may still take it back.
    """
    if internal:
        slot.internal_taken -= 1
        slot.save(update_fields=["internal_taken"])
        return
    policy = hall.policy.booking
    useful = slot.starts_at > now and not slot.closed and slot.taken + slot.carried <= slot.quota
    if useful and policy.waiting_list and _offer(slot, hall=hall, now=now):
        return
    if useful and cancelled is not None and policy.withhold_cancelled:
        until = min(now + timedelta(minutes=policy.withhold_cancelled), slot.ends_at)
        Hold.objects.create(slot=slot, kind="withheld", person_id=cancelled.person_id, made_at=now, expires_at=until)
        return
    slot.taken -= 1
    slot.save(update_fields=["taken"])
    if slot.closed and not slot.session:  # of an earlier grid: its time is free in the periods of today
        carry_over(hall_id=slot.hall_id, days=[slot.day], business=slot.business)


CARRY_SQL = """
WITH used AS (
  SELECT n.id, COALESCE(ceil(sum(o.taken
      * extract(epoch FROM least(n.ends_at, o.ends_at) - greatest(n.starts_at, o.starts_at))
      / extract(epoch FROM o.ends_at - o.starts_at))), 0)::int AS places
  FROM booking_slot n
  LEFT JOIN booking_slot o ON o.hall_id = n.hall_id AND o.day = n.day AND o.business = n.business AND o.id <> n.id
    AND o.closed AND o.session = '' AND o.taken > 0 AND o.starts_at < n.ends_at AND n.starts_at < o.ends_at
  WHERE n.hall_id = %(hall)s AND n.day = ANY(%(days)s) AND (%(business)s = '' OR n.business = %(business)s)
    AND NOT (n.closed AND n.session = '')
  GROUP BY n.id
), locked AS MATERIALIZED (
  SELECT s.id FROM booking_slot s JOIN used u ON u.id = s.id WHERE s.carried <> u.places ORDER BY s.id
  FOR NO KEY UPDATE OF s
)
UPDATE booking_slot s SET carried = used.places FROM used, locked WHERE locked.id = s.id AND used.id = s.id
"""


def carry_over(*, hall_id: int, days: Collection[date], business: str = "") -> None:
    """Count anew what people booked on an earlier grid use of the periods of today: each by its share of their time."""
    with connection.cursor() as cursor:
        cursor.execute(CARRY_SQL, {"hall": hall_id, "days": sorted(days), "business": business})


def offer_waiting(*, hall: Hall, now: datetime) -> int:
    """Offer every place that became free – by policy, reopening, a closure withdrawn, a larger quota – to who waits.

    :returns: how many offers were made.
    """
    facts = hall_facts(hall, now=now)
    if not facts.policy.booking.waiting_list:
        return 0
    wanted = Waiting.objects.filter(hall=hall, state="waiting", business=OuterRef("business"), day=OuterRef("day"))
    slots = Slot.objects.filter(Exists(wanted), hall=hall, closed=False, starts_at__gt=now)
    free = slots.filter(taken__lt=F("quota") - F("carried")).order_by("starts_at", "id")
    offered = 0
    for slot_id in list(free.values_list("id", flat=True)):
        with transaction.atomic():
            slot = _lock({slot_id}).get(slot_id)
            if slot is not None:
                offered += offer_free_places(slot, hall=facts, now=now)
    return offered


def offer_free_places(slot: Slot, *, hall: HallFacts, now: datetime) -> int:
    """Offer the free places of a locked slot to those who wait (places were added). :returns: how many offers."""
    offered = 0
    while (
        slot.taken + slot.carried < slot.quota
        and slot.starts_at > now
        and not slot.closed
        and hall.policy.booking.waiting_list
    ):
        if not _offer(slot, hall=hall, now=now):
            break
        slot.taken += 1
        slot.save(update_fields=["taken"])
        offered += 1
    return offered


def _offer(slot: Slot, *, hall: HallFacts, now: datetime) -> bool:
    """Offer one place, already counted, to the first who waits for this business and day."""
    waiting = Waiting.objects.select_for_update(skip_locked=True, of=("self",)).select_related("item")
    queue = waiting.filter(hall_id=hall.id, business=slot.business, day=slot.day, state="waiting")
    for one in queue.order_by("made_at", "id")[:_ASKED_AT_ONCE]:
        item = item_words(hall.id, one.item_id)
        if item is None or not rules.serves(slot_facts(slot, hall.zone), item.facts, hall.policy.booking.quotas):
            continue
        until = min(now + timedelta(minutes=hall.policy.booking.waiting_offer), slot.ends_at)
        kept = Hold.objects.create(
            slot=slot, kind="offer", account_id=one.account_id, person_id=one.person_id, made_at=now, expires_at=until
        )
        one.state, one.hold = "offered", kept
        one.save(update_fields=["state", "hold"])
        messaging.write(
            key="waiting_offer",
            to_phone=identity.phone_of(account_id=one.account_id, person_id=one.person_id),
            hall=hall.code,
            subject=f"waiting:{one.pk}",
            params={
                "hall": hall.code,
                "hall_zh": hall.name_zh,
                "hall_en": hall.name_en,
                "item_zh": item.name_zh,
                "item_en": item.name_en,
                "starts_at": slot.starts_at.astimezone(hall.zone).isoformat(),
                "ends_at": slot.ends_at.astimezone(hall.zone).isoformat(),
                "expires": until.astimezone(hall.zone).isoformat(),
                "come_early": hall.policy.booking.come_early,
                "bring_zh": item.bring_zh,
                "bring_en": item.bring_en,
            },
            dedupe=f"waiting_offer:{one.pk}:{kept.pk}",
            now=now,
        )
        return True
    return False


def join_waiting(
    *,
    hall: Hall,
    item_code: str,
    day: date,
    person_id: int,
    by: Actor,
    now: datetime,
    account_id: int | None = None,
) -> Waiting:
    """Wait for a place on a day that is fully booked (候补). Waiting twice gives the first entry again.

    :raises Refused: item-not-here, not-bookable; `wrong-state` when the hall keeps no list or the day still has places
        (`next` names them); or the day's own reason, such as not-open-yet, limit-half-day, suspended.
    """
    facts = hall_facts(hall, now=now)
    if not facts.policy.booking.waiting_list:
        raise Refused("wrong-state", facts={"state": _NO_WAITING, "needs": _BOOK_DIRECTLY})
    holder = rules.holder_of(account_id=account_id, by=by)
    proof = int(identity.proven_by(account_id, person_id))
    key = "" if proof else holder
    party = rules.party_of(holder=holder, person_id=person_id, evidence=proof)
    views = slots(
        hall=hall, item_code=item_code, first=day, last=day, now=now, person_id=person_id, limit_key=key, party=party
    )
    item = item_facts(hall.pk, item_code)
    assert item is not None  # slots() refuses otherwise
    if any(view.bookable for view in views):
        near = next(view.starts_at for view in views if view.bookable)
        chances = alternatives_for(facts, item, near=near, now=now)
        raise Refused("wrong-state", facts={"state": _STILL_FREE, "needs": _A_FULL_DAY}, next=chances)
    full = [view for view in views if view.refusal is not None and view.refusal.slug == "slot-full"]
    if not full:
        reason = next((view.refusal for view in views if view.refusal is not None), None)
        raise Refused(reason or "closed", facts={"reason": {"zh": "这一天没有号源", "en": "That day has no places"}})
    target = rules.quota_for(facts.policy.booking.quotas, item)
    business = Slot.objects.values_list("business", flat=True).get(id=full[0].id) if target is None else target[0]
    with transaction.atomic():
        row, new = Waiting.objects.get_or_create(
            hall=hall,
            business=business,
            day=day,
            person_id=person_id,
            limit_key=key,
            state__in=["waiting", "offered"],
            defaults={
                "item_id": _item_id(hall, item_code),
                "account_id": account_id,
                "made_at": now,
                "state": "waiting",
            },
        )
        if new:
            audit.record(
                action="waiting",
                subject=f"waiting:{row.pk}",
                by=by,
                now=now,
                hall=hall.code,
                facts={"day": day.isoformat()},
            )
    return row


def _item_id(hall: Hall, item_code: str) -> int:
    return HallItem.objects.values_list("item_id", flat=True).get(hall=hall, item__code=item_code)


@again
@transaction.atomic
def leave_waiting(*, waiting_id: int, by: Actor, now: datetime) -> None:
    """Leave the waiting list; an offered place goes to the next.

    :raises Refused: nothing-found, wrong-state.
    """
    seen = Waiting.objects.select_related("hold", "hall").filter(id=waiting_id).first()
    if seen is None:
        raise Refused("nothing-found", facts={"waiting": waiting_id})
    slot = _lock({seen.hold.slot_id})[seen.hold.slot_id] if seen.hold is not None else None
    kept = Hold.objects.select_for_update().filter(id=seen.hold_id, ended_at=None).first() if seen.hold_id else None
    if not Waiting.objects.filter(id=waiting_id, state=seen.state, state__in=["waiting", "offered"]).update(
        state="left"
    ):
        state = Waiting.objects.values_list("state", flat=True).get(id=waiting_id)
        if state in ("waiting", "offered"):
            raise Meanwhile
        raise Refused("wrong-state", facts={"state": state, "needs": "waiting"})
    if slot is not None and kept is not None:
        _end(kept, outcome="given_back", now=now)
        free_place(slot, hall=hall_facts(seen.hall, now=now), now=now)
    messaging.drop(subject=f"waiting:{waiting_id}", now=now)
    audit.record(action="left", subject=f"waiting:{waiting_id}", by=by, now=now, hall=seen.hall.code)


@transaction.atomic
def take_offer(
    *, waiting_id: int, source: str, by: Actor, now: datetime, account_id: int | None = None, language: str = "zh-hans"
) -> Appointment:
    """Take the place that the waiting list offers.

    :raises Refused: nothing-found, wrong-state (nothing offered), hold-expired, or any reason of `place`.
    """
    one = Waiting.objects.select_related("hold", "item", "hall").filter(id=waiting_id).first()
    if one is None:
        raise Refused("nothing-found", facts={"waiting": waiting_id})
    if one.hold is not None and one.state in ("offered", "lapsed") and one.hold.expires_at <= now:
        raise Refused("hold-expired", facts={"expired": one.hold.expires_at})
    if one.state != "offered" or one.hold is None:
        raise Refused("wrong-state", facts={"state": one.state, "needs": "offered"})
    appointment = place(
        slot_id=one.hold.slot_id,
        item_code=one.item.code,
        person_id=one.person_id,
        source=source,
        by=by,
        now=now,
        account_id=account_id if account_id is not None else one.account_id,
        language=language,
        hold_id=one.hold.pk,
        name=identity.name_typed(one.account_id, one.person_id),
    )
    Waiting.objects.filter(id=waiting_id).update(state="taken")
    return appointment


def end_waiting_for_closed_days(*, hall: Hall, now: datetime) -> int:
    """Tell those who wait for a day that no longer has a period for them; each once. :returns: how many were told."""
    facts = hall_facts(hall, now=now)
    today = now.astimezone(facts.zone).date()
    open_then = set(
        Slot.objects.filter(hall=hall, day__gte=today, closed=False, starts_at__gt=now)
        .order_by("id")
        .values_list("business", "day")
    )
    told = 0
    waiting = Waiting.objects.filter(hall=hall, day__gte=today, state="waiting").order_by("id")
    for one in waiting.select_related("item"):
        if (one.business, one.day) in open_then:
            continue
        with transaction.atomic():
            if not Waiting.objects.filter(pk=one.pk, state="waiting").update(state="closed"):
                continue
            messaging.write(
                key="waiting_closed",
                to_phone=identity.phone_of(account_id=one.account_id, person_id=one.person_id),
                hall=facts.code,
                subject=f"waiting:{one.pk}",
                params={
                    "hall_zh": facts.name_zh,
                    "hall_en": facts.name_en,
                    "item_zh": one.item.name_zh,
                    "item_en": one.item.name_en,
                    "day": one.day.isoformat(),
                },
                dedupe=f"waiting_closed:{one.pk}",
                now=now,
            )
            told += 1
    return told


def _lock(ids: set[int]) -> dict[int, Slot]:
    return {row.pk: row for row in Slot.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id")}


def _end(kept: Hold, *, outcome: str, now: datetime) -> None:
    kept.ended_at, kept.outcome = now, outcome
    kept.save(update_fields=["ended_at", "outcome"])
