"""Whoever asks is told when a day opens for booking (开放提醒)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.kernel.working_days import A_DAY, YEARS
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking.models import BY_VIDEO, OpeningAsked, Slot
from banshi.rooms.booking.queries.facts import hall_facts
from banshi.rooms.booking.queries.slots import alternatives_for, item_facts, slots
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity import queries as identity
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places.models import Hall

MOST_ASKED = 10  # days one account may ask about at a time
MOST_TOLD = 500  # at one go; the rest a minute later

_OPEN_ALREADY = {"zh": "这一天已经可以预约", "en": "that day is open for booking"}
_NOT_OPEN_YET = {"zh": "还没开放的日子", "en": "a day that is not open yet"}
_OVER = {"zh": "这一天已经过去", "en": "that day is over"}
_ENOUGH = {"zh": f"已经有 {MOST_ASKED} 个开放提醒", "en": f"{MOST_ASKED} days are asked about already"}
_FEWER = {"zh": f"最多 {MOST_ASKED} 个", "en": f"at most {MOST_ASKED}"}


@transaction.atomic
def ask_opening(
    *, hall: Hall, item_code: str, day: date, account_id: int, by: Actor, now: datetime, language: str = "zh-hans"
) -> OpeningAsked:
    """Ask to be told when a day opens, at the account's own telephone. Asking twice gives the first entry again.

    :raises Refused: invalid (of no year that has a calendar); item-not-here, not-bookable; wrong-state (open already, with
        places; over; asked often enough).
    """
    if day.year not in YEARS:
        raise Refused("invalid", facts={"field": "day", "reason": A_DAY})
    facts = hall_facts(hall, now=now)
    views = slots(hall=hall, item_code=item_code, first=day, last=day, now=now)
    if any(view.bookable for view in views):
        item = item_facts(hall.pk, item_code)
        near = next(view.starts_at for view in views if view.bookable)
        chances = alternatives_for(facts, item, near=near, now=now) if item else None
        raise Refused("wrong-state", facts={"state": _OPEN_ALREADY, "needs": _NOT_OPEN_YET}, next=chances)
    if day < now.astimezone(facts.zone).date():
        raise Refused("wrong-state", facts={"state": _OVER, "needs": _NOT_OPEN_YET})
    item_id = HallItem.objects.values_list("item_id", flat=True).get(hall=hall, item__code=item_code)
    mine = OpeningAsked.objects.filter(account_id=account_id, ended_at=None)
    same = mine.filter(hall=hall, item_id=item_id, day=day).first()
    if same is not None:
        return same
    if mine.count() >= MOST_ASKED:
        raise Refused("wrong-state", facts={"state": _ENOUGH, "needs": _FEWER})
    row, _ = OpeningAsked.objects.get_or_create(
        account_id=account_id,
        hall=hall,
        item_id=item_id,
        day=day,
        ended_at=None,
        defaults={"language": language, "made_at": now},
    )
    audit.record(
        action="asked-opening", subject=f"opening:{row.pk}", by=by, now=now, hall=hall.code,
        facts={"day": day.isoformat(), "item": item_code},
    )  # fmt: skip
    return row


def tell_openings(*, now: datetime) -> int:
    """Tell whoever asked about a day that has places now; forget days that are over. :returns: how many were told."""
    told = 0
    asked = OpeningAsked.objects.filter(ended_at=None)
    for hall in Hall.objects.filter(pk__in=asked.values("hall")).order_by("id"):
        today = now.astimezone(ZoneInfo(hall.timezone)).date()
        asked.filter(hall=hall, day__lt=today).update(ended_at=now)
    has = Slot.objects.filter(
        hall=OuterRef("hall"), day=OuterRef("day"), closed=False, starts_at__gt=now, taken__lt=F("quota") - F("carried")
    ).exclude(BY_VIDEO)
    with_free = asked.filter(Exists(has))  # others, however many stand in front, can be told nothing
    days = with_free.order_by("day", "hall", "item").values_list("day", "hall", "item").distinct()
    for day, hall_id, item_id in list(days[: MOST_TOLD * 4]):
        rows = asked.filter(day=day, hall=hall_id, item=item_id).select_related("hall", "item").order_by("id")
        first = rows.first()
        if first is None or not _has_places(first, now):
            continue
        for row in rows[: MOST_TOLD - told]:
            told += _tell(row, now=now)
        if told >= MOST_TOLD:
            break
    return told


def _has_places(row: OpeningAsked, now: datetime) -> bool:
    try:
        views = slots(hall=row.hall, item_code=row.item.code, first=row.day, last=row.day, now=now)
    except Refused:  # the hall has stopped handling it
        return False
    return any(view.bookable for view in views)


@transaction.atomic
def _tell(row: OpeningAsked, *, now: datetime) -> int:
    if not OpeningAsked.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now, told=True):
        return 0
    messaging.write(
        key="booking_open",
        to_phone=identity.phone_of(account_id=row.account_id),
        hall=row.hall,
        subject=f"opening:{row.pk}",
        params={
            "day": row.day.isoformat(),
            "item_zh": row.item.name_zh,
            "item_en": row.item.name_en,
            "link": f"/book/{row.item.code}/?hall={row.hall.code}&day={row.day.isoformat()}",
        },
        dedupe=f"booking_open:{row.pk}",
        language=row.language,
        now=now,
    )
    return 1
