"""What a change of hours that was taken back means to whom it touched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from banshi.rooms.booking import rules
from banshi.rooms.booking.actions import telling
from banshi.rooms.booking.actions.granting import move_target_refusal, place_refusal
from banshi.rooms.booking.actions.holding import lock_slots
from banshi.rooms.booking.actions.offering import waking
from banshi.rooms.booking.models import Appointment, FollowUpVisit, Hold, Kept, Move, Slot
from banshi.rooms.booking.queries.facts import Asking, HallFacts, Opens, hall_facts, read_facts
from banshi.rooms.booking.queries.given_back import (
    as_they_are_now,
    cancelled_and_given_back,
    given_back,
    in_time,
    kept_for,
    moved_since_chosen,
)
from banshi.rooms.booking.queries.standing import closed_over, has_booked
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.places.models import Hall

_OTHERS = (
    Q(follow_up__cause__startswith="calendar:")
    | Q(follow_up__cause__startswith="national:")
    | Q(follow_up__cause__startswith="matter:")
    | Q(follow_up__cause__startswith="by-hand:")  # whom no other time fitted when their hours were taken
)


def _taken_back(closures: Collection[int]) -> Q:
    """The visits of changes that may be taken back: of these closures, and of every change of the calendar, of public holidays
    or of a matter's category, and of who was moved by hand, since the next one may have brought the old hours back."""
    return _OTHERS | Q(follow_up__cause__in=[f"closure:{closure}" for closure in closures])


def tell_old_times(*, hall: Hall, closures: Collection[int], now: datetime) -> int:
    """Tell those whom a change that was taken back had moved that their old time is open again; each visit once. Nobody is
    moved back unasked, and nobody is told of a time that moving back would refuse: stopped, full, over. A period under way is
    theirs until it ends: whoever stands before a hall that an alarm emptied for ten minutes has come. Whom the hall cancelled
    since hears that it can be booked again.

    :param closures: ids of all that were withdrawn before they were over, not of the last one alone: while two lay over a
        time, taking the first back told nobody.
    :returns: how many were told.
    """
    return _tell_moved(hall, _taken_back(closures), now)


def _tell_moved(hall: Hall, by: Q, now: datetime) -> int:
    facts, told = hall_facts(hall, now=now), 0
    kept: list[tuple[Appointment, Slot]] = []
    booked = Appointment.objects.filter(hall=hall, state=rules.State.BOOKED, ends_at__gt=now)
    standing = set(booked.values_list("code", flat=True))
    for visit in FollowUpVisit.objects.filter(by, follow_up__hall=hall, state="moved").order_by("id"):
        if not standing.intersection(visit.codes):
            told += _tell_cancelled_since(visit, hall=facts, now=now)
            continue
        of_visit = booked.filter(Q(code__in=visit.codes) | Q(visit_group=visit.visit))
        rows = list(of_visit.select_related("hall", "person", "item").order_by("starts_at", "id"))
        of_each = {
            row: olds for row in rows if (olds := _old_times(row, visit))
        }  # those whose time is still the hall's choice
        rows = list(of_each)
        for each in zip(*of_each.values(), strict=False):
            old = each[0]
            # The visit as one, or not at all: else it would be torn.
            if not all(
                _grantable(row, as_they_are_now(theirs, row, hall=facts), hall=facts, now=now)
                for row, theirs in zip(rows, each, strict=True)
            ):
                continue
            was = {"was": old.starts_at.astimezone(facts.zone).isoformat()}
            telling.tell_visit("old_time_free", rows, hall=facts, now=now, more=was, anew=f":{old.pk}")
            _told_again(visit, now)
            kept += [(row, slots[0]) for row in rows if (slots := times_back(row, now=now))]
            told += 1
            break
    _keep(kept, hall=facts, now=now)
    return told


def _tell_cancelled_since(visit: FollowUpVisit, *, hall: HallFacts, now: datetime) -> bool:
    """Of a visit that was moved, and then cancelled by the hall as well, the time it was moved from."""
    gone = Appointment.objects.filter(state=rules.State.CANCELLED, by_hall=True, code__in=visit.codes)
    rows = list(gone.select_related("person", "item").order_by("starts_at", "id"))
    if len(rows) != len(visit.codes):
        return False
    of_each = [_old_times(row, visit) for row in rows]
    for olds in zip(*of_each, strict=False):
        free = zip(rows, olds, strict=True)
        if olds[0].starts_at > now and all(_may_book_again(row, slot_id=old.pk, now=now) for row, old in free):
            when = {name: getattr(olds[0], name).astimezone(hall.zone).isoformat() for name in ("starts_at", "ends_at")}
            telling.tell_visit("time_back", rows, hall=hall, now=now, more=when, anew=f":{olds[0].pk}")
            _told_again(visit, now)
            return True
    return False


def tell_cancelled(*, hall: Hall, closures: Collection[int], now: datetime) -> int:
    """Tell those whom a change that was taken back had cancelled that their time can be booked again; each visit once, and
    nobody who could not have it, or has booked the matter again since.

    :param closures: as in `tell_old_times`. :returns: how many were told.
    """
    return _tell_cancelled(hall, _taken_back(closures), now)


def _tell_cancelled(hall: Hall, by: Q, now: datetime) -> int:
    facts, told = hall_facts(hall, now=now), 0
    kept: list[tuple[Appointment, Slot]] = []
    gone = Appointment.objects.filter(hall=hall, state=rules.State.CANCELLED, by_hall=True, ends_at__gt=now)
    for visit in FollowUpVisit.objects.filter(by, follow_up__hall=hall, state="cancelled", told_again_at=None).order_by(
        "id"
    ):
        rows = list(
            gone.filter(code__in=visit.codes).select_related("person", "item", "slot").order_by("starts_at", "id")
        )
        in_time_all = all(row.slot is not None and in_time(row.slot, facts.policy.tickets, now) for row in rows)
        if rows and in_time_all and all(_may_book_again(row, slot_id=row.slot_id, now=now, back=True) for row in rows):
            telling.tell_visit("time_back", rows, hall=facts, now=now)
            _told_again(visit, now)
            kept += [(row, row.slot) for row in rows if row.slot is not None]
            told += 1
    _keep(kept, hall=facts, now=now)
    return told


def _keep(wanted: Sequence[tuple[Appointment, Slot]], *, hall: HallFacts, now: datetime) -> None:
    """What the hall took and gives back is kept for those it was taken from, as long as an offer of the waiting list is: else
    whoever waits had it in the instant in which they were told. Where others were quicker, nothing is kept."""
    awake = waking(hall.policy.booking, now.astimezone(hall.zone)) or now
    until = awake + timedelta(minutes=hall.policy.booking.waiting_offer)
    runs = [(row, _run_from(slot, row)) for row, slot in wanted]
    locked = lock_slots({pk for _, run in runs for pk in run}) if runs else {}
    for row, run in runs:
        slots = [locked[pk] for pk in run]
        if not slots or any(s.taken + s.carried + row.persons > s.quota or s.ends_at <= now for s in slots):
            continue
        for slot in slots:
            mine = {"slot": slot, "kind": "withheld", "person_id": row.person_id, "limit_key": row.limit_key}
            expires_at = min(until, slot.ends_at)
            Hold.objects.bulk_create([Hold(**mine, made_at=now, expires_at=expires_at) for _ in range(row.persons)])
            slot.taken += row.persons
            slot.save(update_fields=["taken"])


def _run_from(slot: Slot, row: Appointment) -> list[int]:
    """Ids of the periods in a row that the matter takes from this one on; none where they are not in a row."""
    periods = HallItem.objects.filter(hall=row.hall_id, item=row.item_id).values_list("periods", flat=True).first() or 1
    run = [slot]
    while len(run) < periods:
        same = Slot.objects.filter(
            hall_id=slot.hall_id, business=slot.business, starts_at=run[-1].ends_at, closed=False
        )
        following = same.order_by("id").first()
        if following is None:
            return []
        run.append(following)
    return [each.pk for each in run]


def _may_book_again(row: Appointment, *, slot_id: int | None, now: datetime, back: bool = False) -> bool:
    """:param back: at the very time that the hall took: booked again as it was (`rebook`), no cut-off keeps it away."""
    if slot_id is None or has_booked(row, now=now):
        return False
    asking = Asking(slot_id, row.item.code, row.person_id, row.holder, row.evidence, row.account_id)
    fact = read_facts([asking], now=now, opens=Opens(now))[0]
    return place_refusal(fact, now=now, persons=row.persons, back=back) is None


def wait_for_moves(*, hall: Hall, closures: Collection[int]) -> None:
    """Before hours come back: wait for the visits somebody is moving out of them at this moment, and let nobody begin. Else
    whoever is moved a moment later, by the hours of a moment before, is told nothing of it.

    :param closures: as in `tell_old_times`.
    """
    due = FollowUpVisit.objects.select_for_update(of=("self",)).filter(
        _taken_back(closures), follow_up__hall=hall, state="due"
    )
    list(due.order_by("id").values_list("id", flat=True))


def _old_times(row: Appointment, visit: FollowUpVisit) -> list[Slot]:
    """The time people chose themselves, then the one this change took: a hall may move a visit twice, and a move of its own is
    no choice of theirs. None where they chose another since, or know already that the chosen one is free."""
    moved = moved_since_chosen(row, visit=visit.visit)
    if moved is None or visit.settled_at not in moved.by or visit.told_again_at:
        return []
    first = list(moved.by)[-1]
    if moved.by[first].told_again_at:
        return []
    return list({each.pk: each for each in (moved.chosen, moved.out_of[visit.settled_at])}.values())


def tell_kept(*, hall: Hall, cause: str, now: datetime) -> int:
    """Tell those who were told to come although it closes, or that their time cannot be kept, that nothing closes: each visit
    once, and nobody who has chosen another time since.

    :returns: how many were told.
    """
    facts, told = hall_facts(hall, now=now), 0
    of_it = FollowUpVisit.objects.filter(follow_up__hall=hall, follow_up__cause=cause, told_again_at=None)
    refused = Q(state="failed") & ~Q(slug="")  # told then that it closes
    by_hand = Q(state="done") & ~Q(slug="")  # the same, and decided by hand since
    for visit in of_it.filter(Q(state="kept") | refused | by_hand).order_by("id"):
        booked = Appointment.objects.filter(hall=hall, state=rules.State.BOOKED, ends_at__gt=now, code__in=visit.codes)
        since = Move.objects.filter(appointment=OuterRef("pk"), at__gt=visit.settled_at)
        if visit.state == "done":
            booked = booked.filter(kept__isnull=False)
        rows = list(booked.exclude(Exists(since)).select_related("person").order_by("starts_at", "id"))
        if rows and not closed_over([row.code for row in rows]):  # else the end of the other one tells
            telling.tell_visit("closure_off", rows, hall=facts, now=now, anew=f":{cause}")
            Kept.objects.filter(appointment__in=rows).delete()  # it stands like any other from now on
            _told_again(visit, now)
            told += 1
    return told


def times_back(row: Appointment, *, now: datetime) -> list[Slot]:
    """The times that the hall took from it and gave back, and to which moving it back would be granted now, by start."""
    if row.state != rules.State.BOOKED:
        return []
    hall = hall_facts(row.hall, now=now)
    old = given_back(row, hall=hall, now=now).values()
    return sorted(_grantable(row, old, hall=hall, now=now), key=lambda slot: slot.starts_at)


def was_given_back(row: Appointment, *, now: datetime) -> bool:
    """Whether the hall cancelled it and gave its time back, and it can still be booked again as it was."""
    return cancelled_and_given_back(row, policy=hall_facts(row.hall, now=now).policy.tickets, now=now)


def _grantable(row: Appointment, slots: Iterable[Slot], *, hall: HallFacts, now: datetime) -> list[Slot]:
    return [
        slot
        for slot in slots
        if slot.pk != row.slot_id and in_time(slot, hall.policy.tickets, now)
        and _may_move_back(row, slot, hall=hall, now=now)
    ]  # fmt: skip


def _may_move_back(row: Appointment, old: Slot, *, hall: HallFacts, now: datetime) -> bool:
    fact = read_facts([Asking.to_move(row, old.pk)], now=now, opens=Opens(now))[0]
    kept = Hold.objects.filter(kept_for(row, slot_id=old.pk, now=now)).count()
    free = fact.slot is not None and fact.slot.free() + kept >= row.persons
    return free and move_target_refusal(row, fact, hall=hall, now=now, back=True) is None


def tell_given_back(*, hall: Hall, closures: Collection[int], now: datetime) -> tuple[int, int]:
    """`tell_old_times` and `tell_cancelled`, once hours are back. :returns: how many were told by each."""
    return tell_old_times(hall=hall, closures=closures, now=now), tell_cancelled(hall=hall, closures=closures, now=now)


def _told_again(visit: FollowUpVisit, now: datetime) -> None:
    FollowUpVisit.objects.filter(pk=visit.pk).update(told_again_at=now)
