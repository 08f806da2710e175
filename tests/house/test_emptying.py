"""Behind a test with committed data every table is empty, however its rows came to be there."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from banshi.rooms.audit import actions as audit
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions as booking
from banshi.rooms.places.models import Hall
from tests import emptying
from tests.together import until_somebody_waits_for_a_lock
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, build_town

pytestmark = pytest.mark.django_db(transaction=True)


def empty() -> None:
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False)


def rows() -> dict[str, int]:
    """Rows by table, of those that have any."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return {table: count for table, count in found.items() if count and table not in emptying.KEPT}


def file_of(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_filenode(%s)", [table])
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("large", [emptying.LARGE, -1])
def test_nothing_is_left_neither_what_refers_to_something_nor_what_nobody_may_delete(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(emptying, "LARGE", -1)
    empty()  # files without what others deleted
    monkeypatch.setattr(emptying, "LARGE", large)
    town = build_town()
    slot = town.slot()
    booking.place(
        slot_id=slot.pk, item_code="pension", person_id=town.person(1).pk, source="web", by=CITIZEN,
        now=TUESDAY_NINE,
    )  # fmt: skip
    audit.record(action="placed", subject="x", by=CLERK, now=TUESDAY_NINE, hall="town", facts={})
    before, file = rows(), file_of("places_hall")

    empty()

    assert {"booking_appointment", "audit_entry", "places_hall", "identity_staff"} <= set(before)
    assert rows() == {}
    assert (file_of("places_hall") == file) == (large > 0)  # deleted from its file, or given a new one


def test_guards_are_back_afterwards(committed_town: Town) -> None:
    audit.record(action="placed", subject="x", by=CLERK, now=TUESDAY_NINE, hall="town", facts={})
    empty()
    audit.record(action="placed", subject="y", by=CLERK, now=TUESDAY_NINE, hall="town", facts={})

    with pytest.raises(Exception, match=r"audit"), transaction.atomic():
        Entry.objects.all()._raw_delete("default")  # type: ignore[attr-defined]
    assert Entry.objects.count() == 1


@pytest.mark.race
def test_whoever_still_writes_is_waited_for(committed_town: Town) -> None:
    written, go_on = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                Hall.objects.create(code="late", region=committed_town.hall.region, name_zh="晚", name_en="Late")
                written.set()
                go_on.wait(timeout=130)
        finally:
            connection.close()

    def sweep(said: list[Any]) -> None:
        try:
            empty()
            said.append(rows())
        finally:
            connection.close()

    said: list[Any] = []
    writing, sweeping = threading.Thread(target=write), threading.Thread(target=sweep, args=(said,))
    writing.start()
    assert written.wait(timeout=60)
    sweeping.start()
    until_somebody_waits_for_a_lock()
    go_on.set()
    writing.join(timeout=60)
    sweeping.join(timeout=60)

    assert said == [{}]
