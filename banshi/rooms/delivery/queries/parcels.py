"""Reads on parcels: what whoever applied wants, what is under way, what nobody has heard of, what comes to the hall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import wants_more
from banshi.rooms.delivery.models import Parcel, SentPapers, Wish
from banshi.rooms.delivery.ports import Courier
from banshi.rooms.delivery.rules import PARCEL, quiet
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of

ASK_AFTER: Final = timedelta(hours=12)  # a carrier that said nothing is asked
ASK_EVERY: Final = timedelta(hours=6)
MOST_ASKED: Final = 50  # in one go


def courier() -> Courier:
    """What carries parcels here, named by the setting `BANSHI_COURIER`."""
    return cast(Courier, import_string(settings.BANSHI_COURIER)())


def wish_of(case: Case) -> Wish | None:
    """How whoever applied wants the result; None: nothing was said, so at the window."""
    return Wish.objects.filter(case=case).first()


def wishes_of(cases: list[Case]) -> dict[int, str]:
    """Case id → how its result is wanted, where it was said."""
    return dict(Wish.objects.filter(case__in=cases).values_list("case_id", "how"))


def parcel_of(case: Case) -> Parcel | None:
    """The one under way, else the last."""
    return Parcel.objects.filter(case=case).exclude(state="void").order_by("-id").first()


def parcel_by_waybill(waybill: str) -> Parcel:
    """:raises Refused: nothing-found."""
    parcel = Parcel.objects.filter(waybill=waybill).exclude(waybill="").select_related("case").first()
    if parcel is None:
        raise Refused("nothing-found", facts={"parcel": waybill[:40]})
    return parcel


@dataclass(frozen=True)
class OnItsWay:
    """A parcel that is made or under way. `quiet`: nobody has heard of it for longer than the hall puts up with."""

    parcel: Parcel
    quiet: bool


def on_their_way(hall: Hall, *, now: datetime) -> list[OnItsWay]:
    """The hall's parcels that have not ended, those not posted yet first, then the one heard of longest ago."""
    days, calendar, zone = (
        policy_of(hall.pk, now=now).delivery.quiet_working_days,
        work_calendar(),
        ZoneInfo(hall.timezone),
    )
    rows = Parcel.objects.filter(case__hall=hall, ended_at=None).select_related("case__item", "case__hall")
    today = now.astimezone(zone).date()
    return [
        OnItsWay(
            row, row.heard_at is not None
            and quiet(heard=row.heard_at.astimezone(zone).date(), today=today, working_days=days, calendar=calendar),
        )
        for row in rows.order_by("heard_at", "id")
    ]  # fmt: skip


def to_ask_about(*, now: datetime) -> list[Parcel]:
    """With the carrier, and nothing was heard for a while: it is asked."""
    rows = Parcel.objects.filter(
        Q(asked_at=None) | Q(asked_at__lte=now - ASK_EVERY),
        state__in=PARCEL.of("come_back"),
        heard_at__lte=now - ASK_AFTER,
    )
    return list(rows.select_related("case").order_by("heard_at", "id")[:MOST_ASKED])


def sent_papers_of(case: Case) -> SentPapers | None:
    """Papers that whoever applied posted, on their way or there."""
    return SentPapers.objects.filter(case=case, off_at=None).order_by("-id").first()


def sent_now(case: Case) -> SentPapers | None:
    """What was posted for what the case waits for now: for its receipt, also what came; of what was missing, on its way."""
    if case.phase == "await_receipt":
        return sent_papers_of(case)
    if not wants_more(case):
        return None
    return SentPapers.objects.filter(case=case, came_at=None, off_at=None).first()


def coming_in(hall: Hall) -> list[SentPapers]:
    """Parcels with papers that the hall expects, in the order in which they were told."""
    rows = SentPapers.objects.filter(case__hall=hall, came_at=None, off_at=None).select_related(
        "case__item", "case__hall"
    )
    return list(rows.order_by("said_at", "id"))
