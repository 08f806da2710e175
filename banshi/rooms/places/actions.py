"""Change a hall: publish a policy, change what a window serves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from pydantic import ValidationError

from banshi.kernel.actors import Actor
from banshi.kernel.policy import HallPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.places.models import Category, Hall, PolicyVersion, SelfServiceArea, Window, WindowCategory

MOST_INSIDE: Final = 500
ASKS: Final = ("card", "card-or-code", "nobody")
LIGHTS: Final = ("night", "day", "always")
LEAST_STAY, LONGEST_STAY = 5, 240  # minutes


def check_policy(document: Mapping[str, Any]) -> HallPolicy:
    """:raises Refused: invalid, with `faults`: [{"field", "reason"}, …]."""
    try:
        return HallPolicy.model_validate(document)
    except ValidationError as wrong:
        faults = [
            {"field": ".".join(str(p) for p in e["loc"]), "reason": e["msg"]} for e in wrong.errors(include_url=False)
        ]
        reason = "; ".join(f"{f['field']}: {f['reason']}" for f in faults[:5])
        raise Refused("invalid", facts={"field": "document", "reason": reason, "faults": faults}) from wrong


def publish_policy(
    *,
    hall: Hall,
    document: Mapping[str, Any],
    by: Actor,
    now: datetime,
    note: str = "",
    valid_from: datetime | None = None,
    expected_version: int | None = None,
) -> PolicyVersion:
    """A new version of the hall's policy, in force from `valid_from` (default: now).

    :param expected_version: the version the change was made from; another newest version refuses.
    :raises Refused: invalid; changed-meanwhile.
    """
    checked = check_policy(document)
    with transaction.atomic():
        Hall.objects.select_for_update().get(id=hall.id)
        last = PolicyVersion.objects.filter(hall=hall).aggregate(Max("version"))["version__max"] or 0
        if expected_version is not None and expected_version != last:
            raise Refused("changed-meanwhile", facts={"version": last})
        version = PolicyVersion.objects.create(
            hall=hall,
            version=last + 1,
            document=checked.model_dump(mode="json"),
            valid_from=valid_from or now,
            made_by=str(by),
            made_at=now,
            note=note[:200],
        )
        audit.record(
            action="published-policy",
            subject=f"hall:{hall.code}",
            by=by,
            now=now,
            hall=hall.code,
            facts={"version": version.version},
        )
    return version


def set_window_categories(
    *,
    window: Window,
    categories: Iterable[Category],
    by: Actor,
    now: datetime,
    preferred: Iterable[str] | None = None,
) -> None:
    """What a window serves from now on.

    :param preferred: codes of those it calls before the others (a quick desk); None keeps those it has.
    :raises Refused: invalid – nothing chosen, or a category of another hall.
    """
    wanted = list(categories)
    if not wanted or any(c.hall_id != window.hall_id for c in wanted):
        raise Refused(
            "invalid",
            facts={
                "field": "categories",
                "reason": {"zh": "至少选一类本厅业务", "en": "Choose at least one category of this hall"},
            },
        )
    with transaction.atomic():
        # Two at once would both take away and both put there; the second waits, and finds what the first chose.
        Window.objects.select_for_update(no_key=True).get(pk=window.pk)
        before = WindowCategory.objects.filter(window=window)
        if preferred is None:
            preferred = before.filter(preferred=True).order_by("id").values_list("category__code", flat=True)
        first = set(preferred) & {c.code for c in wanted}
        before.delete()
        WindowCategory.objects.bulk_create(
            [WindowCategory(window=window, category=c, preferred=c.code in first) for c in wanted]
        )
        audit.record(
            action="changed-window",
            subject=f"window:{window.code}",
            by=by,
            now=now,
            hall=window.hall.code,
            facts={"categories": [c.code for c in wanted], "preferred": sorted(first)},
        )


def set_area_limits(
    *, area: SelfServiceArea, most_inside: int | None, stay_minutes: int, by: Actor, now: datetime
) -> None:
    """How many people an area takes at once (None: nobody counts), and how long they stay. From now on the presets do not say.

    :raises Refused: invalid – most_inside not 1 to 500, stay_minutes not 5 to 240.
    """
    if most_inside is not None and not 1 <= most_inside <= MOST_INSIDE:
        raise _invalid("most_inside", f"写 1 到 {MOST_INSIDE}，或留空", f"1 to {MOST_INSIDE}, or nothing")
    if not LEAST_STAY <= stay_minutes <= LONGEST_STAY:
        raise _invalid(
            "stay_minutes", f"写 {LEAST_STAY} 到 {LONGEST_STAY} 分钟", f"{LEAST_STAY} to {LONGEST_STAY} minutes"
        )
    with transaction.atomic():
        # Whoever counts who is inside holds the row: the next one is let in by the new number.
        row = SelfServiceArea.objects.select_for_update(no_key=True).get(pk=area.pk)
        facts = {"from": [row.most_inside, row.stay_minutes], "to": [most_inside, stay_minutes]}
        row.most_inside, row.stay_minutes, row.limits_by = most_inside, stay_minutes, str(by)
        row.save(update_fields=["most_inside", "stay_minutes", "limits_by"])
        audit.record(
            action="area_limits_set", subject=f"area:{row.code}", by=by, now=now, hall=area.hall.code, facts=facts
        )


@dataclass(frozen=True)
class AreaDoor:
    """What an area's door asks (card | card-or-code | nobody), whether it asks nothing on a day on which the hall is open, from
    when to when it is night (local times), and when the lights burn (day | night | always)."""

    asks: str
    free_by_day: bool
    nights_from: time
    nights_until: time
    lights: str


def set_area_door(*, area: SelfServiceArea, door: AreaDoor, by: Actor, now: datetime) -> None:
    """Change what its door asks and when its lights burn. From now on the presets do not say. Nobody who is inside is sent out.

    :raises Refused: invalid – no such word, or a night without an end.
    """
    if door.asks not in ASKS:
        raise _invalid("asks", "选一种进门方式", "Choose what the door asks")
    if door.lights not in LIGHTS:
        raise _invalid("lights", "选一种开灯方式", "Choose when the lights burn")
    if door.nights_from == door.nights_until:
        raise _invalid("nights_until", "夜间的开始和结束不能是同一时刻", "A night does not end when it begins")
    with transaction.atomic():
        row = SelfServiceArea.objects.select_for_update(no_key=True).get(pk=area.pk)
        names = [field.name for field in fields(AreaDoor)]
        was = {name: _plain(getattr(row, name)) for name in names}
        for name in names:
            setattr(row, name, getattr(door, name))
        row.door_by = str(by)
        row.save(update_fields=[*names, "door_by"])
        facts = {"from": was, "to": {name: _plain(getattr(door, name)) for name in names}}
        audit.record(
            action="area_door_set", subject=f"area:{row.code}", by=by, now=now, hall=area.hall.code, facts=facts
        )


def _plain(value: Any) -> Any:
    return value.isoformat("minutes") if isinstance(value, time) else value


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})
