"""Change what a hall handles: the category of an item there, and what is possible with it. Keep what items said before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from django.db import connection, transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.catalogue.statements import HALL_ITEM_VERSIONS_SQL, ITEM_VERSIONS_SQL
from banshi.rooms.places.models import Category, Hall

MOST_PERSONS = 20
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


def keep_item_versions(*, by: Actor, now: datetime, item_ids: Collection[int] | None = None) -> list[str]:
    """After items, departments, themes or materials were written: whatever an item says otherwise than its last version
    becomes a version of its own, valid from `now`; the first one of an item is valid from ever.

    :param item_ids: only these; None looks at all.
    :returns: codes of the items with a new version.
    """
    with connection.cursor() as cursor:
        items = None if item_ids is None else list(item_ids)
        cursor.execute(ITEM_VERSIONS_SQL, {"by": str(by), "now": now, "always": ALWAYS, "items": items})
        return sorted(code for (code,) in cursor.fetchall())


def keep_hall_item_versions(*, hall: Hall, item_id: int | None = None, by: Actor, now: datetime) -> int:
    """As `keep_item_versions`, of how a hall handles all its items or this one.

    :returns: how many have a new version.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            HALL_ITEM_VERSIONS_SQL, {"hall": hall.pk, "item": item_id, "by": str(by), "now": now, "always": ALWAYS}
        )
        return int(cursor.rowcount)


def set_hall_item(
    *,
    hall_item_id: int,
    category: Category,
    bookable: bool,
    walk_in: bool,
    extended: bool,
    most_persons: int | None = None,
    by: Actor,
    now: datetime,
) -> HallItem:
    """Say how a hall handles an item from now on. Those already booked keep their appointment and its category.

    :param most_persons: for how many one booking may be; None leaves it.
    :raises Refused: nothing-found; invalid – a category of another hall, nothing possible at all, too many persons.
    """
    with transaction.atomic():
        rows = HallItem.objects.select_for_update(of=("self",)).select_related("hall", "item")
        row = rows.filter(id=hall_item_id).first()
        if row is None:
            raise Refused("nothing-found", facts={"hall_item": hall_item_id})
        if category.hall_id != row.hall_id:
            raise _invalid("category", "这类业务不在本厅", "This category is in another hall")
        if not (bookable or walk_in):
            raise _invalid("walk_in", "预约和现场取号至少开一样", "Allow booking, walk-ins, or both")
        if most_persons is not None and not 1 <= most_persons <= MOST_PERSONS:
            raise _invalid("most_persons", f"一次 1–{MOST_PERSONS} 人", f"Between 1 and {MOST_PERSONS} persons")
        keep_hall_item_versions(hall=row.hall, item_id=row.item_id, by=by, now=now)  # as it stood, if nobody has
        row.category, row.bookable, row.walk_in, row.extended = category, bookable, walk_in, extended
        row.most_persons = most_persons or row.most_persons
        row.save(update_fields=["category", "bookable", "walk_in", "extended", "most_persons"])
        keep_hall_item_versions(hall=row.hall, item_id=row.item_id, by=by, now=now)
        audit.record(
            action="changed-item",
            subject=f"item:{row.item.code}",
            by=by,
            now=now,
            hall=row.hall.code,
            facts={
                "category": category.code,
                "bookable": bookable,
                "walk_in": walk_in,
                "extended": extended,
                "persons": row.most_persons,
            },
        )
    return row


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})
