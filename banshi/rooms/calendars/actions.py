"""Change opening hours: publish a calendar, close the hall, take a closure back. Moving people is a journey."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from banshi.kernel.actors import Actor
from banshi.kernel.names import hidden
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.kernel.working_days import DayInfo
from banshi.rooms.audit import actions as audit
from banshi.rooms.calendars import rules
from banshi.rooms.calendars.models import CalendarVersion, Closure, NationalDay
from banshi.rooms.catalogue.models import Item
from banshi.rooms.places.models import Category, Floor, Hall, Zone


def publish(
    *,
    hall: Hall,
    document: Mapping[str, Any],
    valid_from: date,
    by: Actor,
    now: datetime,
    note: str = "",
    expected_version: int | None = None,
) -> CalendarVersion:
    """A new version of the hall's calendar, in force for days from `valid_from`.

    :param expected_version: the newest version that the editor started from; looked at under the hall's lock.

    :raises Refused: invalid, with a sentence per fault; changed-meanwhile when two people publish at once.
    """
    try:
        checked = rules.load(document)
    except rules.InvalidCalendar as wrong:
        raise Refused(
            "invalid", facts={"field": "document", "reason": {"zh": "\n".join(wrong.chinese), "en": str(wrong)}}
        ) from wrong
    for rule in checked.rules:
        if hidden(rule.name.zh + rule.name.en):
            raise _invalid(
                "document",
                f"“{rule.code}”的名称里有看不见的字符，删掉后重新输入",
                f"The name of “{rule.code}” has characters that cannot be seen: type it again",
            )
        if rule.note is not None:
            legible(rule.note.zh + rule.note.en, field="document")
    with transaction.atomic():
        Hall.objects.select_for_update().get(id=hall.id)
        last = CalendarVersion.objects.filter(hall=hall).aggregate(Max("version"))["version__max"] or 0
        if expected_version is not None and expected_version != last:
            raise Refused("changed-meanwhile")
        version = CalendarVersion.objects.create(
            hall=hall,
            version=last + 1,
            document=checked.model_dump(mode="json", by_alias=True),
            valid_from=valid_from,
            made_by=str(by),
            made_at=now,
            note=note,
        )
        audit.record(
            action="published-calendar",
            subject=f"hall:{hall.code}",
            by=by,
            now=now,
            hall=hall.code,
            facts={"version": version.version, "valid_from": valid_from.isoformat()},
        )
    return version


LONGEST_CLOSURE = timedelta(days=366)


def close(
    *,
    hall: Hall,
    starts_at: datetime,
    ends_at: datetime,
    reason_zh: str,
    reason_en: str,
    floor: Floor | None = None,
    zone: Zone | None = None,
    category: Category | None = None,
    item: Item | None = None,
    kind: str = "closure",
    by: Actor,
    now: datetime,
) -> Closure:
    """Close the hall – or one floor, zone, category or item of it – from–to.

    Announced twice (two managers at once) it is one closure: the second gets the first's row, with `made_at` before now. An
    evacuation is none of a closure that stands for the same time: people are told to leave.

    :raises Refused: invalid – the end is not after the start, it is over already or more than a year away, the reason is
        missing or holds what is not seen, more than one part is named, or people are to leave a category.
    """
    if ends_at <= starts_at:
        raise _invalid("ends_at", "结束时间要晚于开始时间", "The end must be after the start")
    if ends_at <= now:
        raise _invalid("ends_at", "这段时间已经过去", "This time is over")
    if ends_at - max(starts_at, now) > LONGEST_CLOSURE or starts_at - now > LONGEST_CLOSURE:
        raise _invalid(
            "ends_at", "闭厅要在一年内开始，最长一年", "A closure begins within a year and lasts up to a year"
        )
    reason_zh, reason_en = legible(reason_zh, field="reason_zh"), legible(reason_en, field="reason_en")
    if not reason_zh:
        raise _invalid("reason_zh", "要写明原因，群众会看到", "Say why: people will read it")
    if sum(part is not None for part in (floor, zone, category, item)) > 1:
        raise _invalid(
            "zone", "一次只选一处：楼层、区域、类别或事项", "One part at a time: floor, zone, category or matter"
        )
    if kind == "evacuation" and (category is not None or item is not None):
        raise _invalid("kind", "疏散只能选大厅、楼层或区域", "Only the hall, a floor or a zone is evacuated")
    same = {"hall": hall, "floor": floor, "zone": zone, "category": category, "item": item}
    with transaction.atomic():
        one_change_at_a_time(hall=hall)  # the second of two equal ones finds the first
        known = {name: part for name, part in same.items() if part is not None}
        unknown = {f"{name}__isnull": True for name, part in same.items() if part is None}
        standing = Closure.objects.filter(
            **known, **unknown, kind=kind, starts_at=starts_at, ends_at=ends_at, withdrawn_at=None
        ).first()
        if standing is not None:
            return standing
        closure = Closure.objects.create(
            **same,
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
            reason_zh=reason_zh[:120],
            reason_en=(reason_en or reason_zh)[:160],
            made_by=str(by),
            made_at=now,
        )
        audit.record(
            action="evacuated" if kind == "evacuation" else "closed",
            subject=f"hall:{hall.code}",
            by=by,
            now=now,
            hall=hall.code,
            facts={"closure": closure.id},
        )
    return closure


def one_change_at_a_time(*, hall: Hall) -> None:
    """Until the transaction ends nobody else changes the hall's hours: of two closures over one time that are taken back in
    the same instant, the second sees that the first is gone."""
    list(Hall.objects.select_for_update(no_key=True).filter(id=hall.pk).order_by("id").values_list("id"))


def mark_begun(*, closure: Closure, now: datetime) -> bool:
    """The people in line have been told. :returns: whether this call was the first."""
    return bool(Closure.objects.filter(id=closure.pk, begun_at=None).update(begun_at=now))


def mark_over(*, closure: Closure, now: datetime) -> bool:
    """The line goes on. :returns: whether this call was the first."""
    return bool(Closure.objects.filter(id=closure.pk, over_at=None).update(over_at=now))


def withdraw_closure(*, closure: Closure, by: Actor, now: datetime) -> bool:
    """Take a closure back; the hall is open again then. Repeating it changes nothing.

    :returns: whether this call was the one that did it.
    """
    with transaction.atomic():
        if Closure.objects.filter(id=closure.id, withdrawn_at=None).update(withdrawn_at=now):
            hall = closure.hall
            audit.record(
                action="withdrew-closure",
                subject=f"hall:{hall.code}",
                by=by,
                now=now,
                hall=hall.code,
                facts={"closure": closure.id},
            )
            return True
    return False


def import_national_days(*, days: Iterable[DayInfo], notice: str, by: Actor, now: datetime) -> int:
    """Take over a year's notice of the State Council (调休通知); returns how many days were written.

    :param notice: its number (文号), of the days that name none themselves.
    """
    rows = [
        NationalDay(
            day=d.day,
            kind=str(d.kind),
            name_zh=d.name_zh,
            name_en=d.name_en,
            state=str(d.state),
            notice=d.notice or notice,
        )
        for d in days
    ]
    with transaction.atomic():
        NationalDay.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["day"],
            update_fields=["kind", "name_zh", "name_en", "state", "notice"],
        )
        audit.record(
            action="imported-national-days",
            subject="calendar:national",
            by=by,
            now=now,
            facts={"days": len(rows), "notice": notice},
        )
    return len(rows)


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})
