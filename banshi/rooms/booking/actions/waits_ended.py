"""What nobody can get any more is waited for no longer: a day closed, also for one matter alone; a day went by; the matter
is not booked here any more, or the hall keeps no list. Each is told once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from banshi.kernel.refusals import Refused
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions.holding import end_hold, lock_slots
from banshi.rooms.booking.actions.offering import contact_of_waiting, free_place, offer_waiting, waking
from banshi.rooms.booking.actions.placing_long import serves_still
from banshi.rooms.booking.actions.retrying import Meanwhile, again
from banshi.rooms.booking.actions.waits_follow import waits_follow_their_line
from banshi.rooms.booking.models import Hold, Slot, Waiting
from banshi.rooms.booking.queries.facts import HallFacts, hall_facts
from banshi.rooms.booking.queries.slots import first_free
from banshi.rooms.booking.queries.waits import may_still_be_had
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.catalogue.queries.seasons import is_in_season
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places.models import Hall


def end_waiting_for_closed_days(*, hall: Hall, now: datetime) -> int:
    """Tell those who wait for a day that no longer has a period for their matter, or have an offer of it; each once. Whose
    offered period alone is closed waits on, at the same turn: it was no offer that they let go by.

    :returns: how many were told that it ended."""
    facts = hall_facts(hall, now=now)
    today = now.astimezone(facts.zone).date()
    rows = Waiting.objects.filter(hall=hall, day__gte=today, state__in=rules.WAITING.goes_on, appointment=None)
    known: dict[tuple[str, date], bool] = {}
    told = 0
    for one in rows.select_related("item", "hold__slot").order_by("id"):
        key = (one.item.code, one.day)
        if key not in known:
            known[key] = may_still_be_had(hall, *key, now=now)
        offered = one.hold.slot if one.state == "offered" and one.hold is not None else None
        if not known[key]:
            told += _end("close", waiting_id=one.pk, hall=facts, now=now)
        elif offered is not None and (offered.closed or not serves_still(offered, one.item.code)):
            _end("rest", waiting_id=one.pk, hall=facts, now=now)
    earlier = Waiting.objects.filter(hall=hall, state="offered", appointment__isnull=False, hold__isnull=False)
    for one in earlier.select_related("item", "hold__slot").order_by("id"):
        slot = one.hold.slot if one.hold is not None else None
        if slot is not None and (slot.closed or not serves_still(slot, one.item.code)):
            _end("rest", waiting_id=one.pk, hall=facts, now=now)
    may_book = Waiting.objects.filter(
        hall=hall, day__gte=today, state__in=rules.WAITING.of("close_again"), appointment=None
    )
    for one in may_book.select_related("item").order_by("id"):
        if not may_still_be_had(hall, one.item.code, one.day, now=now) and may_book.filter(pk=one.pk).update(
            state=rules.WAITING.to("close_again")
        ):
            messaging.drop(subject=f"waiting:{one.pk}", now=now)  # a call to book it, sent to nobody yet
    return told


def end_waiting_in_vain(*, hall: Hall, now: datetime) -> int:
    """End the waits to which nothing can be offered any more: of matters that are not booked here now, with what is offered of
    them, and all where the hall keeps no list. An offer made before that can still be taken, and stands until its moment.
    Each is told once, when people are awake. What has its places in another line now is waited for there, unless that line
    has none on the day. :returns: how many ended."""
    if waits_follow_their_line(hall=hall, now=now):
        end_waiting_for_closed_days(hall=hall, now=now)
        offer_waiting(hall=hall, now=now)
    facts = hall_facts(hall, now=now)
    today = now.astimezone(facts.zone).date()
    waits = Waiting.objects.filter(hall=hall, day__gte=today, state__in=rules.WAITING.goes_on).order_by("id")
    kept = Q(item__retired_on=None) | Q(item__retired_on__gt=OuterRef("day"))
    booked_here = HallItem.objects.filter(kept, hall=hall, item=OuterRef("item"), bookable=True)
    ended = 0
    for pk in list(waits.filter(~Exists(booked_here)).values_list("id", flat=True)):
        ended += _end("unbook", waiting_id=pk, hall=facts, now=now)
    seasonal = (
        waits.filter(item__handling__has_key="seasons").exclude(item__handling__seasons=[]).select_related("item")
    )
    for one in seasonal:
        if not is_in_season(one.item, day=one.day):
            ended += _end("unbook", waiting_id=one.pk, hall=facts, now=now)
    if not facts.policy.booking.waiting_list:
        for pk in list(waits.filter(state="waiting").values_list("id", flat=True)):
            ended += _end("end_list", waiting_id=pk, hall=facts, now=now)
    return ended


def end_all_waiting_in_vain(*, now: datetime) -> int:
    """`end_waiting_in_vain` in every hall that is waited for. :returns: how many ended."""
    waited_for = Waiting.objects.filter(state__in=rules.WAITING.goes_on).values("hall")
    halls = Hall.objects.filter(pk__in=waited_for).order_by("id")
    return sum(end_waiting_in_vain(hall=hall, now=now) for hall in halls)


def end_waiting_for_days_over(*, now: datetime) -> int:
    """What nobody can get any more is waited for no longer: no period of the day is still to begin. Who waited is told once,
    when people are awake, with the first time that can be booked. :returns: how many."""
    to_come = Slot.objects.filter(
        hall_id=OuterRef("hall_id"), business=OuterRef("business"), day=OuterRef("day"), starts_at__gt=now
    )
    rows = Waiting.objects.filter(~Exists(to_come), appointment=None, state="waiting", day__lte=now.date() + _A_DAY)
    ended, nexts = 0, _NextPlaces(now)
    for one in rows.select_related("hall", "item").order_by("id"):
        ended += _over(one, nexts, now=now)
    return ended


class _NextPlaces:
    """The first time that can be booked of a matter in a hall; looked up once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._known: dict[tuple[int, str], datetime | None] = {}

    def of(self, hall: Hall, item: str) -> datetime | None:
        key = (hall.pk, item)
        if key not in self._known:
            try:
                found = first_free(hall=hall, item_code=item, now=self._now)
            except Refused:  # the hall does not handle it any more
                found = None
            self._known[key] = found.starts_at if found is not None else None
        return self._known[key]


@transaction.atomic
def _over(one: Waiting, nexts: _NextPlaces, *, now: datetime) -> bool:
    """Whether this call ended it."""
    if not Waiting.objects.filter(pk=one.pk, state__in=rules.WAITING.of("pass")).update(state=rules.WAITING.to("pass")):
        return False
    facts, place = hall_facts(one.hall, now=now), nexts.of(one.hall, one.item.code)
    local = now.astimezone(facts.zone)
    more = {"next": place.isoformat(), "link": f"/book/{one.item.code}/?hall={facts.code}"} if place else {}
    tell(one, "waiting_missed", hall=facts, due_at=waking(facts.policy.booking, local), more=more, now=now)
    return True


_A_DAY = timedelta(days=1)  # whatever the zone of the hall


@again
@transaction.atomic
def _end(verb: str, *, waiting_id: int, hall: HallFacts, now: datetime) -> bool:
    """Whether an open entry came into this state now; what is kept for it is given back.

    :param verb: of `rules.WAITING`: `rest`, or why it ends: `close` | `unbook` | `end_list` – this one leaves offers alone.
    """
    seen = Waiting.objects.select_related("hold", "item", "appointment").get(id=waiting_id)
    slot = lock_slots({seen.hold.slot_id})[seen.hold.slot_id] if seen.hold is not None else None
    kept = Hold.objects.select_for_update().filter(id=seen.hold_id, ended_at=None).first() if seen.hold_id else None
    one = Waiting.objects.select_for_update(no_key=True).get(id=waiting_id)
    state = rules.WAITING.to(verb)
    if not rules.WAITING.may(one.state, verb):
        return False
    if (one.state, one.hold_id) != (seen.state, seen.hold_id):
        raise Meanwhile
    Waiting.objects.filter(id=waiting_id).update(state=state)
    if state == "waiting" and one.state == "offered":  # not asked, as it turned out: for this very place, too
        Waiting.objects.filter(id=waiting_id).update(offers=max(0, one.offers - 1), last_slot=0)
    messaging.drop(subject=f"waiting:{waiting_id}", now=now)
    if slot is not None and kept is not None:
        end_hold(kept, outcome="given_back", now=now)
        free_place(slot, hall=hall, now=now)
    if state == "closed":
        tell(seen, "waiting_closed", hall=hall, now=now)
    elif state != "waiting":
        _tell_in_vain(seen, state, hall=hall, now=now)
    elif slot is not None and seen.state == "offered":
        _tell_place_off(seen, slot, hall=hall, now=now)
    return True


def _tell_place_off(seen: Waiting, slot: Slot, *, hall: HallFacts, now: datetime) -> None:
    """:param seen: as it stood while the place was kept for it."""
    zh, en = "还在候补，顺序不变。", "You still wait, at the same turn."
    if seen.appointment is not None:
        zh, en = (
            "原来的预约不变，还在等更早的位子。",
            "Your appointment stands, and you still wait for an earlier place.",
        )
    span = {name: getattr(slot, name).astimezone(hall.zone).isoformat() for name in ("starts_at", "ends_at")}
    due_at = waking(hall.policy.booking, now.astimezone(hall.zone))
    more = {**span, "text_zh": zh, "text_en": en}
    tell(seen, "waiting_place_off", hall=hall, due_at=due_at, more=more, anew=f":{seen.hold_id}", now=now)


def _tell_in_vain(seen: Waiting, state: str, *, hall: HallFacts, now: datetime) -> None:
    """:param seen: as it stood before it ended."""
    if seen.appointment is not None and seen.appointment.state != "booked":
        return  # the wish for an earlier place went with the appointment
    zh, en = _what_stays(seen, state)
    more = {"text_zh": zh, "text_en": en, "link": ""}
    if state == "list_off" and seen.appointment is None:
        more["link"] = f"/book/{seen.item.code}/?hall={hall.code}&day={seen.day.isoformat()}"
    due_at = waking(hall.policy.booking, now.astimezone(hall.zone))
    tell(seen, f"waiting_{state}", hall=hall, due_at=due_at, more=more, now=now)


def _what_stays(seen: Waiting, state: str) -> tuple[str, str]:
    """What is said beside the end of the wait, zh and en."""
    zh, en = [], []
    if seen.state == "offered":
        zh.append("留着的位子不能约了。")
        en.append("The place that was kept can no longer be taken.")
    if seen.appointment is not None:
        zh.append("原来的预约不变。")
        en.append("Your appointment stands.")
    elif state == "unbooked" and _walked_in_with(seen):
        zh.append("开放时间直接到现场取号。")
        en.append("Come during opening hours and take a number.")
    return "".join(zh), " ".join(en)


def _walked_in_with(seen: Waiting) -> bool:
    """Whether its matter can be done without an appointment on the day that was waited for."""
    if seen.item.retired_on is not None and seen.item.retired_on <= seen.day:
        return False
    walk_in = HallItem.objects.filter(hall=seen.hall_id, item=seen.item_id, walk_in=True).exists()
    return walk_in and is_in_season(seen.item, day=seen.day)


def tell(
    one: Waiting,
    key: str,
    *,
    hall: HallFacts,
    now: datetime,
    due_at: datetime | None = None,
    more: Mapping[str, str] = MappingProxyType({}),
    anew: str = "",
) -> None:
    """Say what became of a wait, or is to become.

    :param anew: what distinguishes it from the same said before.
    """
    messaging.write(
        key=key,
        to_phone=contact_of_waiting(one, now=now),
        hall=hall.code,
        subject=f"waiting:{one.pk}",
        language=one.language,
        params={
            "hall_zh": hall.name_zh,
            "hall_en": hall.name_en,
            "item_zh": one.item.name_zh,
            "item_en": one.item.name_en,
            "day": (one.day if one.appointment is None else one.appointment.day).isoformat(),
            **more,
        },
        due_at=due_at,
        dedupe=f"{key}:{one.pk}{anew}",
        now=now,
    )
