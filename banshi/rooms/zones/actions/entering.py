"""Let people into a self-service area, follow its door, write down that they left.

Whoever counts holds the area's row first, then everything else: the last place goes to one. `now` is hall time, `at` machine
time, which orders to machines bear.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from banshi.foundation import limits
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.devices.actions import orders, use
from banshi.rooms.devices.models import Device, DeviceOrder
from banshi.rooms.identity import queries as identity
from banshi.rooms.places.models import SelfServiceArea
from banshi.rooms.zones import queries, rules
from banshi.rooms.zones.actions.ground import invalid, locked
from banshi.rooms.zones.models import Entry, EntryCode

UNDER_WAY: Final = ("waiting", "sent")
SHUT: Final = ("failed", "expired", "unsure")
BELIEVED: Final = timedelta(hours=1)  # how long a door's late word that it opened is heard
DRAWS: Final = 20
MOST_BY_HAND: Final = 20


# --- in ---


def enter(
    *, area: SelfServiceArea, door: Device | None, person_id: int, people: int, by: Actor, at: datetime, now: datetime
) -> Entry:
    """Open the door for whoever's card was read. In already: the same entry, and the door opens again.

    :param people: who comes in together, this one counted. :param door: None: the area has none.
    :raises Refused: invalid (people, no door); zone-closed; zone-full, with when the first stay ends and where there is room.
    """
    with transaction.atomic():
        row = locked(area)
        _check(row, door, people, by_code=False, now=now)
        entry = _of_person(row, person_id)
        if entry is not None:
            _settle(entry, now=now)
        if entry is not None and entry.out_at is None:
            return _once_more(entry, door, by=by, at=at, now=now)
        return _new(row, door, way="card", person_id=person_id, people=people, by=by, at=at, now=now)


def enter_by_code(
    *, area: SelfServiceArea, door: Device | None, code: str, people: int, by: Actor, at: datetime, now: datetime
) -> Entry:
    """Open the door for six digits. They are good for one entry: typed again while that door is still opening it is the same
    entry, and where it stayed shut they open it anew.

    :raises Refused: those of `enter`; zone-needs-card; zone-code-wrong; zone-code-over (used, or older than ten minutes);
        rate-limited.
    """
    digits = "".join(each for each in code if each.isdigit())
    # Before the transaction: what is refused counts, too.
    limits.take(key=f"zone-code:{area.code}", per_minute=6, burst=12)
    with transaction.atomic():
        row = locked(area)
        _check(row, door, people, by_code=True, now=now)
        known = EntryCode.objects.select_for_update(no_key=True, of=("self",)).select_related("entry").filter(
            area=row, code_index=queries.code_index(row, digits)
        )  # fmt: skip
        drawn = known.first()
        if drawn is None:
            raise Refused("zone-code-wrong")
        entry = drawn.entry
        if entry is not None:
            _settle(entry, now=now)
            if entry.out_at is None and entry.opened_at is None:
                return entry  # typed twice: it is opening
            drawn.refresh_from_db()
        if drawn.used_at is not None or now >= drawn.until:
            raise Refused("zone-code-over")
        person_id = identity.proven_person(drawn.account_id)
        inside = _of_person(row, person_id) if person_id is not None else None
        if inside is not None:
            _settle(inside, now=now)
        if inside is not None and inside.out_at is None:
            made = _once_more(inside, door, by=by, at=at, now=now)
        else:
            made = _new(row, door, way="code", person_id=person_id, people=people, by=by, at=at, now=now)
        drawn.used_at, drawn.entry = now, made
        drawn.save(update_fields=["used_at", "entry"])
    return made


def opened_by_hand(*, area: SelfServiceArea, people: int, by: Actor, now: datetime) -> Entry:
    """A keeper let somebody in who was not let in by the door: counted as everybody; never refused for want of room.

    :raises Refused: invalid (people).
    """
    if not 1 <= people <= MOST_BY_HAND:
        raise invalid("people", f"写 1 到 {MOST_BY_HAND} 人", f"1 to {MOST_BY_HAND} people")
    with transaction.atomic():
        row = locked(area)
        stay_until = now + timedelta(minutes=row.stay_minutes)
        entry = Entry.objects.create(
            area=row, way="hand", people=people, in_at=now, stay_until=stay_until, opened_at=now
        )  # fmt: skip
        audit.record(
            action="zone_opened_by_hand", subject=f"area:{row.code}", by=by, now=now, hall=row.hall.code,
            facts={"people": people},
        )  # fmt: skip
    return entry


def settle(*, entry_id: int, now: datetime) -> Entry:
    """What became of the door: opened, or shut, then nobody is counted for it. Asked as often as one likes.

    :raises Refused: nothing-found.
    """
    with transaction.atomic():
        known = Entry.objects.filter(pk=entry_id).values_list("area_id", flat=True).first()
        if known is None:
            raise Refused("nothing-found", facts={"entry": entry_id})
        SelfServiceArea.objects.select_for_update(no_key=True).get(pk=known)
        entry = Entry.objects.select_related("order", "area").get(pk=entry_id)
        _settle(entry, now=now)
    return entry


def draw_code(*, area: SelfServiceArea, account_id: int, now: datetime) -> str:
    """Six digits that open this area's door once within ten minutes; those drawn before open nothing.

    :raises Refused: zone-needs-card, zone-closed, rate-limited.
    """
    here = queries.zone(area, now=now)
    no = rules.refusal(mode=here.mode, by_code=True, opens_at=here.opens_at)
    if no is not None:
        raise Refused(no)
    if area.asks != "card-or-code":
        raise Refused("zone-needs-card")
    limits.take(key=f"zone-draw:{account_id}", per_minute=1, burst=5)
    with transaction.atomic():
        locked(area)  # two who draw for one account: the second's code is the one
        EntryCode.objects.filter(area=area, account_id=account_id, used_at=None).delete()
        EntryCode.objects.filter(area=area, used_at=None, until__lte=now).delete()  # their numbers are free again
        for _ in range(DRAWS):
            code = f"{secrets.randbelow(10**6):06d}"
            try:
                with transaction.atomic():
                    EntryCode.objects.create(
                        area=area, account_id=account_id, code_index=queries.code_index(area, code), made_at=now,
                        until=now + rules.CODE_LASTS,
                    )  # fmt: skip
            except IntegrityError:
                continue
            return code
    raise Refused("rate-limited", facts={"wait_s": 60})


def _check(row: SelfServiceArea, door: Device | None, people: int, *, by_code: bool, now: datetime) -> None:
    """:raises Refused: invalid, zone-closed, zone-needs-card."""
    if door is None or door.area_id != row.pk:
        raise invalid("zone", "这里没有可以开的门", "There is no door here to open")
    if not 1 <= people <= rules.MOST_TOGETHER:
        raise invalid(
            "people", f"一起进入 1 到 {rules.MOST_TOGETHER} 人", f"1 to {rules.MOST_TOGETHER} people together"
        )
    here = queries.zone(row, now=now)
    no = rules.refusal(mode=here.mode, by_code=by_code, opens_at=here.opens_at)
    if no is not None:
        raise Refused(no)


def _of_person(row: SelfServiceArea, person_id: int) -> Entry | None:
    return Entry.objects.select_related("order").filter(area=row, person_id=person_id, out_at=None).first()


def _new(
    row: SelfServiceArea, door: Device | None, *, way: str, person_id: int | None, people: int, by: Actor, at: datetime,
    now: datetime,
) -> Entry:  # fmt: skip
    """:raises Refused: zone-full."""
    _sweep(Entry.objects.filter(area=row), now=now)
    inside = queries.inside(row)
    if rules.full(limit=row.most_inside, inside=inside, more=people):
        raise _full(row, inside, now=now)
    entry = Entry.objects.create(
        area=row, person_id=person_id, way=way, people=people, in_at=now,
        stay_until=now + timedelta(minutes=row.stay_minutes),
    )  # fmt: skip
    return _ordered(entry, door, by=by, at=at, now=now)


def _once_more(entry: Entry, door: Device | None, *, by: Actor, at: datetime, now: datetime) -> Entry:
    """Whoever is in already: the door that opens goes on opening; else it opens again, and their time begins anew."""
    if entry.order is not None and entry.order.state in UNDER_WAY:
        return entry
    entry.openings += 1
    entry.stay_until = now + timedelta(minutes=entry.area.stay_minutes)
    return _ordered(entry, door, by=by, at=at, now=now)


def _ordered(entry: Entry, door: Device | None, *, by: Actor, at: datetime, now: datetime) -> Entry:
    assert door is not None  # `_check`
    key = f"zone:{entry.pk}:{entry.openings}"
    entry.order = orders.give(device=door, key=key, kind="open_door", body={}, by=by, at=at, now=now)
    entry.save(update_fields=["order", "openings", "stay_until"])
    return entry


def _full(row: SelfServiceArea, inside: int, *, now: datetime) -> Refused:
    near = [
        each for each in queries.with_doors([row.hall]) if each.pk != row.pk
    ]  # fmt: skip
    other = next((z for z in queries.zones(near, now=now) if z.mode != "closed" and z.left != 0), None)
    ends = Entry.objects.filter(area=row, out_at=None, stay_until__gt=now).order_by("stay_until")
    frees_at = ends.values_list("stay_until", flat=True).first()
    facts: dict[str, Any] = {"inside": inside, "limit": row.most_inside}
    if frees_at is not None:
        facts["frees"] = frees_at
    if other is not None:
        facts["other"] = {"zh": other.area.name_zh, "en": other.area.name_en}
        facts["zone"] = other.area.code
    return Refused("zone-full", facts=facts, next=frees_at)


def _settle(entry: Entry, *, now: datetime) -> None:
    """Follow the door's word. The area's row is held."""
    order = entry.order
    if order is None:
        return
    order.refresh_from_db(fields=["state", "why"])
    if order.state == "done" and entry.opened_at is None:
        entry.opened_at = now
        if entry.out_how == "shut" and _back(entry):  # it said later that it opened after all
            entry.out_at, entry.out_how = None, ""
        entry.save(update_fields=["opened_at", "out_at", "out_how"])
        use.used(device=order.device, deed="entry", key=f"entry-{entry.pk}", now=now)
    elif order.state in SHUT and entry.opened_at is None and entry.out_at is None:
        entry.out_at, entry.out_how = max(now, entry.in_at), "shut"
        entry.save(update_fields=["out_at", "out_how"])
        EntryCode.objects.filter(entry=entry).update(used_at=None)  # it opened nothing: it is good as before


def _back(entry: Entry) -> bool:
    """Whether nobody of that card was let in since."""
    others = Entry.objects.filter(area=entry.area_id, person=entry.person_id, out_at=None)
    return entry.person_id is None or not others.exists()


# --- out ---


def left(*, area: SelfServiceArea, entry_id: int, how: str = "door", now: datetime) -> Entry:
    """Somebody is out: said twice it is once. Nothing is asked and nothing refused.

    :param how: door (it saw them) | left (they, or a keeper, said so). :raises Refused: nothing-found – no entry of this area.
    """
    with transaction.atomic():
        locked(area)
        entry = Entry.objects.select_related("area").filter(pk=entry_id, area=area).first()
        if entry is None:
            raise Refused("nothing-found", facts={"entry": entry_id})
        if entry.out_at is None:
            entry.out_at, entry.out_how = max(now, entry.in_at), how
            entry.save(update_fields=["out_at", "out_how"])
    return entry


def left_by_card(*, area: SelfServiceArea, person_id: int, now: datetime) -> Entry | None:
    """Whoever lays the card there on the way out. None: they were not counted, and go all the same."""
    known = _of_person(area, person_id)
    return None if known is None else left(area=area, entry_id=known.pk, how="left", now=now)


def noted_out(*, area: SelfServiceArea, entry_id: int, by: Actor, now: datetime) -> Entry:
    """A keeper saw that they are gone. :raises Refused: nothing-found."""
    with transaction.atomic():
        entry = left(area=area, entry_id=entry_id, how="left", now=now)
        audit.record(
            action="zone_left_noted", subject=f"area:{area.code}", by=by, now=now, hall=area.hall.code,
            facts={"entry": entry_id},
        )  # fmt: skip
    return entry


def sweep(*, now: datetime) -> int:
    """Follow the doors that have answered, then end what nobody ended half an hour after its stay. :returns: how many ended."""
    answered = Q(out_at=None) | Q(out_how="shut", order__state="done", in_at__gt=now - BELIEVED)
    pending = Entry.objects.filter(answered, opened_at=None, order__isnull=False).exclude(order__state__in=UNDER_WAY)
    for entry_id in pending.order_by("area_id", "id").values_list("pk", flat=True)[:500]:
        settle(entry_id=entry_id, now=now)
    ended = 0
    due = Entry.objects.filter(out_at=None, stay_until__lte=now - rules.SWEPT_AFTER).order_by("area_id")
    for area in SelfServiceArea.objects.filter(pk__in=due.values("area_id")).order_by("id"):
        with transaction.atomic():
            locked(area)
            ended += _sweep(Entry.objects.filter(area=area), now=now)
    return ended


def _sweep(rows: QuerySet[Entry], *, now: datetime) -> int:
    due = rows.filter(out_at=None, stay_until__lte=now - rules.SWEPT_AFTER)
    return due.update(out_at=now, out_how="swept")


def forget_old(*, now: datetime, most: int = 5000) -> int:
    """After thirty days nobody knows whose card it was; codes go after a day. :returns: how many of both."""
    old = Entry.objects.filter(in_at__lt=now - rules.NAMED_FOR, person__isnull=False, out_at__isnull=False)
    unnamed = Entry.objects.filter(pk__in=old.order_by("in_at").values("pk")[:most]).update(person=None)
    codes = EntryCode.objects.filter(until__lt=now - rules.CODES_KEPT).order_by("until").values("pk")[:most]
    return unnamed + EntryCode.objects.filter(pk__in=codes).delete()[0]


def is_opening(entry: Entry) -> bool:
    return entry.order is not None and entry.order.state in UNDER_WAY


def why_shut(entry: Entry) -> str:
    """What the door said of it; "" where it opened, or has not answered."""
    order: DeviceOrder | None = entry.order
    return order.why or "not_answered" if order is not None and order.state in SHUT else ""
