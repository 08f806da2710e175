"""Visits as who plans and who goes see them, due first; towns, people who go, and the suggestion of a day's route."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from banshi.foundation.crypto import blind_index
from banshi.kernel.masking import mask_name, mask_organisation, mask_phone
from banshi.kernel.policy import HomeVisitPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.models import Item
from banshi.rooms.homevisits.models import Visit, VisitStep
from banshi.rooms.homevisits.rules import route
from banshi.rooms.homevisits.rules.route import Point, Route, Stop
from banshi.rooms.identity.models import Staff
from banshi.rooms.identity.rules import ROLES
from banshi.rooms.places.models import Hall, Region
from banshi.rooms.places.queries import policy_of

TOWNS = ("city", "district", "town")  # levels of regions that an address is looked for in
MORNING, AFTERNOON = (9 * 60, 12 * 60), (14 * 60, 17 * 60 + 30)  # when a team is out, minutes since midnight


@dataclass(frozen=True)
class VisitLine:
    """A visit in a list: name, firm and telephone masked, the town alone of the address."""

    no: str
    kind: str
    item_zh: str
    item_en: str
    name: str
    firm: str
    phone: str
    area_zh: str
    area_en: str
    state: str
    due_on: date | None
    half: str  # of the plan, else as wished
    starts_at: datetime | None
    ends_at: datetime | None
    going_zh: str
    going_en: str
    late: bool


def all_visits() -> QuerySet[Visit]:
    return Visit.objects.select_related("hall", "item", "area", "person").prefetch_related("going__staff")


def by_no(no: str) -> Visit:
    """:raises Refused: nothing-found."""
    found = all_visits().filter(no=no).first()
    if found is None:
        raise Refused("nothing-found", facts={"home_visit": no})
    return found


def of_hall(hall: str) -> QuerySet[Visit]:
    """What goes on in a hall, due first."""
    return all_visits().filter(hall__code=hall, ended_at=None).order_by("due_on", "starts_at", "id")


def ended(hall: str) -> QuerySet[Visit]:
    """What is over, newest first."""
    return all_visits().filter(hall__code=hall, ended_at__isnull=False).order_by("-ended_at", "-id")


def mine(account_id: int) -> QuerySet[Visit]:
    """What an account asked for, newest first."""
    return all_visits().filter(account_id=account_id).order_by("-id")


def of_caller(phone: str, person_id: int | None) -> QuerySet[Visit]:
    """What was asked for from a telephone, or for a person, newest first. :param phone: E.164."""
    theirs = Q(phone_index=blind_index(phone, purpose="phone"))
    if person_id is not None:
        theirs |= Q(person_id=person_id)
    return all_visits().filter(theirs).order_by("-id")


def of_goer(staff_id: int, hall: str) -> QuerySet[Visit]:
    """What somebody of the staff still goes to, in its order."""
    theirs = all_visits().filter(going__staff_id=staff_id, hall__code=hall, ended_at=None)
    return theirs.order_by("starts_at", "id")


def steps(visit: Visit) -> list[VisitStep]:
    """All that was done with it, in its order."""
    return list(VisitStep.objects.filter(visit=visit).order_by("seq"))


def lines(rows: Iterable[Visit], *, now: datetime) -> list[VisitLine]:
    return [_line(row, now) for row in rows]


def _line(row: Visit, now: datetime) -> VisitLine:
    today = now.astimezone(ZoneInfo(row.hall.timezone)).date()
    going = sorted((each.staff for each in row.going.all()), key=lambda one: one.pk)
    return VisitLine(
        no=row.no, kind=row.kind, item_zh=row.item.name_zh, item_en=row.item.name_en, name=mask_name(row.name),
        firm=mask_organisation(row.firm), phone=mask_phone(row.phone) if row.phone else "", area_zh=row.area.name_zh,
        area_en=row.area.name_en, state=row.state, due_on=row.due_on, half=row.half or row.wish_half,
        starts_at=row.starts_at, ends_at=row.ends_at, going_zh="、".join(one.name_zh for one in going),
        going_en=", ".join(one.name_en for one in going), late=row.due_on is not None and row.due_on < today,
    )  # fmt: skip


def areas(halls: Iterable[Hall]) -> QuerySet[Region]:
    """The towns of these halls' cities, by code; of a hall that lies in no city, its own region with what is in it."""
    paths = Region.objects.filter(code__in={hall.region_id for hall in halls}).values_list("path", flat=True)
    within = [[code for code in path.split("/") if code] for path in paths.order_by("code")]
    cities = Region.objects.filter(code__in={code for path in within for code in path}, level="city")
    known = set(cities.order_by("code").values_list("code", flat=True))
    inside = Q()
    for root in {next((code for code in path if code in known), path[-1]) for path in within}:
        inside |= Q(code=root) | Q(path__contains=f"/{root}/")
    return Region.objects.filter(inside, level__in=TOWNS).order_by("code")


def minutes_of(item: Item, policy: HomeVisitPolicy) -> int:
    """What a visit for a matter is reckoned at: as the hall says, or as long as the matter takes at the window."""
    return max(policy.stay_minutes, ceil(item.handling_minutes))


def staff_who_go(hall: Hall) -> QuerySet[Staff]:
    """Who may be sent to visits of a hall, by login."""
    roles = [role for role, may in ROLES.items() if "visits.go" in may]
    here = Q(roles__scope_kind="hall", roles__scope=hall.code) | Q(roles__scope_kind="all")
    held = Q(roles__role__in=roles, roles__ended_at=None) & here
    return Staff.objects.filter(held, is_active=True).distinct().order_by("login")


def route_of(hall: Hall, day: date, staff: Collection[int], *, now: datetime) -> Route:
    """In what order these people make their visits of a day, with what is asked for that day and planned by nobody yet."""
    zone, policy = ZoneInfo(hall.timezone), policy_of(hall.pk, now=now).home_visits
    rows = all_visits().filter(hall=hall, due_on=day, ended_at=None)
    rows = rows.filter(Q(state="asked") | Q(going__staff_id__in=list(staff))).distinct().order_by("id")
    found = list(rows)
    places = _points({row.area_id for row in found})
    stops = [_stop(row, zone, minutes_of(row.item, policy), places.get(row.area_id)) for row in found]
    base = (hall.lat, hall.lon) if hall.lat is not None and hall.lon is not None else None
    return route.suggest(stops, base=base, hours={"am": MORNING, "pm": AFTERNOON}, km_per_hour=policy.km_per_hour)


def _stop(row: Visit, zone: ZoneInfo, stay: int, at: Point | None) -> Stop:
    if row.starts_at is None or row.ends_at is None:
        return Stop(row.no, row.wish_half, stay, at)
    local = row.starts_at.astimezone(zone)
    minutes = int((row.ends_at - row.starts_at).total_seconds() // 60)
    return Stop(row.no, row.half, minutes, at, local.hour * 60 + local.minute)


def _points(regions: Collection[str]) -> dict[str, Point]:
    """Where towns lie: where a hall of theirs stands."""
    halls = Hall.objects.filter(region_id__in=list(regions), lat__isnull=False, lon__isnull=False).order_by(
        "-order", "-id"
    )
    return {row.region_id: (row.lat, row.lon) for row in halls if row.lat is not None and row.lon is not None}
