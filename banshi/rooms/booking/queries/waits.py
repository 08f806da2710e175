"""The waiting list as whoever waits sees it: where they wait, what is kept for them, what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import Appointment, Hold, Waiting
from banshi.rooms.booking.queries.slots import slots
from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.identity.models import Account
from banshi.rooms.places.models import Hall

OVER_SHOWN = timedelta(days=7)  # after the day that was waited for


@dataclass(frozen=True)
class WaitView:
    """state: waiting | offered, or how it ended.

    :ivar starts_at: of the place that is kept, with `until`; None where nothing is.
    """

    id: int
    state: str
    hall: Hall
    item: Item
    day: date
    person_id: int
    appointment: Appointment | None  # an earlier place than this one is wanted
    slot_id: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    until: datetime | None
    let_go: bool = False  # a place was offered and not taken


def waits_of(account_id: int, *, now: datetime) -> list[WaitView]:
    """Open entries of an account, by day."""
    rows = Waiting.objects.filter(account_id=account_id, state__in=["waiting", "offered"])
    return [_view(one, now=now) for one in _with_all(rows).order_by("day", "id")]


def waits_for(account_id: int, *, hall: Hall, item_code: str, now: datetime) -> list[WaitView]:
    """What an account waits for in a hall, by day, among the places that the item may have."""
    category = HallItem.objects.filter(hall=hall, item__code=item_code).values_list("category__code", flat=True).first()
    rows = Waiting.objects.filter(
        account_id=account_id, hall=hall, business__in=[f"item:{item_code}", f"cat:{category}", "hall"],
        appointment=None, state__in=["waiting", "offered"],
    )  # fmt: skip
    return [_view(one, now=now) for one in _with_all(rows).order_by("day", "id")]


def offers_of(account_id: int, *, now: datetime) -> list[WaitView]:
    """Places that are kept for an account now; what ends first comes first."""
    rows = Waiting.objects.filter(account_id=account_id, state="offered", hold__ended_at=None, hold__expires_at__gt=now)
    return [_view(one, now=now) for one in _with_all(rows).order_by("hold__expires_at", "id")]


def offers_for(people: Iterable[int], *, hall: Hall, now: datetime) -> list[WaitView]:
    """Places of a hall that are kept for these people now, whoever asked for them – by the waiting list, or after a cancellation
    or a move by the hall –; what ends first comes first."""
    those = list(people)
    rows = Waiting.objects.filter(
        person__in=those, hall=hall, state="offered", hold__ended_at=None, hold__expires_at__gt=now
    )
    offered = [_view(one, now=now) for one in _with_all(rows).order_by("hold__expires_at", "id")]
    holds = Hold.objects.filter(kind="withheld", person__in=those, slot__hall=hall, ended_at=None, expires_at__gt=now)
    by_slot = {(each.slot_id, each.person_id): each for each in holds.select_related("slot").order_by("-id")}
    withheld = [view for each in by_slot.values() if (view := _withheld(each, hall=hall)) is not None]
    return sorted([*offered, *withheld], key=lambda each: (each.until or now, each.id))


def _withheld(kept: Hold, *, hall: Hall) -> WaitView | None:
    """A place kept for what was cancelled there, or – with the booking – for what the hall moved away."""
    of_person = Appointment.objects.filter(person=kept.person_id, hall=hall).select_related("item").order_by("-id")
    moved = of_person.filter(moved__from_slot=kept.slot_id, state="booked").first()
    was = moved or of_person.filter(slot=kept.slot_id, state="cancelled").first()
    if was is None or kept.person_id is None:
        return None
    return WaitView(
        id=0, state="offered", hall=hall, item=was.item, day=kept.slot.day, person_id=kept.person_id, appointment=moved,
        slot_id=kept.slot_id, starts_at=kept.slot.starts_at, ends_at=kept.slot.ends_at, until=kept.expires_at, let_go=False,
    )  # fmt: skip


def kept_earlier(code: str, *, now: datetime) -> WaitView | None:
    """The earlier place that is kept for a booking now; for its person, by whichever way they move it."""
    rows = Waiting.objects.filter(
        appointment__code=code, state="offered", hold__ended_at=None, hold__expires_at__gt=now
    )
    one = _with_all(rows).order_by("id").first()
    return _view(one, now=now) if one is not None else None


def waits_over(account_id: int, *, now: datetime) -> list[WaitView]:
    """How waits of an account for whole days ended lately, where nothing else tells: newest day first. A place that the
    account took itself stands among its appointments; giving up was its own doing."""
    mine = Appointment.objects.filter(
        account_id=account_id, person_id=OuterRef("person_id"), hall_id=OuterRef("hall_id"),
        business=OuterRef("business"), day=OuterRef("day"),
    )  # fmt: skip
    rows = Waiting.objects.filter(
        account_id=account_id, appointment=None, day__gte=(now - OVER_SHOWN).date(),
        state__in=["taken", "lapsed", "closed", "reopened", "handed", "over", "unbooked", "list_off"],
    ).exclude(Exists(mine), state="taken")  # fmt: skip
    again = Waiting.objects.filter(
        account_id=account_id, hall_id=OuterRef("hall_id"), business=OuterRef("business"), day=OuterRef("day"),
        person_id=OuterRef("person_id"), id__gt=OuterRef("id"),
    )  # fmt: skip
    views = [_view(one, now=now) for one in _with_all(rows.exclude(Exists(again))).order_by("-day", "-id")]
    return [_as_it_is_now(view, now=now) for view in views]


def _as_it_is_now(view: WaitView, *, now: datetime) -> WaitView:
    """A day to come that closed may be open again since, and closed anew."""
    if view.state not in ("closed", "reopened") or view.day < now.astimezone(ZoneInfo(view.hall.timezone)).date():
        return view
    had = may_still_be_had(view.hall, view.item.code, view.day, now=now)
    return replace(view, state="reopened" if had else "closed")


def may_still_be_had(hall: Hall, item_code: str, day: date, *, now: datetime) -> bool:
    """Whether a day has a period for a matter that is still to come, be it full."""
    try:
        views = slots(hall=hall, item_code=item_code, first=day, last=day, now=now)
    except Refused:  # the hall does not handle it any more
        return False
    return any(view.refusal is None or view.refusal.slug not in ("closed", "past") for view in views)


def _with_all(rows: QuerySet[Waiting]) -> QuerySet[Waiting]:
    return rows.select_related("hall", "item", "hold__slot", "appointment")


def _view(one: Waiting, *, now: datetime) -> WaitView:
    kept = one.hold if one.state == "offered" and one.hold is not None and one.hold.expires_at > now else None
    return WaitView(
        id=one.pk,
        state="waiting" if one.state == "offered" and kept is None else one.state,
        hall=one.hall,
        item=one.item,
        day=one.day,
        person_id=one.person_id,
        appointment=one.appointment,
        slot_id=kept.slot_id if kept is not None else None,
        starts_at=kept.slot.starts_at if kept is not None else None,
        ends_at=kept.slot.ends_at if kept is not None else None,
        until=kept.expires_at if kept is not None else None,
        let_go=kept is None and one.offers > 0,
    )


def withheld_for(account_id: int, *, hall: Hall, now: datetime) -> dict[int, Hold]:
    """By slot, the places of a hall that are kept after a cancellation for whom this account books, its own person among them."""
    own = Account.objects.filter(id=account_id, person__isnull=False).values("person")
    theirs = Q(limit_key=f"account:{account_id}") | Q(limit_key="", person__in=own)
    kept = Hold.objects.filter(theirs, kind="withheld", slot__hall=hall, ended_at=None, expires_at__gt=now)
    return {hold.slot_id: hold for hold in kept.order_by("-id")}
