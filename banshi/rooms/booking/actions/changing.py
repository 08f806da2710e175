"""Cancel, book again, move, check in, serve. Slots are locked before appointments, in id order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time
from functools import partial
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from banshi.foundation.announce import announce
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.ownership import OnDocument, falls_free
from banshi.kernel.refusals import Refusal, Refused
from banshi.kernel.wording import legible
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions import credit, following, telling
from banshi.rooms.booking.actions.chances import Chances
from banshi.rooms.booking.actions.granting import refusal_for_mover, target_refusal
from banshi.rooms.booking.actions.holding import lock_slots, use_up
from banshi.rooms.booking.actions.inheriting import client_of
from banshi.rooms.booking.actions.offering import free_place
from banshi.rooms.booking.actions.placing import place
from banshi.rooms.booking.actions.placing_long import lock_run, serves_still
from banshi.rooms.booking.actions.retrying import Meanwhile, again
from banshi.rooms.booking.actions.writing import SAME_TIME
from banshi.rooms.booking.models import Appointment, ExtraSlot, Hold, LedgerEntry, Move, Slot, Waiting
from banshi.rooms.booking.queries.facts import AskedFacts, Asking, Opens, hall_facts, item_words, read_facts, slot_facts
from banshi.rooms.booking.queries.given_back import cancelled_and_given_back, given_back, kept_for
from banshi.rooms.booking.queries.situation import answers_again
from banshi.rooms.booking.queries.standing import excused
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as known
from banshi.rooms.places.models import Hall


def _seen(code: str) -> Appointment:
    """:raises Refused: nothing-found."""
    rows = Appointment.objects.select_related("hall", "item")
    row = rows.filter(code=code).first() if rules.storable(code) else None
    if row is None:
        raise Refused("nothing-found", facts={"appointment": code})
    return row


def _slot_ids(appointment: Appointment) -> list[int]:
    extra = ExtraSlot.objects.filter(appointment=appointment).order_by("slot_id").values_list("slot_id", flat=True)
    return [appointment.slot_id, *extra]


def _locked(seen: Appointment) -> Appointment:
    """The appointment, locked. Its slots are locked already.

    :raises Meanwhile: when it was moved between looking and locking.
    """
    row = Appointment.objects.select_for_update(no_key=True).get(id=seen.pk)
    if row.slot_id != seen.slot_id or row.moves != seen.moves:
        raise Meanwhile
    return row


def lock_visit(rows: Sequence[Appointment], *, slots: Collection[int] = ()) -> None:
    """Inside a transaction, before several appointments are changed one after the other: their periods and these, then their
    rows, each in order of id. Else two that change the same periods the other way round wait for each other.

    The account comes before: `move` takes it, too.
    """
    for account in sorted({row.account_id for row in rows if row.account_id is not None}):
        identity.lock_account(account)
    lock_slots({*slots, *(slot for row in rows for slot in _slot_ids(row))})
    ids = [row.pk for row in rows]
    list(Appointment.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id").values_list("id"))


def _lock_rest_of_visit(seen: Appointment) -> None:
    """The rows of a visit, in order: whoever cancels one asks for the others, too (`credit.enter_cancel`)."""
    if seen.visit_group:
        visit = Appointment.objects.filter(visit_group=seen.visit_group, person=seen.person_id)
        list(visit.select_for_update(no_key=True).order_by("id").values_list("id"))


def _need_mandate(row: Appointment, by: Actor, *, now: datetime) -> None:
    """What an agent booked under a mandate is theirs to change as long as it stands; so is a link, unless its telephone is
    the client's by proof.

    :raises Refused: mandate-missing.
    """
    if by.kind not in (ActorKind.CITIZEN, ActorKind.CHANNEL) or row.account_id is None or row.limit_key:
        return
    today = now.astimezone(ZoneInfo(row.hall.timezone)).date()
    linked = by.id.startswith("link-") and not known.speaks_for(
        row.contact_index, row.person_id, item=row.item.code, today=today
    )
    if linked or by.kind == ActorKind.CHANNEL or by.id == str(row.account_id):
        identity.need_mandate(account_id=row.account_id, person_id=row.person_id, item=row.item.code, now=now)


@again
@transaction.atomic
def cancel(
    *,
    code: str,
    by: Actor,
    now: datetime,
    why: str = "",
    by_hall: bool = False,
    quiet: bool = False,
    counts: bool = True,
) -> Appointment:
    """Cancel (取消预约). The place is free at once: offered to who waits, withheld by policy, or open to all.

    Until the period ends or starts, by policy [N]. It is counted for the person unless the hall cancels – for an agent where it
    cancels what it booked –; more than so many in a calendar month suspend.

    :param quiet: the caller tells the person, once for the whole visit.
    What a closure keeps unserved (`excused`) is given up free of charge, to the end of its period.

    :param counts: False where the person cancels what somebody else booked on their document: nobody's fault.
    :raises Refused: nothing-found, already-cancelled, wrong-state, too-late.
    """
    seen = _seen(code)
    hall = hall_facts(seen.hall, now=now)
    ids = _slot_ids(seen)
    slots = list(Slot.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id"))
    _lock_rest_of_visit(seen)
    row = _locked(seen)
    if not by_hall:
        _need_mandate(row, by, now=now)
    away = not by_hall and bool(excused([code]))
    no = rules.change_refusal(
        policy=hall.policy.booking,
        state=row.state,
        starts_at=row.starts_at.astimezone(hall.zone),
        ends_at=row.ends_at.astimezone(hall.zone),
        now=now,
        cancelled_at=row.cancelled_at,
        by_hall=by_hall,
        excused=away,
    )
    if no is not None:
        raise Refused(no)
    row.state, row.cancelled_at, row.cancelled_by = rules.APPOINTMENT.to("cancel"), now, str(by)[:60]
    row.cancel_reason, row.by_hall = legible(why)[:200], by_hall
    row.save(update_fields=["state", "cancelled_at", "cancelled_by", "cancel_reason", "by_hall"])
    for slot in slots:
        for _ in range(row.persons):
            free_place(slot, hall=hall, now=now, internal=row.internal, cancelled=None if by_hall else row)
    telling.drop(code, now=now)
    if not quiet:
        item = item_words(row.hall_id, row.item_id)
        key = "cancelled_by_hall" if by_hall else "cancelled"
        more = {"reason": why} if by_hall and why else None
        telling.tell(key, row, hall=hall, item=item, now=now, more=more, by=by)
    facts = {"by_hall": by_hall}
    _turn(code, hall=hall.code, now=now)
    audit.record(action="cancelled", subject=telling.subject_of(code), by=by, now=now, hall=hall.code, facts=facts)
    if counts and not by_hall and not away and not following.moved_by_hall(row):
        credit.enter_cancel(row, by=by, hall=hall, now=now)
    return row


@transaction.atomic
def rebook(*, code: str, by: Actor, now: datetime) -> Appointment:
    """Book again what was cancelled, in the same period if a place is left. A new reference is given.

    A citizen who cancels by mistake can book again at once [N]. Ours, kinder than the report: rebooking within 30
    minutes forgives the cancellation, and the suspension it may have caused; a place withheld after it is theirs. What the
    hall cancelled and gave back, as its person was told, no cut-off keeps from them.

    :raises Refused: wrong-state when it is not cancelled, or any reason of `place`.
    """
    row = _seen(code)
    if row.account_id is not None:
        identity.lock_account(row.account_id)
        row = _seen(code)  # its person may have proven another account at this moment
    if (no := rules.APPOINTMENT.refusal(row.state, "rebook")) is not None:
        raise Refused(no)
    assert row.cancelled_at is not None
    if row.disowned_at is not None:
        raise Refused("wrong-state", facts={"state": _DISOWNED, "needs": rules.State.CANCELLED.value})
    _need_mandate(row, by, now=now)
    at_once = rules.rebooking_forgives(cancelled_at=row.cancelled_at, now=now)
    if at_once and not _forgiven_today(row, now=now):
        of_visit = Q(appointment=row) | Q(visit=row.visit_group or row.code)
        for entry in LedgerEntry.objects.filter(of_visit, kind="cancel", forgiven_at=None).order_by("id"):
            credit.forgive(entry_id=entry.pk, why=credit.BOOKED_AGAIN, by=by, now=now)
    kept = _take_back(row, now=now)
    policy = hall_facts(row.hall, now=now).policy.tickets
    client = client_of(row, now=now, by=by)  # whose agent's it was, or who books it again themselves, it is theirs now
    return place(
        slot_id=row.slot_id,
        item_code=row.item.code,
        person_id=row.person_id,
        source=row.source,
        by=by,
        now=now,
        account_id=client.account_id if client else row.account_id,
        language=client.language(row.language) if client else row.language,
        note=row.note,
        answers=answers_again(row),
        internal=row.internal,
        why=row.on_behalf_why if client is None else "",
        visit_group=row.visit_group,
        hold_id=kept.pk if kept is not None else None,
        persons=row.persons,
        name=(client.name(row) if client else row.name) or "",
        contact=client.phone if client else row.contact,
        evidence=row.evidence,
        holder=client.holder if client else row.holder,
        ride_along=row.exempt and bool(row.visit_group),
        back=cancelled_and_given_back(row, policy=policy, now=now),
        undone=at_once,
    )


def _take_back(row: Appointment, *, now: datetime) -> Hold | None:
    """Of the places withheld after a cancellation the first, as a hold; those of further persons and periods are free again."""
    ids = _slot_ids(row)
    slots = {each.pk: each for each in Slot.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id")}
    whose = {"person_id": row.person_id, "limit_key": row.limit_key}  # not a stranger's who declared the same document
    withheld = Hold.objects.select_for_update().filter(slot__in=ids, kind="withheld", **whose)
    live = list(withheld.filter(ended_at=None, expires_at__gt=now).order_by("id"))
    first = next((hold for hold in live if hold.slot_id == row.slot_id), None)
    for slot in slots.values():
        of_slot = [hold for hold in live if hold.slot_id == slot.pk][: row.persons]
        use_up([hold for hold in of_slot if hold != first], slot, now=now)
        slot.save(update_fields=["taken"])
    return first


def _forgiven_today(row: Appointment, *, now: datetime) -> bool:
    """A mistake is forgiven once a day: whether it was for the same matter and person, or within this visit, already."""
    zone = ZoneInfo(row.hall.timezone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(0), zone)
    theirs = Q(appointment__holder=row.holder) | Q(party=f"person:{row.person_id}")
    forgiven = LedgerEntry.objects.filter(
        theirs, kind="cancel", forgiven_at__isnull=False, at__gte=midnight, appointment__person_id=row.person_id,
        appointment__item_id=row.item_id,
    )  # fmt: skip
    others = forgiven.exclude(visit=row.visit_group or row.code).order_by("id")
    if any(entry.forgiven_why == credit.BOOKED_AGAIN for entry in others):
        return True
    # A visit has one entry, which stands again once it is cancelled again: its cancelled matters tell.
    same = Appointment.objects.filter(visit_group=row.visit_group, item_id=row.item_id, state=rules.State.CANCELLED)
    return bool(row.visit_group) and same.filter(by_hall=False).exclude(pk=row.pk).exists()


_DISOWNED = {"zh": "本人已声明不是自己预约的", "en": "disowned by the person it was made for"}


@again
@transaction.atomic
def move(
    *, code: str, slot_id: int, by: Actor, now: datetime, why: str = "", by_hall: bool = False, quiet: bool = False
) -> Appointment:
    """Move to another period of the same hall (改期) in one step; the reference stays.

    :param by_hall: the hall moves it (its hours changed): cut-offs, opening days and the limit of moves do not bind it.
        Neither that nor what its staff move counts as one of the person's own moves; nor does, or is bound by their limit,
        what a closure keeps unserved (`excused`), or moving it back to a time that the hall took and gave back, which no
        cut-off keeps away either.
    :param quiet: the caller tells the person, once for the whole visit.
    :raises Refused: the reasons of `cancel` for the old period and of `place` for the new one; wrong-state when it was
        moved as often as the hall allows.
    """
    seen = _seen(code)
    hall = hall_facts(seen.hall, now=now)
    if slot_id == seen.slot_id and seen.state == rules.State.BOOKED:
        return seen
    policy = hall.policy.booking
    opens = Opens(now)
    if seen.account_id is not None and not by_hall:
        identity.lock_account(seen.account_id)
        _need_mandate(seen, by, now=now)
    asking = Asking.to_move(seen, slot_id)
    fact = read_facts([asking], now=now, opens=opens)[0]
    away = not by_hall and bool(excused([code]))
    back = not by_hall and slot_id in given_back(seen, hall=hall, now=now)
    no = rules.change_refusal(
        policy=policy,
        state=seen.state,
        starts_at=seen.starts_at.astimezone(hall.zone),
        ends_at=seen.ends_at.astimezone(hall.zone),
        now=now,
        cancelled_at=seen.cancelled_at,
        by_hall=by_hall,
        excused=away,
    )
    if no is None and not by_hall:
        no = rules.move_refusal(policy=policy, moves=seen.own_moves, excused=away or back)
    if no is not None:
        raise Refused(no)

    def chances(no: Refusal) -> Refused:
        return Chances(now, opens).refused(
            no, fact, asking, partial(_would_move, seen, now=now, by_hall=by_hall),
            persons=seen.persons, channel=seen.source, internal=seen.internal, moving=True,
        )  # fmt: skip

    no = refusal_for_mover(seen, fact, slot_id, by=by, now=now, by_hall=by_hall, back=back)
    if no is not None:
        raise chances(no)
    assert fact.slot is not None
    assert fact.item is not None
    old_ids = _slot_ids(seen)
    try:
        run = lock_run(fact.slot, hall, fact.item.facts.periods, also=old_ids)
        for slot in run:
            if slot.pk not in old_ids:
                _give_back_kept(slot, seen, now=now)
                _give_back_withheld(slot, seen, now=now)
                _take(slot, item_code=seen.item.code, internal=seen.internal, n=seen.persons)
    except Refused as gone:
        raise chances(gone.refusal) from gone
    row = _locked(seen)
    if row.state != rules.State.BOOKED:
        raise Meanwhile
    kept = {slot.pk for slot in run}
    for slot in Slot.objects.filter(id__in=[i for i in old_ids if i not in kept]).order_by("id"):
        for _ in range(row.persons):
            free_place(slot, hall=hall, now=now, internal=row.internal)
    first = run[0]
    row.slot_id, row.business, row.day, row.half = first.pk, first.business, first.day, first.half
    handled = HallItem.objects.filter(hall_id=row.hall_id, item_id=row.item_id).values_list("category_id", flat=True)
    row.category_id = handled.first() or row.category_id  # whose line it is now: its number is given there
    row.starts_at, row.ends_at, row.moves = first.starts_at, run[-1].ends_at, row.moves + 1
    row.hall_moves += 1 if by_hall or away or back or by.kind is ActorKind.STAFF else 0
    try:
        with transaction.atomic():
            row.save(
                update_fields=[
                    "slot_id",
                    "business",
                    "category",
                    "day",
                    "half",
                    "starts_at",
                    "ends_at",
                    "moves",
                    "hall_moves",
                ]
            )
    except IntegrityError as trouble:
        taken = Refusal("same-time") if SAME_TIME in str(trouble) else Refusal("limit-half-day", {"half": first.half})
        raise chances(taken) from trouble
    ExtraSlot.objects.filter(appointment=row).delete()
    ExtraSlot.objects.bulk_create([ExtraSlot(appointment=row, slot=slot) for slot in run[1:]])
    Move.objects.create(
        appointment=row, from_slot_id=seen.slot_id, to_slot_id=first.pk, at=now, by=str(by)[:60], why=legible(why)[:200]
    )
    telling.drop(code, now=now)
    if not quiet:
        was = {"was": seen.starts_at.astimezone(hall.zone).isoformat()} | ({"reason": why} if by_hall and why else {})
        key = "moved_by_hall" if by_hall else "moved"
        telling.tell(key, row, hall=hall, item=fact.item, now=now, more=was, by=by)
    telling.remind(row, hall=hall, item=fact.item, now=now)
    facts = {"from": seen.slot_id, "to": first.pk, "by_hall": by_hall}
    _turn(code, hall=hall.code, now=now)
    audit.record(action="moved", subject=telling.subject_of(code), by=by, now=now, hall=hall.code, facts=facts)
    return row


def _would_move(seen: Appointment, fact: AskedFacts, *, now: datetime, by_hall: bool) -> Refusal | None:
    if fact.slot is not None and fact.slot.id == seen.slot_id:
        return Refusal("closed", {})  # where it is already
    return target_refusal(seen, fact, fact.slot.id if fact.slot else 0, now=now, by_hall=by_hall)


def _give_back_kept(slot: Slot, seen: Appointment, *, now: datetime) -> None:
    """What the waiting list keeps of a locked slot for this very appointment is there for it to take, whichever way its
    person comes for it: nobody comes between."""
    offers = Hold.objects.select_for_update(of=("self",)).filter(slot=slot, kind="offer", ended_at=None)
    kept = offers.filter(expires_at__gt=now, waiting__appointment=seen).order_by("id").first()
    if kept is None:
        return
    use_up([kept], slot, now=now)
    Waiting.objects.filter(hold=kept, state__in=rules.WAITING.of("take")).update(state=rules.WAITING.to("take"))


def _give_back_withheld(slot: Slot, seen: Appointment, *, now: datetime) -> None:
    """What is kept of a locked slot for whom the hall had taken it from is there for them to move back to."""
    kept = Hold.objects.select_for_update(of=("self",)).filter(kept_for(seen, slot_id=slot.pk, now=now))
    use_up(kept.order_by("id")[: seen.persons], slot, now=now)


def _take(slot: Slot, *, item_code: str, internal: bool, n: int) -> None:
    if slot.closed or not serves_still(slot, item_code):
        raise Refused("closed", facts={"reason": rules.STOPPED, "stopped": True})
    if slot_facts(slot, ZoneInfo("UTC")).free(internal=internal) < n:
        raise Refused("slot-full", facts={"quota": slot.internal_quota if internal else slot.quota})
    if internal:
        slot.internal_taken += n
    else:
        slot.taken += n
    slot.save(update_fields=["taken", "internal_taken"])


def prove(*, appointment_id: int, evidence: Evidence, now: datetime) -> None:
    """The document of a booking was seen: from now on it carries the evidence, and the person's proven name."""
    row = Appointment.objects.select_related("person").get(id=appointment_id)
    if int(evidence) <= row.evidence:
        return
    row.evidence = int(evidence)
    if row.person.name_evidence:
        row.name, row.name_index = row.person.name, row.person.name_index
    row.save(update_fields=["evidence", "name", "name_index"])


def free_doubles(*, of: Appointment, name_index: str, by: Actor, now: datetime) -> int:
    """Free what others only declared on the same document for the same business and half day: its person is here.

    The same matter twice is a double. Another matter falls free only where it was booked in another name than the card's
    and the one used was not: it is a stranger's. What has evidence, or was booked in the card's name, may be the person's.

    :param of: as it was before it was proven.
    :param name_index: of the name on the card; "" where it is not known.
    :returns: how many fell free. No strike: whoever booked it may have meant well.
    """
    doubles = Appointment.objects.filter(
        person_id=of.person_id, hall_id=of.hall_id, business=of.business, day=of.day, half=of.half,
        state=rules.State.BOOKED, evidence=0,
    ).exclude(limit_key__in=["", of.limit_key])  # fmt: skip
    freed = 0
    used = OnDocument(of.item_id, "" if of.evidence else of.limit_key, of.name_index)
    facts = doubles.order_by("id").values_list("code", "item_id", "limit_key", "name_index")
    for code, item_id, whose, named in list(facts):
        if not falls_free(OnDocument(item_id, whose, named), used=used, card=name_index):
            continue
        try:
            cancel(code=code, by=by, now=now, why=DOUBLE, by_hall=True)
        except Refused:  # it checked in, or was cancelled, at this very moment
            continue
        freed += 1
    return freed


DOUBLE = "同一证件重复预约 · booked twice on one document"
NOT_BY_ME = "本人声明不是自己预约的 · disowned by the person"


@transaction.atomic
def disown(*, code: str, by: Actor, now: datetime) -> Appointment:
    """ "Not by me" (非本人预约), said by the proven person: it is cancelled, and whoever only declared it gets a strike; who
    had a mandate does not.

    :raises Refused: those of `cancel`.
    """
    row = cancel(code=code, by=by, now=now, why=NOT_BY_ME, by_hall=True)
    row.disowned_at = now
    row.save(update_fields=["disowned_at"])
    hall = hall_facts(Hall.objects.get(id=row.hall_id), now=now)
    audit.record(action="disowned", subject=telling.subject_of(code), by=by, now=now, hall=hall.code)
    if not row.evidence and row.limit_key:
        credit.enter_disowned(row, hall=hall, now=now)
    return row


def mark_checked_in(*, appointment_id: int, now: datetime) -> None:
    """booked → checked_in (签到). One conditional UPDATE: against the no-show job exactly one of the two wins.

    :raises Refused: already-checked-in, wrong-state, nothing-found.
    """
    if not _in_state(appointment_id, "check_in").update(state=rules.APPOINTMENT.to("check_in"), checked_in_at=now):
        _wrong(appointment_id, "check_in")
    code, hall = Appointment.objects.values_list("code", "hall__code").get(id=appointment_id)
    _turn(code, hall=hall, now=now)


def _turn(code: str, *, hall: str, now: datetime) -> None:
    """An open page of the appointment is out of date."""
    announce(hall=hall, topic="bookings", subject=telling.subject_of(code), now=now)


def mark_served(*, appointment_id: int, now: datetime) -> None:
    """checked_in → served.

    :raises Refused: wrong-state, nothing-found.
    """
    if not _in_state(appointment_id, "serve").update(state=rules.APPOINTMENT.to("serve"), served_at=now):
        _wrong(appointment_id, "serve")


@again
def mark_not_served(*, appointment_id: int, now: datetime) -> None:
    """served → checked_in: the finish was a mistake. Where it was not served, nothing changes. It keeps its person from
    nothing where they have booked in its stead meanwhile."""
    served, back = _in_state(appointment_id, "undo_serve"), rules.APPOINTMENT.to("undo_serve")
    try:
        with transaction.atomic():
            served.update(state=back, served_at=None)
    except IntegrityError:
        served.update(state=back, served_at=None, let_go_at=now)


def mark_dealt_with(*, appointment_id: int, on: str, now: datetime) -> bool:
    """booked → served: its matter was dealt with on another number of its person. False where it was not booked.

    :param on: that number's ref, for `mark_not_dealt_with`.
    """
    dealt = rules.APPOINTMENT.to("deal_with")
    if not _in_state(appointment_id, "deal_with").update(state=dealt, checked_in_at=now, served_at=now, dealt_on=on):
        return False
    telling.drop(Appointment.objects.values_list("code", flat=True).get(id=appointment_id), now=now)
    return True


def mark_not_dealt_with(*, on: str, person_id: int, now: datetime) -> bool:
    """served → booked, with its reminders: the finish of the number it was dealt with on was a mistake. False where there is
    none, or its person has booked in its stead meanwhile."""
    used = Appointment.objects.filter(
        person_id=person_id, dealt_on=on, state__in=rules.APPOINTMENT.of("undo_deal_with")
    )
    row = used.select_for_update(of=("self",), no_key=True).select_related("person").order_by("id").first()
    if row is None:
        return False
    row.state, row.dealt_on = rules.APPOINTMENT.to("undo_deal_with"), ""
    row.checked_in_at = row.served_at = None
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "checked_in_at", "served_at", "dealt_on"])
    except IntegrityError:
        return False
    telling.bring_back(row, now=now)
    return True


def _in_state(appointment_id: int, verb: str) -> QuerySet[Appointment]:
    """The appointment, where it is in a state that the verb needs."""
    return Appointment.objects.filter(id=appointment_id, state__in=rules.APPOINTMENT.of(verb))


def _wrong(appointment_id: int, verb: str) -> None:
    state = Appointment.objects.filter(id=appointment_id).values_list("state", flat=True).first()
    if state is None:
        raise Refused("nothing-found", facts={"appointment": appointment_id})
    no = rules.APPOINTMENT.refusal(state, verb)
    if no is None:
        raise Refused("changed-meanwhile")
    if verb == "check_in" and state in (rules.State.CHECKED_IN, rules.State.SERVED):
        raise Refused("already-checked-in", facts={"state": state})
    raise Refused(no)
