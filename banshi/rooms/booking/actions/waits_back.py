"""Days that come back – a closure taken back, hours that changed again: whoever waited for them waits on, or may book."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db import IntegrityError, transaction

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions.granting import place_refusal
from banshi.rooms.booking.actions.offering import mandate_is_over, offer_waiting, waking
from banshi.rooms.booking.actions.retrying import Meanwhile, again
from banshi.rooms.booking.actions.waits_ended import tell
from banshi.rooms.booking.actions.whose_wait import OPEN, joined
from banshi.rooms.booking.models import Waiting
from banshi.rooms.booking.queries.facts import Asking, HallFacts, Opens, hall_facts, read_facts
from banshi.rooms.booking.queries.slots import SlotView, line_of, slots
from banshi.rooms.booking.queries.standing import has_booked
from banshi.rooms.booking.queries.waits import may_still_be_had
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places.models import Hall


def wait_again(*, hall: Hall, now: datetime) -> int:
    """Whoever a closed day took off the list, and the day can be had again: where places are free for all of them, each hears
    that it can be booked; else they wait in their old order, and hear that. Each once for each time the day comes back.

    :returns: how many came back, or may book.
    """
    facts = hall_facts(hall, now=now)
    today = now.astimezone(facts.zone).date()
    closed = Waiting.objects.filter(hall=hall, day__gte=today, state="closed", appointment=None)
    rows = list(closed.select_related("item").order_by("day", "business", "made_at", "id"))
    had = {key: may_still_be_had(hall, *key, now=now) for key in {(one.item.code, one.day) for one in rows}}
    back = 0
    for _, line in groupby(rows, key=lambda one: (one.day, one.business)):
        of_line = [one for one in line if had[one.item.code, one.day] and not has_booked(one, now=now)]
        free = {code: _free(hall, code, of_line[0].day, now=now) for code in {one.item.code for one in of_line}}
        for one in of_line:
            enough = sum(view.free for view in free[one.item.code]) >= len(of_line)
            with suppress(Refused):  # others were quicker: the next run looks again
                if enough and not mandate_is_over(one, now=now) and _may_have(one, free[one.item.code], now=now):
                    back += _may_book(waiting_id=one.pk, hall=facts, now=now)
                elif facts.policy.booking.waiting_list:
                    back += _stands_again(waiting_id=one.pk, hall=facts, now=now)
    if back:
        offer_waiting(hall=hall, now=now)
    return back


def wait_again_everywhere(*, now: datetime) -> int:
    """`wait_again` in every hall with a closed day that was waited for, whatever brought it back."""
    closed = Waiting.objects.filter(state="closed", appointment=None, day__gte=now.date() - timedelta(days=1))
    halls = Hall.objects.filter(pk__in=closed.values("hall")).order_by("id")
    return sum(wait_again(hall=hall, now=now) for hall in halls)


def _free(hall: Hall, item_code: str, day: date, *, now: datetime) -> list[SlotView]:
    views = slots(hall=hall, item_code=item_code, first=day, last=day, now=now)
    return [view for view in views if view.bookable]


def _may_have(one: Waiting, free: list[SlotView], *, now: datetime) -> bool:
    holder = rules.holder_of(account_id=one.account_id, by=SYSTEM)
    askings = [Asking(view.id, one.item.code, one.person_id, holder, 0, one.account_id) for view in free]
    return any(place_refusal(fact, now=now) is None for fact in read_facts(askings, now=now, opens=Opens(now)))


@again
@transaction.atomic
def _may_book(*, waiting_id: int, hall: HallFacts, now: datetime) -> bool:
    """Whether an entry that had ended is told now that its day can be booked."""
    if not Waiting.objects.filter(id=waiting_id, state__in=rules.WAITING.of("reopen")).update(
        state=rules.WAITING.to("reopen"), hold=None
    ):
        return False
    messaging.drop(subject=f"waiting:{waiting_id}", now=now)
    one = Waiting.objects.select_related("item").get(id=waiting_id)
    link = f"/book/{one.item.code}/?hall={hall.code}&day={one.day.isoformat()}"
    due_at = waking(hall.policy.booking, now.astimezone(hall.zone))
    tell(one, "waiting_open", hall=hall, due_at=due_at, more={"link": link}, anew=f":{now.isoformat()}", now=now)
    return True


@again
@transaction.atomic
def _stands_again(*, waiting_id: int, hall: HallFacts, now: datetime) -> bool:
    """Whether an entry that had ended stands in line again, at its old turn. Whoever joined anew waits once, at that turn."""
    one = Waiting.objects.select_for_update(of=("self",), no_key=True).select_related("item", "hall").get(id=waiting_id)
    if not rules.WAITING.may(one.state, "stand_again"):
        return False
    messaging.drop(subject=f"waiting:{waiting_id}", now=now)
    Waiting.objects.filter(id=waiting_id).update(state=rules.WAITING.to("stand_again"), hold=None)
    row = Waiting(
        hall_id=one.hall_id,
        item_id=one.item_id,
        business=line_of(one.item.code, hall=hall) or one.business,
        day=one.day,
        person_id=one.person_id,
        account_id=one.account_id,
        limit_key=one.limit_key,
        language=one.language,
        made_at=one.made_at,
        offers=one.offers,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as trouble:
        anew = Waiting.objects.filter(
            hall_id=row.hall_id, business=row.business, day=row.day, person_id=row.person_id, limit_key=row.limit_key,
            appointment=None, state__in=OPEN,
        )  # fmt: skip
        if not anew.exists():
            raise Meanwhile from trouble  # it was left at this very moment
        anew.filter(made_at__gt=one.made_at).update(made_at=one.made_at)
        return True
    joined(row, by=SYSTEM, now=now)
    if not mandate_is_over(row, now=now):  # else whoever has it then is told
        tell(row, "waiting_again", hall=hall, due_at=waking(hall.policy.booking, now.astimezone(hall.zone)), now=now)
    return True
