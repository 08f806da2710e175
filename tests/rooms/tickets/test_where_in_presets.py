"""In every preset hall slip, phone, message, board and call say the same of where to wait and who may call."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from banshi.foundation.crypto import encrypt
from banshi.foundation.windows import windows_words
from banshi.journeys.hall import load_presets
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.policy import HallPolicy
from banshi.rooms.calendars.models import CalendarVersion
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.statements import TO_PLACE
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Category, Hall, PolicyVersion, Window, Zone
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.kiosk.where import where
from tests.house.test_presets_catalogue import PRESETS
from tests.town import TUESDAY_NINE

FOLDERS = sorted(path.parent for path in (PRESETS / "halls").glob("*/hall.yaml"))
SEALED = encrypt("13800138000", place=TO_PLACE)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOURS = {
    "rules": [
        {
            "code": "daily", "name": {"zh": "每日", "en": "Daily"}, "kind": "regular", "when": "every_day",
            "hours": [["08:00", "17:00"]], "period_minutes": 60, "walk_ins": "always",
        }
    ]
}  # fmt: skip


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_in_every_preset_hall_they_agree(db: Any, more_staff: Any, monkeypatch: Any, folder: Path) -> None:
    """With nobody at work yet, with a window of one zone alone, and with one in each zone."""
    monkeypatch.setattr(load_presets, "_matters", lambda *_: [])  # floors, zones and windows are what counts here
    load_presets._regions(PRESETS)
    load_presets._hall(folder, TUESDAY_NINE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as after loading; without, plans hang on when the server last looked
    staff = [more_staff(i) for i in range(8)]
    wrong = []
    hall = Hall.objects.get()
    _open(hall)
    zones = list(Zone.objects.filter(window__hall=hall).distinct().order_by("code"))
    for at_work in ([], zones[-1:], zones[:8]):
        wrong += [f"{len(at_work)} at work: {each}" for each in _wrong(hall, at_work, staff)]

    assert wrong == []


def _open(hall: Hall) -> None:
    """Every day, to walk-ins, by the hall's own rules of who calls whom."""
    document = places.policy_of(hall.pk, now=TUESDAY_NINE).model_dump(mode="json")
    document["tickets"] |= {"walk_ins": True, "identity_required": False, "weights": {}, "auto_call": False}
    document["messages"] |= {"ahead": 3, "on_call": True}
    made = {"hall": hall, "version": 99, "made_by": "system", "made_at": LONG_AGO}
    document = HallPolicy.model_validate(document).model_dump(mode="json")
    PolicyVersion.objects.create(document=document, valid_from=LONG_AGO, **made)
    CalendarVersion.objects.create(document=HOURS, valid_from=date(2020, 1, 1), **made)


def _wrong(hall: Hall, zones: list[Zone], staff: list[Any]) -> list[str]:
    windows = {w.number: w for w in Window.objects.filter(hall=hall).select_related("zone__floor").order_by("code")}
    at_work = [next(w for w in windows.values() if w.zone_id == zone.pk) for zone in zones]
    clerks = {window.pk: staff[i] for i, window in enumerate(at_work)}
    for window in at_work:
        actions.sign_in(window_code=window.code, staff_id=clerks[window.pk].pk, now=TUESDAY_NINE)
    kiosk = Actor(ActorKind.KIOSK, "1", hall.code)
    numbers = [
        (c, actions.issue(actions.Take(category_code=c.code, channel="kiosk", by=kiosk), hall=hall, now=TUESDAY_NINE))
        for c in Category.objects.filter(hall=hall).order_by("code")
    ]
    Ticket.objects.filter(hall=hall).update(notify_to=SEALED)
    actions.send_ahead(hall=hall, now=TUESDAY_NINE)
    board = {t.ref: t for t in queries.line(hall.pk, TUESDAY_NINE).tickets}
    wrong = [said for c, ticket in numbers if (said := _of_one(c, ticket, board[ticket.ref].floor, windows, at_work))]
    wrong += [said for window in at_work if (said := _call(window, clerks[window.pk]))]
    Ticket.objects.filter(hall=hall).update(state="left", window=None)
    for window in at_work:
        actions.sign_out(staff_id=clerks[window.pk].pk, now=TUESDAY_NINE)
    return wrong


def _of_one(category: Category, ticket: Ticket, board: str, windows: dict[str, Window], at_work: list[Window]) -> str:
    """What they say of this number where they differ; "" where they agree."""
    slip, phone = where(category, TUESDAY_NINE), queries.ticket(ticket.ref, TUESDAY_NINE)
    given = queries.given(ticket)
    floors = {slip.wait_on, phone.floor, given.floor, board}
    floors |= {m.params["floor_zh"] for m in Message.objects.filter(key="ahead", subject=f"ticket:{ticket.ref}")}
    lists = {slip.windows, windows_words(phone.windows), windows_words(given.windows)}
    faults = []
    if len(floors) != 1 or len(lists) != 1:
        faults.append(f"{sorted(floors)} {sorted(lists)}")
    if phone.windows and phone.floor not in {windows[number].zone.floor.label_zh for number in phone.windows}:
        faults.append(f"waits on {phone.floor} for {phone.windows}")
    serving = {w.number for w in at_work if w.categories.filter(pk=category.pk).exists()}
    if serving and not set(phone.windows) <= serving:
        faults.append(f"{phone.windows} of {sorted(serving)} at work")
    return f"{category.code}: {'; '.join(faults)}" if faults else ""


def _call(window: Window, clerk: Any) -> str:
    """Whoever is called there was told of this window, and is sent to its floor."""
    first = actions.call_next(window_code=window.code, staff_id=clerk.pk, now=TUESDAY_NINE)
    if first is None:
        return ""
    told = Message.objects.get(key="your_turn", subject=f"ticket:{first.ref}").params
    shown = where(first.category, TUESDAY_NINE)
    floor = window.zone.floor.label_zh
    ok = (told["window"], told["floor_zh"]) == (window.number, floor)
    ok = ok and queries.ticket(first.ref, TUESDAY_NINE).floor == floor
    return "" if ok and window.number in shown.windows else f"{first.number} at {window.number}: {told} {shown}"
