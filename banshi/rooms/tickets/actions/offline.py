"""Numbers that a machine gives while it does not reach the server (离线号): granted ahead, taken into the line afterwards."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Count

from banshi.foundation.announce import announce
from banshi.kernel.actors import Actor
from banshi.kernel.numbers import code_from
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.devices.models import Device
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.actions.calling import call_at_idle_windows
from banshi.rooms.tickets.actions.day import close_day
from banshi.rooms.tickets.actions.ground import business_day
from banshi.rooms.tickets.actions.paper import next_block, paper_number
from banshi.rooms.tickets.actions.taking import REF_BYTES
from banshi.rooms.tickets.models import HallDay, PaperBlock, Ticket, Visit

AT_ONCE, AT_LEAST = 60, 30  # numbers of a category: a block, and what a machine has in hand at least
GIVES: Final = ("kiosk", "machine")  # kinds of devices that give numbers


@dataclass(frozen=True)
class OfflineNumber:
    """One number that came out. `at`: when, hall time; `language`: of whoever took it."""

    letter: str
    seq: int
    at: datetime
    language: str = "zh-hans"


@transaction.atomic
def numbers_ahead(*, device: Device, anew: bool = False, by: Actor, now: datetime) -> list[PaperBlock]:
    """What the machine has in hand of each category; filled up where little is left. Asked again it is the same.

    None where the hall's numbers need a document: nobody can say offline whose they would be.

    :param anew: the machine does not know what it gave – a new disk, say –, so it gives nothing more of what it had.
    """
    hall = Hall.objects.select_for_update(no_key=True).get(pk=device.hall_id)
    policy = policy_of(hall.pk, now=now).tickets
    if device.kind not in GIVES or policy.identity_required or not policy.walk_ins:
        return []
    held = PaperBlock.objects.filter(device=device, hall=hall, ended_at=None)
    if anew:
        held.update(ended_at=now)
    used = _used(hall, {*held.order_by("letter").values_list("letter", flat=True)})
    found: list[PaperBlock] = []
    for category in places.categories_of(hall):
        blocks = list(held.filter(category=category).order_by("first"))
        left = {block.pk: _left(block, used) for block in blocks}
        if sum(left.values()) < AT_LEAST:
            new = next_block(hall=hall, category=category, n=AT_ONCE, device=device, by=by, now=now)
            blocks, left = [*blocks, new], {**left, new.pk: AT_ONCE}
        for block in blocks:
            block.category = category
        found += [block for block in blocks if left[block.pk]]
    return found


def _used(hall: Hall, letters: set[str]) -> set[tuple[str, int]]:
    """Numbers of these letters that are in the line's books."""
    rows = Ticket.objects.filter(hall=hall, channel="paper", letter__in=letters).order_by("id")
    return set(rows.values_list("letter", "seq"))


def _left(block: PaperBlock, used: set[tuple[str, int]]) -> int:
    """A machine gives a block in order: what lies behind the last that was taken in."""
    last = max((seq for letter, seq in used if letter == block.letter and block.first <= seq <= block.last), default=0)
    return block.last - max(last, block.first - 1)


@transaction.atomic
def take_in_offline(*, device: Device, given: Sequence[OfflineNumber], by: Actor, now: datetime) -> list[Ticket]:
    """Take what the machine gave into the line, each number once ever, by the time at which it was given.

    Told again – the answer was lost, two at the same instant – what is there already stays as it is. A number of a day that is
    over, or whose line is closed, is accounted for there and calls nobody.

    :returns: the numbers that are new, by their time.
    :raises Refused: invalid – a number that this machine was never granted; nothing of what was told is taken in then.
    """
    hall = device.hall
    blocks = list(PaperBlock.objects.select_for_update(no_key=True).filter(device=device).order_by("id"))
    known = _used(hall, {each.letter for each in given})
    policy = policy_of(hall.pk, now=now).tickets
    taken: list[Ticket] = []
    for each in sorted(set(given), key=lambda each: (each.at, each.letter, each.seq)):
        block = _block(blocks, each)
        if (each.letter, each.seq) in known:
            continue
        known.add((each.letter, each.seq))
        at = min(each.at, now)
        day = business_day(hall, at)
        ranked = rules.rank(kind="walk_in", lane="", policy=policy, period_start=None, now=at)
        visit = Visit.objects.create(hall=hall, day=day, channel="paper", arrived_at=at)
        ticket = Ticket.objects.create(
            ref=code_from(os.urandom(REF_BYTES)), hall=hall, day=day, number=paper_number(each.letter, each.seq),
            letter=each.letter, seq=each.seq, kind="walk_in", category_id=block.category_id, visit=visit,
            channel="paper", language=each.language, rank_class=int(ranked.rank_class), rank_key=ranked.key,
            call_by=rules.call_by(rank_class=ranked.rank_class, policy=policy, now=at), made_at=at, waits_from=at,
        )  # fmt: skip
        taken.append(ticket)
    if taken:
        _noted(hall, taken, by, now)
        called = call_at_idle_windows(_of_today(hall, taken, now), hall=hall, now=now) if policy.auto_call else []
        as_called = {ticket.pk: ticket for ticket in called}
        taken = [as_called.get(ticket.pk, ticket) for ticket in taken]
    return taken


def _block(blocks: Sequence[PaperBlock], each: OfflineNumber) -> PaperBlock:
    """:raises Refused: invalid."""
    for block in blocks:
        if block.letter == each.letter and block.first <= each.seq <= block.last:
            return block
    reason = {"zh": "这台机器没有领到这个号", "en": "This machine was never granted this number"}
    raise Refused("invalid", facts={"field": "given", "reason": reason, "number": paper_number(each.letter, each.seq)})


def _of_today(hall: Hall, taken: Sequence[Ticket], now: datetime) -> list[Ticket]:
    """Those whose line still runs."""
    today = business_day(hall, now)
    over = HallDay.objects.filter(hall=hall, day=today, closed_at__isnull=False).exists()
    return [] if over else [ticket for ticket in taken if ticket.day == today]


def _noted(hall: Hall, taken: Sequence[Ticket], by: Actor, now: datetime) -> None:
    """Days that are over are accounted for anew; the trail says which numbers came in."""
    days: set[date] = {ticket.day for ticket in taken}
    over = HallDay.objects.filter(hall=hall, day__in=days, closed_at__isnull=False).order_by("day")
    closed = set(over.values_list("day", flat=True))
    for day in sorted(day for day in days if day in closed or day < business_day(hall, now)):
        close_day(hall=hall, day=day, by=by, now=now)
    counted = dict(
        Ticket.objects.filter(pk__in=[ticket.pk for ticket in taken])
        .values("category__code").order_by("category__code").values_list("category__code", Count("id"))
    )  # fmt: skip
    for code, n in counted.items():
        audit.record(
            action="took-in-offline", subject=f"category:{code}", by=by, now=now, hall=hall.code, facts={"numbers": n}
        )
    announce(hall=hall.code, topic="line", subject="paper", now=now)
