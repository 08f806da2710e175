"""Paper numbers for an outage: printed in advance, entered afterwards, so that nobody is forgotten in the figures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction

from banshi.foundation.announce import announce
from banshi.kernel.actors import Actor
from banshi.kernel.numbers import code_from
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.devices.models import Device
from banshi.rooms.places.models import Category, Hall
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.actions.day import close_day
from banshi.rooms.tickets.actions.ground import broken, business_day
from banshi.rooms.tickets.actions.taking import REF_BYTES
from banshi.rooms.tickets.models import HallDay, PaperBlock, Ticket, Visit


@transaction.atomic
def print_paper(*, hall: Hall, category: Category, n: int, by: Actor, now: datetime) -> PaperBlock:
    """A block of `n` numbers that follow the last ones printed of this category.

    :raises Refused: invalid – a category of another hall, or too many at once.
    """
    if category.hall_id != hall.pk:
        raise _invalid("category", "本厅没有这个类别", "This category is in another hall")
    if not 1 <= n <= rules.MOST_AT_ONCE:
        raise _invalid("n", f"一次 1–{rules.MOST_AT_ONCE} 张", f"Between 1 and {rules.MOST_AT_ONCE} at once")
    return next_block(hall=hall, category=category, n=n, device=None, by=by, now=now)


def next_block(
    *, hall: Hall, category: Category, n: int, device: Device | None, by: Actor, now: datetime
) -> PaperBlock:
    """The `n` numbers that follow the last ones of this category, on sheets or in a machine's hand. In a transaction."""
    Hall.objects.select_for_update(no_key=True).get(pk=hall.pk)  # letters and numbers are chosen one after the other
    last = PaperBlock.objects.filter(category=category).order_by("-last").first()
    if last is None:
        taken = {*Category.objects.filter(hall=hall).order_by("id").values_list("letter", flat=True)}
        taken |= {*PaperBlock.objects.filter(hall=hall).order_by("id").values_list("letter", flat=True)}
        letter, first = rules.paper_letter(category.letter, taken), 1
    else:
        letter, first = last.letter, last.last + 1
    block = PaperBlock.objects.create(
        hall=hall, category=category, device=device, letter=letter, first=first, last=first + n - 1, made_by=str(by),
        made_at=now,
    )  # fmt: skip
    facts = {"from": paper_number(letter, first), "to": paper_number(letter, block.last)}
    audit.record(
        action="printed-paper" if device is None else "granted-numbers", subject=f"category:{category.code}", by=by,
        now=now, hall=hall.code, facts=facts if device is None else {**facts, "device": device.code},
    )  # fmt: skip
    return block


def paper_number(letter: str, seq: int) -> str:
    """As machines write theirs: three digits at least."""
    return f"{letter}{seq:03d}"


def enter_paper(*, hall: Hall, day: date, given: Sequence[rules.Given], by: Actor, now: datetime) -> int:
    """Enter what was given on paper: all of it or nothing, each number once ever.

    Nobody knows how long these people waited: their waits stay unknown. Numbers that still wait join the line by the
    time at which they were given. A day that was closed is accounted for anew.

    :returns: how many numbers were entered.
    :raises Refused: invalid – not printed, entered already, from later than now, or waiting on a day that is over.
    """
    try:
        with transaction.atomic():
            done = [_enter(hall, day, each, by, now) for each in given]
            if HallDay.objects.filter(hall=hall, day=day, closed_at__isnull=False).exists():
                close_day(hall=hall, day=day, by=by, now=now)
            announce(hall=hall.code, topic="line", subject="paper", now=now)
            return sum(done)
    except IntegrityError as trouble:
        if broken(trouble) not in ("a_paper_number_is_entered_once", "a_number_is_given_once_a_day"):
            raise
        raise _invalid("first", "这些号里有已经登记过的", "Some of these numbers are entered already") from trouble


def _enter(hall: Hall, day: date, given: rules.Given, by: Actor, now: datetime) -> int:
    block = _printed(hall, given)
    if given.ends_at > now or given.starts_at >= given.ends_at:
        raise _invalid("starts_at", "时间不对", "These times cannot be", of=given.category)
    if given.waiting and day != business_day(hall, now):
        raise _invalid("waiting", "那天已经结束", "That day is over", of=given.category)
    rows = list(given.each())
    visits = Visit.objects.bulk_create(
        Visit(hall=hall, day=day, channel="paper", arrived_at=at, left_at=None if state == "waiting" else given.ends_at)
        for _, state, at in rows
    )
    Ticket.objects.bulk_create(
        Ticket(
            ref=code_from(os.urandom(REF_BYTES)),
            hall=hall,
            day=day,
            number=paper_number(block.letter, seq),
            letter=block.letter,
            seq=seq,
            kind="walk_in",
            category_id=block.category_id,
            visit=visit,
            channel="paper",
            state=state,
            closed_why="left" if state == "left" else "paper" if state == "finished" else "",
            rank_class=int(rules.RankClass.WALK_IN),
            rank_key=rules.milliseconds(at),
            made_at=at,
            waits_from=at,
            finished_at=given.ends_at if state == "finished" else None,
        )
        for visit, (seq, state, at) in zip(visits, rows, strict=True)
    )
    facts = {
        "from": paper_number(block.letter, given.first), "to": paper_number(block.letter, given.last),
        "left": len(given.left), "waiting": len(given.waiting), "day": day.isoformat(),
    }  # fmt: skip
    audit.record(
        action="entered-paper", subject=f"category:{given.category}", by=by, now=now, hall=hall.code, facts=facts
    )
    return len(rows)


def _printed(hall: Hall, given: rules.Given) -> PaperBlock:
    """A block of these numbers. :raises Refused: invalid – not all of them were printed."""
    inside = set(range(given.first, given.last + 1))
    if given.first > given.last or len(inside) > rules.MOST_AT_ONCE or not given.left | given.waiting <= inside:
        raise _invalid("first", "号码不在范围内", "These numbers do not fit", of=given.category)
    if given.left & given.waiting:
        raise _invalid("left", "同一个号不能既离开又等候", "A number cannot have left and wait", of=given.category)
    sheets = PaperBlock.objects.filter(hall=hall, device=None, category__code=given.category)
    blocks = list(sheets.order_by("first"))
    printed = {n for block in blocks for n in range(block.first, block.last + 1) if n in inside}
    if printed != inside:
        raise _invalid("first", "这些号没有印过", "These numbers were never printed", of=given.category)
    return blocks[0]


def _invalid(field: str, zh: str, en: str, *, of: str = "") -> Refused:
    """:param of: the category whose numbers it is about."""
    about = {"category": of} if of else {}
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}, **about})
